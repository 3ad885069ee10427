-- Requests that their senders may repeat, by the header Idempotency-Key: each is done once. Rows are
-- deleted after a week.
CREATE TABLE requests (
    account_id bigint NOT NULL,
    token_id bigint NOT NULL,
    key text NOT NULL,
    -- A hash of method, path, query and body.
    content bytea NOT NULL,
    -- The position of the account's log that the request made.
    position bigint NOT NULL,
    done_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, token_id, key)
);
