-- Somebody in the room of a scrub, with a row to read by themselves.
INSERT INTO public.scrub_rooms (account_id, scrub, version, timer_version, row_seconds) VALUES (9000, 1, 3, 1, 120);
INSERT INTO public.scrub_presences (account_id, scrub, login, client, name, place, following, typing, came_at, changed_at, expires_at)
VALUES (9000, 1, 'ada', 'a-tab', 'Ada', 2, false, false, '2026-11-29 17:00:00+00', '2026-11-29 17:00:00+00', '2026-11-29 17:00:30+00');
INSERT INTO public.scrub_claims (account_id, scrub, place, login, name, until) VALUES (9000, 1, 2, 'ada', 'Ada', '2026-11-29 17:10:00+00');
