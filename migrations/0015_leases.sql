-- Whoever asks GitHub has a gate and a job by a lease, which lasts for seconds and is renewed meanwhile. Before,
-- they had a row's lock, in a transaction that stayed open as long as GitHub took to answer: a database that ends
-- idle transactions ended every question.

ALTER TABLE gates
    ADD COLUMN held_by uuid,
    ADD COLUMN held_until timestamptz,
    -- Who comes next, so that a busy replica does not take the gate again and again.
    ADD COLUMN awaited_by uuid,
    ADD COLUMN awaited_until timestamptz;

-- Earlier versions hold rows of job_locks instead. Jobs get such a row as long as those versions may be started.
ALTER TABLE jobs
    ADD COLUMN held_by uuid,
    ADD COLUMN held_until timestamptz;
