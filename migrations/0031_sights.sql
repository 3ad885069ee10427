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
