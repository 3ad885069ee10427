-- What filters and orders look at beside what was there: since when an item waits, when a human last did something with it,
-- when and why it was closed. Rows of before have it once they are folded anew.
ALTER TABLE items
    ADD COLUMN waits_since timestamptz,
    ADD COLUMN human_at timestamptz,
    ADD COLUMN closed_at timestamptz,
    ADD COLUMN closed_reason text;
-- These served versions that compared names by the database's locale. Keeping the one of titles cost as much as all else
-- that is done for an item's row.
DROP INDEX items_by_title;
DROP INDEX labels_by_name;
DROP INDEX milestones_by_title;
