-- Where a scrub's cursor is for those who see what is public alone. They have one of their own: see docs/scrubs.md.
ALTER TABLE scrubs ADD COLUMN public_cursor bigint;
UPDATE scrubs SET public_cursor = cursor_place;

CREATE OR REPLACE VIEW current_scrubs AS
SELECT s.* FROM accounts a JOIN scrubs s ON s.account_id = a.account_id AND s.generation = a.generation;
