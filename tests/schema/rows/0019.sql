-- A round that began for those who do not see all repositories alone.
INSERT INTO public.events (account_id, "position", source_key, source, kind, repo_id, number, actor_login, actor_id, actor_bot, occurred_at, recorded_at, data) VALUES
	(9000, 39, 'public-round:bugs:3', 'scrub', 'public_round_began', NULL, NULL, 'linus', NULL, false, '2026-11-28 05:06:35.625537+00', '2026-11-28 05:06:35.797735+00', '{"v":1,"scrub":{"public_round_began":{"view":"bugs","round":3}}}');
UPDATE public.accounts SET head_position = 39, last_recorded_at = '2026-11-28 05:06:35.797735+00' WHERE account_id = 9000;
INSERT INTO public.public_rounds (account_id, generation, view, started_position, started_at) VALUES
	(9000, 1, 'bugs', 39, '2026-11-28 05:06:35.625537+00');
