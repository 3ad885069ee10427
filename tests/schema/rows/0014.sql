-- Somebody who was renamed.
INSERT INTO public.people (account_id, generation, person_id, login, logins, renamed_at, folded) VALUES
	(9000, 1, 1806, 'grace-hopper', '{grace,grace-hopper}', '2026-11-28 05:05:35+00', '{"grace":{"last":"2026-11-01T08:00:00Z","first":"2026-11-01T08:00:00Z","heard":"2026-11-28T05:05:35Z"},"grace-hopper":{"last":"2026-11-02T08:00:00Z","first":"2026-11-02T08:00:00Z","heard":"2026-11-28T05:05:35Z"}}');
