-- Whom an open item waits for, `author` or `maintainers`; null where nobody can tell. Earlier versions
-- did not fold it: of their rows it becomes known with the item's next event, or of all of them by
-- `bugscrub rebuild`. It is not filled in here: that would lock and rewrite every row while
-- deliveries wait.
ALTER TABLE items ADD COLUMN waits_for text;

CREATE OR REPLACE VIEW current_items AS
SELECT i.* FROM accounts a JOIN items i ON i.account_id = a.account_id AND i.generation = a.generation;
