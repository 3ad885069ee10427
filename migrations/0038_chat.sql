-- What a chat is told of scrubs, each once: a row is made when a scrub is found to have begun or ended.
CREATE TABLE chat_messages (
    account_id bigint NOT NULL,
    scrub      bigint NOT NULL,
    -- begins, minutes
    kind       text NOT NULL,
    -- due; sending; sent; unknown: it was sent, and no answer came; given_up; left_out: there is nothing to tell.
    state      text NOT NULL DEFAULT 'due',
    made_at    timestamptz NOT NULL,
    due_at     timestamptz NOT NULL,
    tries      bigint NOT NULL DEFAULT 0,
    -- Who works on it, and until when without another word.
    held_by    uuid,
    held_until timestamptz,
    -- Why it was not sent, or why nobody knows.
    error      text,
    ended_at   timestamptz,
    PRIMARY KEY (account_id, scrub, kind)
);
CREATE INDEX chat_messages_open ON chat_messages (due_at) WHERE state IN ('due', 'sending');

-- Since when a chat is told: what was before is not told to a new one. Of account 0, by a digest of its address.
CREATE TABLE chats (
    account_id bigint NOT NULL,
    chat       bytea NOT NULL,
    since      timestamptz NOT NULL,
    PRIMARY KEY (account_id, chat)
);
