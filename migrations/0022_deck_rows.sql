-- Which rows of a deck somebody does not see, by the repositories that it has, without reading those that they see.
CREATE INDEX deck_rows_of_repository ON deck_rows (account_id, generation, scrub, repo_id, place);
-- The way of a scrub's cursor: the rows that it has left.
CREATE INDEX deck_rows_left ON deck_rows (account_id, generation, scrub, left_position) WHERE left_position IS NOT NULL;
