-- A name leads to its repository by an index: many items may be marked at once, each in a repository of its own. It begins
-- with the name, so that nobody takes it who looks for a repository by its id.
CREATE INDEX repositories_by_ascii_name ON repositories (lower(name COLLATE "C"), account_id, generation);
