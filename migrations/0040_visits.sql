-- The last events that name a row: that somebody went on from it, and that somebody moved the cursor to it by hand. They are
-- what those may know of the cursor's way who do not see all rows: where it came from and went to, other rows tell.
ALTER TABLE deck_rows
    ADD COLUMN advanced_position bigint,
    ADD COLUMN advanced_at timestamptz,
    ADD COLUMN chosen_position bigint,
    ADD COLUMN chosen_at timestamptz;
UPDATE deck_rows SET advanced_position = left_position, advanced_at = left_at
WHERE outcome IS NOT NULL AND left_position IS NOT NULL;

CREATE OR REPLACE VIEW current_deck_rows AS
SELECT d.* FROM accounts a JOIN deck_rows d ON d.account_id = a.account_id AND d.generation = a.generation;

DROP INDEX deck_rows_left;
CREATE INDEX deck_rows_advanced ON deck_rows (account_id, generation, scrub, advanced_position)
WHERE advanced_position IS NOT NULL;
