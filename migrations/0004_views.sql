-- Named filters and orders of one account; those that all accounts have are not stored.
CREATE TABLE views (
    account_id  bigint NOT NULL,
    name        text NOT NULL,
    description text NOT NULL,
    -- Names and values of filters, as people write them.
    filter      json NOT NULL,
    -- stalest, freshest
    sort        text NOT NULL,
    PRIMARY KEY (account_id, name)
);

-- The view that a token with the scope embed is for.
ALTER TABLE tokens ADD COLUMN view text;
