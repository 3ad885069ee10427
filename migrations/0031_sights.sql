-- What people may see, as GitHub told it: for each session and account, the private repositories that GitHub lists to the
-- person. The row of account 0 stands for the session as a whole.
CREATE TABLE sights (
    account_id   bigint NOT NULL,
    session_id   bigint NOT NULL REFERENCES sessions ON DELETE CASCADE,
    -- The person, by the id on GitHub.
    github_id    bigint NOT NULL,
    -- Ids of private repositories.
    private      bigint[] NOT NULL DEFAULT '{}',
    -- Whether they have triage rights or more on a repository.
    triages      boolean NOT NULL DEFAULT false,
    -- Whether GitHub wants them to sign in by SAML first.
    saml         boolean NOT NULL DEFAULT false,
    -- When GitHub told it last. Null: it has not yet, or something was taken away since.
    told_at      timestamptz,
    -- When GitHub is to be asked again. Null: at once.
    due_at       timestamptz,
    -- Of account 0: until when somebody is asking.
    asking_until timestamptz,
    -- Changes whenever the row does. What GitHub was asked before is not written over what was taken away meanwhile.
    version      bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (account_id, session_id)
);
CREATE INDEX sights_by_session ON sights (session_id, account_id);
CREATE INDEX sights_by_person ON sights (github_id, account_id);

-- Rounds of those who see what is public and some of what is private: they go by what is public, as long as there is
-- something. Where nothing in a view is public, the next round begins for them (`people`) when one of them has read all
-- that they see.
ALTER TABLE public_rounds ADD COLUMN people boolean NOT NULL DEFAULT false;

CREATE OR REPLACE VIEW current_round_starts AS
SELECT r.account_id, r.view, r.started_position, r.started_at, true AS whole, NOT r.alone AS public, NOT r.alone AS people
FROM accounts a JOIN rounds r ON r.account_id = a.account_id AND r.generation = a.generation
UNION ALL
SELECT p.account_id, p.view, p.started_position, p.started_at, false AS whole, NOT p.people AS public, true AS people
FROM accounts a JOIN public_rounds p ON p.account_id = a.account_id AND p.generation = a.generation;

-- Of a deck's repositories those that were private when it was dealt, to somebody who does not see all.
ALTER TABLE scrubs ADD COLUMN private bigint[] NOT NULL DEFAULT '{}';

CREATE OR REPLACE VIEW current_scrubs AS
SELECT s.* FROM accounts a JOIN scrubs s ON s.account_id = a.account_id AND s.generation = a.generation;
