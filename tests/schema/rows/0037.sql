-- A holiday, a meeting that begins on another day with a talk, and a date about which nothing is said any more.
INSERT INTO public.schedule_dates (account_id, date, cancelled, moved_to, reason, sequence, changed_at) VALUES
	(9000, '2026-12-23', true, NULL, 'Holidays', 1, '2026-11-29 12:00:00+00'),
	(9000, '2026-12-30', false, '2026-12-29 17:00:00+00', 'The day after is a holiday', 3, '2026-11-29 12:05:00+00'),
	(9000, '2027-01-06', false, NULL, '', 2, '2026-11-29 12:06:00+00');
INSERT INTO public.talks (account_id, date, talk, title, presenter, minutes) VALUES
	(9000, '2026-12-30', 2, 'Flaky tests, and where they come from', 'grace', 10),
	(9000, '2026-12-30', 3, 'What is new', 'ada', NULL);
-- Who greets, and a guest.
INSERT INTO public.scrub_greeters (account_id, scrub, greeter) VALUES (9000, 1, 'grace');
INSERT INTO public.scrub_guests (account_id, scrub, client, name) VALUES (9000, 1, '3f0c9a1e', 'Linus (guest)');
