INSERT INTO public.left_out (account_id, source, place, times, last_at, last_seen) VALUES
	(9000, 'issues', 'issue.labels[]', 2, '2026-11-29 12:00:00+00', '72d3162e-cc78-11e3-81ab-4c9367dc0958'),
	(0, 'the list of installations', '[] (an installation)', 1, '2026-11-29 12:00:00+00', '');
