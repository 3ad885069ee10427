-- Whether somebody wrote an item of some repositories, open or not, or was assigned one, without reading all items.
CREATE INDEX items_by_author ON items (account_id, generation, author_id, repo_id) WHERE live AND author_id IS NOT NULL;
-- As with `people_by_login`, the account is checked on the rows found.
CREATE INDEX items_by_assignee ON items USING gin (assignee_ids) WITH (fastupdate = off)
    WHERE live AND assignee_ids <> '{}';
-- Items of whose people a login alone is known: few, except in rows of early versions.
CREATE INDEX items_with_logins_alone ON items (account_id, generation, repo_id, number)
    WHERE live AND (author_id IS NULL AND author IS NOT NULL OR coalesce(assignees_without_id, assignees) <> '{}');
