INSERT INTO public.conversations_asked (account_id, repo_id, number, updated_at) VALUES
	(9000, 1, 1, '2026-11-29 12:00:00+00');
