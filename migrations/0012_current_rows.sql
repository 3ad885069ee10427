-- The rows of the generation in use, of each projection that is read by account. Which generation
-- that is, is decided here and nowhere else; only what writes projections, or compares two generations
-- of them, names one itself.
--
-- A view lists its columns as they are when it is made: whoever adds a column to one of these tables
-- replaces its view in the same migration (CREATE OR REPLACE VIEW takes further columns at the end).

CREATE VIEW current_items AS
SELECT i.* FROM accounts a JOIN items i ON i.account_id = a.account_id AND i.generation = a.generation;

CREATE VIEW current_repositories AS
SELECT r.* FROM accounts a JOIN repositories r ON r.account_id = a.account_id AND r.generation = a.generation;

CREATE VIEW current_labels AS
SELECT l.* FROM accounts a JOIN labels l ON l.account_id = a.account_id AND l.generation = a.generation;

CREATE VIEW current_milestones AS
SELECT m.* FROM accounts a JOIN milestones m ON m.account_id = a.account_id AND m.generation = a.generation;

CREATE VIEW current_profiles AS
SELECT p.* FROM accounts a JOIN account_profiles p ON p.account_id = a.account_id AND p.generation = a.generation;

CREATE VIEW current_remarks AS
SELECT m.* FROM accounts a JOIN remarks m ON m.account_id = a.account_id AND m.generation = a.generation;

CREATE VIEW current_rounds AS
SELECT r.* FROM accounts a JOIN rounds r ON r.account_id = a.account_id AND r.generation = a.generation;

CREATE VIEW current_scrubs AS
SELECT s.* FROM accounts a JOIN scrubs s ON s.account_id = a.account_id AND s.generation = a.generation;

CREATE VIEW current_attendees AS
SELECT t.* FROM accounts a JOIN attendees t ON t.account_id = a.account_id AND t.generation = a.generation;

CREATE VIEW current_deck_rows AS
SELECT d.* FROM accounts a JOIN deck_rows d ON d.account_id = a.account_id AND d.generation = a.generation;

CREATE VIEW current_unplaced_rows AS
SELECT u.* FROM accounts a JOIN unplaced_rows u ON u.account_id = a.account_id AND u.generation = a.generation;
