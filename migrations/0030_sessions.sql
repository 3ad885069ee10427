-- Sessions: of people who signed in with GitHub, and of API tokens that were pasted into the page. A row is deleted when
-- its session ends.
CREATE TABLE sessions (
    session_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- SHA-256 of the cookie, which is 256 random bits, so that no salt is needed.
    hash               bytea NOT NULL UNIQUE,
    -- SHA-256 of the API token, if it is the session of one.
    token_hash         bytea,
    -- The person, by the id on GitHub, and the login of that time.
    github_id          bigint,
    login              text,
    -- The person's tokens from GitHub, encrypted under BUGSCRUB_SESSION_KEY, which is not in the database.
    access_token       bytea,
    -- Null: it does not expire.
    access_expires_at  timestamptz,
    -- Null: the access token cannot be renewed.
    refresh_token      bytea,
    refresh_expires_at timestamptz,
    created_at         timestamptz NOT NULL DEFAULT now(),
    used_at            timestamptz NOT NULL DEFAULT now(),
    expires_at         timestamptz NOT NULL,
    CONSTRAINT sessions_are_of_a_token_or_a_person
        CHECK (num_nonnulls(token_hash, github_id) = 1 AND num_nonnulls(github_id, login, access_token) IN (0, 3))
);
CREATE INDEX sessions_by_person ON sessions (github_id, session_id);
CREATE INDEX sessions_by_token ON sessions (token_hash);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- The person who made a token for themselves, by the id on GitHub; null: an administrator made it. A person's token has
-- an empty list of accounts, so that an earlier version, which does not know this column, shows it nothing.
ALTER TABLE tokens ADD COLUMN person bigint;
CREATE INDEX tokens_by_person ON tokens (person) WHERE person IS NOT NULL;
