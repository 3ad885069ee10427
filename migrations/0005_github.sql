-- What the service must remember to ask GitHub: none of it is history, and all of it can be asked
-- for again.

-- How an account is reached.
CREATE TABLE installations (
    account_id      bigint PRIMARY KEY,
    -- Another one after each installation.
    installation_id bigint NOT NULL,
    login           text NOT NULL,
    suspended       boolean NOT NULL,
    -- What GitHub says the App may do there, by name: read, write.
    permissions     json NOT NULL,
    -- When GitHub last showed it.
    seen_at         timestamptz NOT NULL,
    -- Uninstalled; what is known of the account goes when the grace is over.
    gone_at         timestamptz
);

-- One row for each budget that GitHub keeps: an account's, and the App's own under 0. A request
-- is made under the row's lock, so that all workers of all replicas make one at a time and none
-- while the gate is shut.
CREATE TABLE gates (
    account_id        bigint PRIMARY KEY,
    -- No request before this time; why is in words.
    shut_until        timestamptz,
    reason            text,
    core_limit        bigint,
    core_remaining    bigint,
    core_resets_at    timestamptz,
    graphql_limit     bigint,
    graphql_remaining bigint,
    graphql_resets_at timestamptz,
    -- Requests made, by what they do to GitHub.
    reads             bigint NOT NULL DEFAULT 0,
    token_mints       bigint NOT NULL DEFAULT 0,
    redeliveries      bigint NOT NULL DEFAULT 0
);

-- How much of a repository is here.
CREATE TABLE sync (
    account_id      bigint NOT NULL,
    repo_id         bigint NOT NULL,
    node_id         text NOT NULL,
    has_discussions boolean NOT NULL,
    -- Items that GitHub counts, of all states; what was fetched of them.
    items           bigint NOT NULL DEFAULT 0,
    fetched         bigint NOT NULL DEFAULT 0,
    -- When the open ones were all here, and when the closed ones were.
    open_at         timestamptz,
    complete_at     timestamptz,
    -- By GitHub's clock: what happened before it was compared.
    swept_at        timestamptz,
    -- Items of which no delivery had told.
    mended          bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, repo_id)
);

-- What is to be asked of GitHub. A row goes with its last page.
CREATE TABLE jobs (
    account_id bigint NOT NULL,
    kind       text NOT NULL,
    -- 0 for what is not about one repository.
    repo_id    bigint NOT NULL,
    priority   smallint NOT NULL,
    due_at     timestamptz NOT NULL,
    started_at timestamptz,
    -- Where the next page begins.
    cursor     text,
    -- Items to look at, or those that were seen so far.
    numbers    bigint[],
    failures   integer NOT NULL DEFAULT 0,
    error      text,
    -- Grows each time that someone asks for it: also while it is being done.
    asked      bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (account_id, kind, repo_id)
);
CREATE INDEX jobs_by_turn ON jobs (priority, due_at);

-- Whoever does a job holds the lock of its row here, over questions to GitHub; the job's own row
-- stays free for whoever asks for it again. Rows stay.
CREATE TABLE job_locks (
    account_id bigint NOT NULL,
    kind       text NOT NULL,
    repo_id    bigint NOT NULL,
    PRIMARY KEY (account_id, kind, repo_id)
);

-- Failed deliveries that were asked for again.
CREATE TABLE redeliveries (
    account_id bigint NOT NULL,
    guid       uuid NOT NULL,
    -- Each time twice as long after the last.
    asked      integer NOT NULL,
    asked_at   timestamptz NOT NULL,
    PRIMARY KEY (account_id, guid)
);
