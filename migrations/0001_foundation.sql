-- The event store and the projections folded from it.
--
-- Every key and every unique index begins with account_id, so that the schema can be sharded by
-- it. Nothing here uses a trigger, a sequence as an order, NOTIFY or an advisory lock.

-- One row an account: the head of its log. Appends lock this row first, so that positions have no
-- gaps and commit order is position order. Account 0 holds deliveries that name no account.
CREATE TABLE accounts (
    account_id       bigint PRIMARY KEY,
    head_position    bigint NOT NULL DEFAULT 0 CHECK (head_position >= 0),
    -- Times of receipt only grow along a log, whatever the clock does.
    last_recorded_at timestamptz NOT NULL DEFAULT 'epoch',
    -- Which rows of the projections are read and appended to; `rebuild` makes a new generation
    -- beside it and flips this under the row's lock.
    generation       bigint NOT NULL DEFAULT 1,
    next_generation  bigint NOT NULL DEFAULT 2
);

-- Deliveries as they came, for as long as the retention says.
CREATE TABLE deliveries (
    account_id  bigint NOT NULL,
    guid        uuid NOT NULL,
    event       text NOT NULL,
    action      text,
    -- translated, nothing, unknown, incomplete, unreadable, failed
    outcome     text NOT NULL,
    received_at timestamptz NOT NULL,
    -- The raw body, compressed with zstd.
    body        bytea NOT NULL,
    PRIMARY KEY (account_id, guid)
) WITH (toast_tuple_target = 8160);
-- It does not compress further, and most bodies fit into the row.
ALTER TABLE deliveries ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX deliveries_by_age ON deliveries (account_id, received_at);

-- The append-only log. Nothing updates or deletes a row but the purge of an uninstalled account.
CREATE TABLE events (
    account_id  bigint NOT NULL,
    position    bigint NOT NULL CHECK (position > 0),
    source_key  text NOT NULL,
    source      text NOT NULL,
    kind        text NOT NULL,
    -- What the event is filed under; number only for items.
    repo_id     bigint,
    number      bigint,
    actor_login text,
    actor_id    bigint,
    actor_bot   boolean,
    -- GitHub's time; null where the payload has none.
    occurred_at timestamptz,
    recorded_at timestamptz NOT NULL,
    -- Versioned JSON, see src/store/stored.rs. `json`, not `jsonb`: it is read whole or not at all.
    data        json NOT NULL,
    PRIMARY KEY (account_id, position)
);
CREATE UNIQUE INDEX events_source_key ON events (account_id, source_key);
CREATE INDEX events_of_item ON events (account_id, repo_id, number, position);

-- Projections: derived from events only, `rebuild` recreates them.

CREATE TABLE items (
    account_id    bigint NOT NULL,
    generation    bigint NOT NULL,
    repo_id       bigint NOT NULL,
    number        bigint NOT NULL,
    -- Issue, PR, Discussion; null before any snapshot was seen.
    type          text,
    -- open, answered, closed
    state         text,
    title         text,
    author        text,
    created_at    timestamptz,
    updated_at    timestamptz,
    labels        bigint[] NOT NULL,
    assignees     text[] NOT NULL,
    -- The milestone's number within the repository.
    milestone     bigint,
    comments      bigint,
    draft         boolean NOT NULL,
    -- Neither deleted nor transferred away.
    live          boolean NOT NULL,
    -- Some field stands by an arbitrary rule alone and should be fetched again.
    tied          boolean NOT NULL,
    -- The whole folded state.
    folded        json NOT NULL,
    PRIMARY KEY (account_id, generation, repo_id, number)
) WITH (fillfactor = 85);

CREATE TABLE repositories (
    account_id    bigint NOT NULL,
    generation    bigint NOT NULL,
    repo_id       bigint NOT NULL,
    owner         text,
    name          text,
    html_url      text,
    private       boolean NOT NULL,
    archived      boolean NOT NULL,
    gone          boolean NOT NULL,
    present_since timestamptz,
    folded        json NOT NULL,
    PRIMARY KEY (account_id, generation, repo_id)
);

CREATE TABLE labels (
    account_id bigint NOT NULL,
    generation bigint NOT NULL,
    repo_id    bigint NOT NULL,
    label_id   bigint NOT NULL,
    name       text NOT NULL,
    removed    boolean NOT NULL,
    folded     json NOT NULL,
    PRIMARY KEY (account_id, generation, repo_id, label_id)
);

CREATE TABLE milestones (
    account_id bigint NOT NULL,
    generation bigint NOT NULL,
    repo_id    bigint NOT NULL,
    number     bigint NOT NULL,
    title      text NOT NULL,
    removed    boolean NOT NULL,
    folded     json NOT NULL,
    PRIMARY KEY (account_id, generation, repo_id, number)
);

CREATE TABLE account_profiles (
    account_id   bigint NOT NULL,
    generation   bigint NOT NULL,
    login        text,
    -- Every login that the account has had, in lower case.
    logins       text[] NOT NULL,
    visible      boolean NOT NULL,
    chosen_since timestamptz,
    folded       json NOT NULL,
    PRIMARY KEY (account_id, generation)
);

-- What may be seen is decided here and nowhere else: the account is installed and not suspended,
-- the repository neither left nor was taken out of the installation, and an installation on
-- chosen repositories named it.
CREATE VIEW visible_repositories AS
SELECT r.account_id, r.generation, r.repo_id, r.owner, r.name, r.html_url, r.private, r.archived
FROM accounts a
JOIN account_profiles p ON p.account_id = a.account_id AND p.generation = a.generation
JOIN repositories r ON r.account_id = a.account_id AND r.generation = a.generation
WHERE p.visible
  AND NOT r.gone
  AND (p.chosen_since IS NULL OR r.present_since >= p.chosen_since)
  AND r.owner IS NOT NULL;

-- API tokens, hashed. Not of one account, so not keyed by one.
CREATE TABLE tokens (
    token_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL,
    -- SHA-256 of the token, which is 256 random bits, so that no salt is needed.
    hash       bytea NOT NULL UNIQUE,
    scopes     text[] NOT NULL,
    -- The accounts that it is bound to; null: all.
    accounts   bigint[],
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
