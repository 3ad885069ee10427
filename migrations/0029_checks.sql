-- How the checks of an open pull request stand.
ALTER TABLE items ADD COLUMN checks text;

-- The items that GitHub was asked about in vain, and the time of their last update as it was then: it does not show their
-- conversation, or their checks had not ended. Until they are updated nobody asks again.
CREATE TABLE conversations_asked (
    account_id  bigint NOT NULL,
    repo_id     bigint NOT NULL,
    number      bigint NOT NULL,
    updated_at  timestamptz,
    PRIMARY KEY (account_id, repo_id, number)
);
