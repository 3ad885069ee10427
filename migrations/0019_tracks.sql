-- Rounds for those who do not see all repositories. What they see has rounds of its own, which go by what is public
-- alone, so that none of their answers depends on what is hidden. An event `round_began` begins the next round for
-- both, unless it says that it is for those who see all alone; `public_round_began` is for the others alone. They lie
-- in a table of their own, where the previous version does not take them for rounds of its own.
ALTER TABLE rounds ADD COLUMN alone boolean NOT NULL DEFAULT false;

CREATE OR REPLACE VIEW current_rounds AS
SELECT r.* FROM accounts a JOIN rounds r ON r.account_id = a.account_id AND r.generation = a.generation;

CREATE TABLE public_rounds (
    account_id       bigint NOT NULL,
    generation       bigint NOT NULL,
    view             text NOT NULL,
    -- Marks after this position are the round's.
    started_position bigint NOT NULL,
    started_at       timestamptz,
    PRIMARY KEY (account_id, generation, view, started_position)
);

-- Each beginning of a round, and for whom: for those who see all (`whole`), for the others (`public`).
CREATE VIEW current_round_starts AS
SELECT r.account_id, r.view, r.started_position, r.started_at, true AS whole, NOT r.alone AS public
FROM accounts a JOIN rounds r ON r.account_id = a.account_id AND r.generation = a.generation
UNION ALL
SELECT p.account_id, p.view, p.started_position, p.started_at, false AS whole, true AS public
FROM accounts a JOIN public_rounds p ON p.account_id = a.account_id AND p.generation = a.generation;

-- Whether a scrub was opened by somebody who does not see all: its deck is what their round had left.
ALTER TABLE scrubs ADD COLUMN public boolean NOT NULL DEFAULT false;

CREATE OR REPLACE VIEW current_scrubs AS
SELECT s.* FROM accounts a JOIN scrubs s ON s.account_id = a.account_id AND s.generation = a.generation;
