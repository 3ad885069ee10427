-- Two scrubs of a view, the first closed, the second in the view's next round and open; a note that was
-- written twice, a mark outside of a scrub, and a spreadsheet's row about an item that is not here.
INSERT INTO public.events (account_id, "position", source_key, source, kind, repo_id, number, actor_login, actor_id, actor_bot, occurred_at, recorded_at, data) VALUES
	(9000, 29, 'scrub:a9110996-c64e-41f3-b789-a39e98fff539:0', 'scrub', 'noted', 1, 1, 'ada', NULL, false, '2026-11-28 05:28:12.037316+00', '2026-11-28 05:28:12.069271+00', '{"v":1,"scrub":{"noted":{"repo_id":1,"number":1,"text":{"recommended_action":"close","comment":"Nobody can reproduce it.","flag":"security"}}}}'),
	(9000, 30, 'scrub:ee5df54b-3d9a-47c3-a51d-0f131a22309f:0', 'scrub', 'noted', 1, 1, 'linus', NULL, false, '2026-11-28 05:28:12.153428+00', '2026-11-28 05:28:12.189683+00', '{"v":1,"scrub":{"noted":{"repo_id":1,"number":1,"text":{"recommended_action":"close","comment":"Ada found out why."}}}}'),
	(9000, 31, 'scrub:fe61411b-d6ed-43ce-9e2c-14ab4e9680fb:0', 'scrub', 'read', 2, 2, 'admin', NULL, false, '2026-11-28 05:28:12.280966+00', '2026-11-28 05:28:12.304644+00', '{"v":1,"scrub":{"read":{"repo_id":2,"number":2}}}'),
	(9000, 32, 'scrub:0e39d519-34e8-47cf-8bb2-bb3efc4fb7f4:0', 'scrub', 'scrub_opened', NULL, NULL, 'ada', NULL, false, '2026-11-28 05:28:12.362911+00', '2026-11-28 05:28:12.39146+00', '{"v":1,"scrub":{"opened":{"scrub":1,"view":"bugs","round":1,"date":"2026-11-28","host":"ada","attendees":["ada","linus","grace"],"total":1,"deck":[[1,1,2,1061,1060]]}}}'),
	(9000, 33, 'scrub:3af0f6a1-e96c-4c14-9daf-83473fe4dc4c:0', 'scrub', 'scrub_advanced', NULL, NULL, 'linus', NULL, false, '2026-11-28 05:28:12.475643+00', '2026-11-28 05:28:12.495785+00', '{"v":1,"scrub":{"advanced":{"scrub":1,"place":1,"skipped":false}}}'),
	(9000, 34, 'scrub:3af0f6a1-e96c-4c14-9daf-83473fe4dc4c:1', 'scrub', 'read', 1, 1, 'linus', NULL, false, '2026-11-28 05:28:12.475643+00', '2026-11-28 05:28:12.495785+00', '{"v":1,"scrub":{"read":{"repo_id":1,"number":1,"scrub":1}}}'),
	(9000, 35, 'round:bugs:2', 'scrub', 'round_began', NULL, NULL, 'linus', NULL, false, '2026-11-28 05:28:12.475643+00', '2026-11-28 05:28:12.621283+00', '{"v":1,"scrub":{"round_began":{"view":"bugs","round":2}}}'),
	(9000, 36, 'scrub:1:closed', 'scrub', 'scrub_closed', NULL, NULL, 'ada', NULL, false, '2026-11-28 05:28:12.673037+00', '2026-11-28 05:28:12.677399+00', '{"v":1,"scrub":{"closed":{"scrub":1,"forgotten":false}}}'),
	(9000, 37, 'scrub:5fe3600c-de56-429a-911d-4cbddfccca60:0', 'scrub', 'scrub_opened', NULL, NULL, 'linus', NULL, false, '2026-11-28 05:28:12.694393+00', '2026-11-28 05:28:12.702731+00', '{"v":1,"scrub":{"opened":{"scrub":2,"view":"bugs","round":2,"date":"2026-11-28","host":"linus","attendees":["linus","ada"],"total":1,"deck":[[1,1,2,1061,1060]]}}}'),
	(9000, 38, 'sheet/1', 'scrub', 'unplaced', NULL, NULL, 'ada', NULL, false, NULL, '2026-11-28 05:28:12.703731+00', '{"v":1,"scrub":{"unplaced":{"repository":"acme/old-widgets","item_type":"Issue","number":3,"text":{"recommended_action":"ask"},"read":true}}}');
UPDATE public.accounts SET head_position = 38, last_recorded_at = '2026-11-28 05:28:12.704731+00' WHERE account_id = 9000;
INSERT INTO public.remarks (account_id, generation, repo_id, number, read_position, note_position, noted, folded) VALUES
	(9000, 1, 2, 2, 31, 0, false, '{"marks":[{"position":31,"at":"2026-11-28T05:28:12.280966Z","by":"admin"}]}'),
	(9000, 1, 1, 1, 34, 30, true, '{"marks":[{"position":34,"at":"2026-11-28T05:28:12.475643Z","by":"linus","scrub":1}],"note":{"position":30,"at":"2026-11-28T05:28:12.153428Z","by":"linus","recommended_action":"close","comment":"Ada found out why."}}');
INSERT INTO public.rounds (account_id, generation, view, round, started_position, started_at) VALUES
	(9000, 1, 'bugs', 2, 35, '2026-11-28 05:28:12.475643+00');
INSERT INTO public.scrubs (account_id, generation, scrub, view, round, date, host, opened_by, opened_at, opened_position, touched_at, closed_at, forgotten, imported, cursor_place, total) VALUES
	(9000, 1, 1, 'bugs', 1, '2026-11-28', 'ada', 'ada', '2026-11-28 05:28:12.362911+00', 32, '2026-11-28 05:28:12.673037+00', '2026-11-28 05:28:12.673037+00', false, false, NULL, 1),
	(9000, 1, 2, 'bugs', 2, '2026-11-28', 'linus', 'linus', '2026-11-28 05:28:12.694393+00', 37, '2026-11-28 05:28:12.694393+00', NULL, false, false, 1, 1);
INSERT INTO public.attendees (account_id, generation, scrub, login, name, "position") VALUES
	(9000, 1, 1, 'ada', 'ada', 32),
	(9000, 1, 1, 'linus', 'linus', 32),
	(9000, 1, 1, 'grace', 'grace', 32),
	(9000, 1, 2, 'linus', 'linus', 37),
	(9000, 1, 2, 'ada', 'ada', 37);
INSERT INTO public.deck_rows (account_id, generation, scrub, place, repo_id, number, rank, days_age, days_stale, outcome, arrived_position, arrived_at, left_position, left_at) VALUES
	(9000, 1, 1, 1, 1, 1, 2, 1061, 1060, 'read', 32, '2026-11-28 05:28:12.362911+00', 33, '2026-11-28 05:28:12.475643+00'),
	(9000, 1, 2, 1, 1, 1, 2, 1061, 1060, NULL, 37, '2026-11-28 05:28:12.694393+00', NULL, NULL);
INSERT INTO public.unplaced_rows (account_id, generation, "position", told) VALUES
	(9000, 1, 38, '{"unplaced":{"repository":"acme/old-widgets","item_type":"Issue","number":3,"text":{"recommended_action":"ask"},"read":true}}');
