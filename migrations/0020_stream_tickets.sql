-- Tickets, which open a stream in the place of a token: browsers send no header when they follow one, and a
-- token does not belong into a URL. Rows are deleted once they have expired.
CREATE TABLE stream_tickets (
    account_id bigint NOT NULL,
    -- SHA-256 of the ticket.
    hash       bytea NOT NULL,
    -- Of the token that it was made for.
    token_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, hash)
);
CREATE INDEX stream_tickets_by_expiry ON stream_tickets (account_id, expires_at);
