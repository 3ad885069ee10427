-- Labels and milestones that are no more: few, and asked for by whoever wants the items that have none.
CREATE INDEX labels_gone ON labels (account_id, generation) WHERE removed OR name = '';
CREATE INDEX milestones_gone ON milestones (account_id, generation) WHERE removed OR title = '';
