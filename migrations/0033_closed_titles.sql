-- Titles of items that are not open, for looking for alike ones. The index of open ones stays by itself: searches of the
-- queue read it, and few rows come and go in this one.
CREATE INDEX items_by_folded_title_closed ON items USING gin (title_folded gin_trgm_ops) WHERE state <> 'open';
CREATE INDEX items_unfolded_closed ON items (account_id, generation, repo_id, number)
    WHERE state <> 'open' AND title_folded IS NULL AND title IS NOT NULL;
