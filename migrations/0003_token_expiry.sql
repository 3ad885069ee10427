-- When a token stops being in force by itself; null: never.
ALTER TABLE tokens ADD COLUMN expires_at timestamptz;
