-- Two scrubs of a view, the first closed, the second in the view's next round and open; a note that was
-- written twice, a mark outside of a scrub, and a row of a spreadsheet about an item that is not here.
-- As version 0.1.0 made them.
INSERT INTO public.events (account_id, "position", source_key, source, kind, repo_id, number, actor_login, actor_id, actor_bot, occurred_at, recorded_at, data) VALUES
	(9000, 29, 'scrub:33913366-dfb8-45e3-9b9d-45e2018046bd:0', 'scrub', 'noted', 1, 1, 'ada', NULL, false, '2026-11-28 05:05:35.344733+00', '2026-11-28 05:05:35.359133+00', '{"v":1,"scrub":{"noted":{"repo_id":1,"number":1,"text":{"recommended_action":"close","comment":"Nobody can reproduce it.","flag":"security"}}}}'),
	(9000, 30, 'scrub:707b197b-69f9-4236-bb7f-298aa26b4cbe:0', 'scrub', 'noted', 1, 1, 'linus', NULL, false, '2026-11-28 05:05:35.43026+00', '2026-11-28 05:05:35.44114+00', '{"v":1,"scrub":{"noted":{"repo_id":1,"number":1,"text":{"recommended_action":"close","comment":"Ada found out why."}}}}'),
	(9000, 31, 'scrub:3ca56697-31c2-4849-97fb-a16b8daea650:0', 'scrub', 'read', 2, 2, 'admin', NULL, false, '2026-11-28 05:05:35.492628+00', '2026-11-28 05:05:35.501556+00', '{"v":1,"scrub":{"read":{"repo_id":2,"number":2}}}'),
	(9000, 32, 'scrub:073374b5-cf2e-474a-afa9-0f9e89524758:0', 'scrub', 'scrub_opened', NULL, NULL, 'ada', NULL, false, '2026-11-28 05:05:35.552803+00', '2026-11-28 05:05:35.564433+00', '{"v":1,"scrub":{"opened":{"scrub":1,"view":"bugs","round":1,"date":"2026-11-28","host":"ada","attendees":["ada","linus","grace"],"total":1,"deck":[[1,1,2,1061,1060]]}}}'),
	(9000, 33, 'scrub:70a18752-7ced-4e04-b135-b1a22644b1d5:0', 'scrub', 'scrub_advanced', NULL, NULL, 'linus', NULL, false, '2026-11-28 05:05:35.625537+00', '2026-11-28 05:05:35.634617+00', '{"v":1,"scrub":{"advanced":{"scrub":1,"place":1,"skipped":false}}}'),
	(9000, 34, 'scrub:70a18752-7ced-4e04-b135-b1a22644b1d5:1', 'scrub', 'read', 1, 1, 'linus', NULL, false, '2026-11-28 05:05:35.625537+00', '2026-11-28 05:05:35.634617+00', '{"v":1,"scrub":{"read":{"repo_id":1,"number":1,"scrub":1}}}'),
	(9000, 35, 'round:bugs:2', 'scrub', 'round_began', NULL, NULL, 'linus', NULL, false, '2026-11-28 05:05:35.625537+00', '2026-11-28 05:05:35.797735+00', '{"v":1,"scrub":{"round_began":{"view":"bugs","round":2}}}'),
	(9000, 36, 'scrub:1:closed', 'scrub', 'scrub_closed', NULL, NULL, 'ada', NULL, false, '2026-11-28 05:05:35.819593+00', '2026-11-28 05:05:35.828565+00', '{"v":1,"scrub":{"closed":{"scrub":1,"forgotten":false}}}'),
	(9000, 37, 'scrub:d4a10ec1-6516-44a0-99a4-5eec2ba07088:0', 'scrub', 'scrub_opened', NULL, NULL, 'linus', NULL, false, '2026-11-28 05:05:35.866904+00', '2026-11-28 05:05:35.892966+00', '{"v":1,"scrub":{"opened":{"scrub":2,"view":"bugs","round":2,"date":"2026-11-28","host":"linus","attendees":["linus","ada"],"total":1,"deck":[[1,1,2,1061,1060]]}}}'),
	(9000, 38, 'sheet:unplaced:0123456789abcdef01234567', 'scrub', 'unplaced', NULL, NULL, 'ada', NULL, false, NULL, '2026-11-28 05:05:36.000001+00', '{"v":1,"scrub":{"unplaced":{"repository":"acme/gone","item_type":"Issue","number":9,"text":{"comment":"kept"},"read":true}}}');
UPDATE public.accounts SET head_position = 38, last_recorded_at = '2026-11-28 05:05:36.000001+00' WHERE account_id = 9000;
INSERT INTO public.remarks (account_id, generation, repo_id, number, read_position, note_position, noted, folded) VALUES
	(9000, 1, 2, 2, 31, 0, false, '{"marks":[{"position":31,"at":"2026-11-28T05:05:35.492628Z","by":"admin"}]}'),
	(9000, 1, 1, 1, 34, 30, true, '{"marks":[{"position":34,"at":"2026-11-28T05:05:35.625537Z","by":"linus","scrub":1}],"note":{"position":30,"at":"2026-11-28T05:05:35.430260Z","by":"linus","recommended_action":"close","comment":"Ada found out why."}}');
INSERT INTO public.rounds (account_id, generation, view, round, started_position, started_at) VALUES
	(9000, 1, 'bugs', 2, 35, '2026-11-28 05:05:35.625537+00');
INSERT INTO public.scrubs (account_id, generation, scrub, view, round, date, host, opened_by, opened_at, opened_position, touched_at, closed_at, forgotten, imported, cursor_place, total) VALUES
	(9000, 1, 1, 'bugs', 1, '2026-11-28', 'ada', 'ada', '2026-11-28 05:05:35.552803+00', 32, '2026-11-28 05:05:35.819593+00', '2026-11-28 05:05:35.819593+00', false, false, NULL, 1),
	(9000, 1, 2, 'bugs', 2, '2026-11-28', 'linus', 'linus', '2026-11-28 05:05:35.866904+00', 37, '2026-11-28 05:05:35.866904+00', NULL, false, false, 1, 1);
INSERT INTO public.attendees (account_id, generation, scrub, login, name, "position") VALUES
	(9000, 1, 1, 'ada', 'ada', 32),
	(9000, 1, 1, 'linus', 'linus', 32),
	(9000, 1, 1, 'grace', 'grace', 32),
	(9000, 1, 2, 'linus', 'linus', 37),
	(9000, 1, 2, 'ada', 'ada', 37);
INSERT INTO public.deck_rows (account_id, generation, scrub, place, repo_id, number, rank, days_age, days_stale, outcome, marked, arrived_position, arrived_at, left_position, left_at) VALUES
	(9000, 1, 1, 1, 1, 1, 2, 1061, 1060, 'read', true, 32, '2026-11-28 05:05:35.552803+00', 33, '2026-11-28 05:05:35.625537+00'),
	(9000, 1, 2, 1, 1, 1, 2, 1061, 1060, NULL, false, 37, '2026-11-28 05:05:35.866904+00', NULL, NULL);
INSERT INTO public.unplaced_rows (account_id, generation, "position", told) VALUES
	(9000, 1, 38, '{"unplaced":{"repository":"acme/gone","item_type":"Issue","number":9,"text":{"comment":"kept"},"read":true}}');
