-- When a gate's next request may go out, by the pace that GitHub asks of its clients: points a
-- minute, beside the hourly budgets.
ALTER TABLE gates ADD COLUMN paced_to timestamptz;

-- By how many items GitHub's counts stand above ours after all that GitHub lists was looked at:
-- open and all issues, open and all pull requests, open and all discussions. As long as these
-- stay, listing the repository once more would find nothing.
ALTER TABLE sync ADD COLUMN differs bigint[];

-- A corrected translation of a delivery names the event that it stands instead of; both stay.
ALTER TABLE events ADD COLUMN supersedes text;
CREATE UNIQUE INDEX events_superseded ON events (account_id, supersedes) WHERE supersedes IS NOT NULL;

-- What counts of the log is decided here and nowhere else: neither what was superseded nor what
-- merely takes something back. A subquery for each event, not an anti-join: the planner, whose
-- statistics hardly know of superseded events, would join by comparing all with all.
CREATE VIEW effective_events AS
SELECT e.account_id, e.position, e.source_key, e.source, e.kind, e.repo_id, e.number, e.actor_login, e.actor_id,
       e.actor_bot, e.occurred_at, e.recorded_at, e.data
FROM events e
WHERE e.kind <> 'retracted'
  AND (SELECT true FROM events later
       WHERE later.account_id = e.account_id AND later.supersedes = e.source_key LIMIT 1) IS NULL;
