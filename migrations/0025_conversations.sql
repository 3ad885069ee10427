-- What is known of an item's conversation, as far as filters, orders and questions to GitHub look at it. The rest is in
-- the folded state.
ALTER TABLE items
    ADD COLUMN reactions bigint,
    ADD COLUMN commenters bigint,
    ADD COLUMN review text,
    ADD COLUMN author_association text,
    ADD COLUMN conversation_due boolean NOT NULL DEFAULT false;
CREATE INDEX items_conversation_due ON items (account_id, generation, repo_id, number) WHERE conversation_due;
