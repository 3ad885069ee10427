-- People by GitHub's id: a login is how somebody is shown, and may change or pass to another. What a
-- person is called now is one row, joined when reading, however many items they wrote.
--
-- Earlier versions knew items' people by login alone. Of their rows the ids become known with the item's
-- next event, or of all of them by `bugscrub rebuild`. They are not filled in here: that would lock and
-- rewrite every row while deliveries wait.

CREATE TABLE people (
    account_id bigint NOT NULL,
    generation bigint NOT NULL,
    -- GitHub's id, the same in every account.
    person_id  bigint NOT NULL,
    -- As it is now.
    login      text NOT NULL,
    -- Every login that the person has had, in lower case.
    logins     text[] NOT NULL,
    -- When an event was recorded that first showed the login of now; null if the person has had no other.
    renamed_at timestamptz,
    folded     json NOT NULL,
    PRIMARY KEY (account_id, generation, person_id)
) WITH (fillfactor = 85);

-- Whom a login means. Not of one account's key first, which would need a further extension; the account is
-- checked on the rows found. Few rows are written, so each is put into the index at once.
CREATE INDEX people_by_login ON people USING gin (logins) WITH (fastupdate = off);

-- Who was renamed lately: few ever are.
CREATE INDEX people_renamed ON people (account_id, generation, renamed_at) WHERE renamed_at IS NOT NULL;

CREATE VIEW current_people AS
SELECT p.* FROM accounts a JOIN people p ON p.account_id = a.account_id AND p.generation = a.generation;

ALTER TABLE items ADD COLUMN author_id bigint;
-- Null in rows of earlier versions; they have logins in `assignees`.
ALTER TABLE items ADD COLUMN assignee_ids bigint[];
ALTER TABLE items ADD COLUMN assignees_without_id text[];

CREATE OR REPLACE VIEW current_items AS
SELECT i.* FROM accounts a JOIN items i ON i.account_id = a.account_id AND i.generation = a.generation;
