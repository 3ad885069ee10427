-- What is remembered to ask GitHub.
INSERT INTO public.installations (account_id, installation_id, login, suspended, permissions, seen_at, gone_at) VALUES
	(9000, 1, 'acme', false, '{"issues": "read", "metadata": "read"}', '2026-11-28 04:00:00+00', NULL),
	(9100, 2, 'globex', true, '{"issues": "read"}', '2026-11-28 04:00:00+00', '2026-11-28 04:01:00+00');
INSERT INTO public.gates (account_id, shut_until, reason, core_limit, core_remaining, core_resets_at, graphql_limit, graphql_remaining, graphql_resets_at, reads, token_mints, redeliveries) VALUES
	(0, NULL, NULL, 5000, 4990, '2026-11-28 05:00:00+00', NULL, NULL, NULL, 10, 2, 1),
	(9000, '2026-11-28 04:10:00+00', 'GitHub asked to wait', 5000, 4000, '2026-11-28 05:00:00+00', 5000, 4950, '2026-11-28 05:00:00+00', 1000, 0, 0);
INSERT INTO public.sync (account_id, repo_id, node_id, has_discussions, items, fetched, open_at, complete_at, swept_at, mended) VALUES
	(9000, 1, 'R_1', false, 4, 4, '2026-11-28 04:00:10+00', '2026-11-28 04:00:20+00', '2026-11-28 04:00:00+00', 1),
	(9000, 2, 'R_2', true, 300, 100, '2026-11-28 04:00:10+00', NULL, NULL, 0);
INSERT INTO public.jobs (account_id, kind, repo_id, priority, due_at, started_at, cursor, numbers, failures, error, asked) VALUES
	(9000, 'closed', 2, 5, '2026-11-28 04:00:30+00', '2026-11-28 04:00:20+00', 'page=2', '{1,2,3}', 1, 'GitHub answered 502', 2),
	(9000, 'sweep', 0, 3, '2099-01-01 00:00:00+00', NULL, NULL, NULL, 0, NULL, 1);
INSERT INTO public.job_locks (account_id, kind, repo_id) VALUES (9000, 'closed', 2), (9000, 'sweep', 0);
INSERT INTO public.redeliveries (account_id, guid, asked, asked_at) VALUES
	(9000, '10000000-0000-4000-8000-000000000099', 2, '2026-11-28 04:00:00+00');
