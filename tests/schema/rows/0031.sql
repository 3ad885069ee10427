-- What the person of a session may see.
INSERT INTO public.sights (account_id, session_id, github_id, private, triages, told_at, due_at)
SELECT account_id, session_id, github_id, private, triages, '2026-11-29 12:00:00+00', '2026-11-29 12:05:00+00'
FROM public.sessions, (VALUES (0, '{}'::bigint[], false), (9000, '{2}', true)) AS told (account_id, private, triages)
WHERE login = 'ada';
