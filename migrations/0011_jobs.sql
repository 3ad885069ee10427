-- Which row a worker took: one that was forgotten and made again under the same key is another job,
-- and what a page of the old one ends with is not about it.
ALTER TABLE jobs ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
