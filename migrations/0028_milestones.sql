-- Whether a milestone is closed, and when it is due. Earlier versions write neither; null: no payload has said it since.
ALTER TABLE milestones ADD COLUMN closed boolean, ADD COLUMN due_on timestamptz;
CREATE OR REPLACE VIEW current_milestones AS
SELECT m.* FROM accounts a JOIN milestones m ON m.account_id = a.account_id AND m.generation = a.generation;
