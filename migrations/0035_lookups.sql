-- What a name means is read from the index alone: ten thousand repositories have ten thousand labels of one name, each in
-- a page of its own.
DROP INDEX labels_by_ascii_name;
DROP INDEX milestones_by_ascii_title;
CREATE INDEX labels_by_ascii_name ON labels (lower(name COLLATE "C"), account_id, generation)
    INCLUDE (repo_id, label_id, name) WHERE NOT removed;
CREATE INDEX milestones_by_ascii_title ON milestones (lower(title COLLATE "C"), account_id, generation)
    INCLUDE (repo_id, number, title) WHERE NOT removed;

-- All repositories of the generation in use, each with whether it may be seen at all: those that show in no
-- visible_repositories are mostly few, and are what counting takes away.
CREATE VIEW known_repositories AS
SELECT r.account_id, r.generation, r.repo_id, r.private,
       coalesce(p.visible, false) AND NOT r.gone AND r.owner IS NOT NULL
         AND (p.chosen_since IS NULL OR coalesce(r.present_since >= p.chosen_since, false)) AS visible
FROM accounts a
JOIN repositories r ON r.account_id = a.account_id AND r.generation = a.generation
LEFT JOIN account_profiles p ON p.account_id = a.account_id AND p.generation = a.generation;
