-- In which order a scrub's deck was dealt, if not in its view's, and how many rows it was to have at most, if somebody
-- said so.
ALTER TABLE scrubs ADD COLUMN deck_order text, ADD COLUMN deck_limit bigint;

CREATE OR REPLACE VIEW current_scrubs AS
SELECT s.* FROM accounts a JOIN scrubs s ON s.account_id = a.account_id AND s.generation = a.generation;
