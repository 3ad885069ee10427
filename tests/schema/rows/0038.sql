-- A chat, what it was told, and what it could not be told yet.
INSERT INTO public.chats (account_id, chat, since) VALUES (0, '\x00', '2026-11-29 12:00:00+00');
INSERT INTO public.chat_messages (account_id, scrub, kind, state, made_at, due_at, tries, error, ended_at) VALUES
	(9000, 1, 'begins', 'sent', '2026-11-29 12:00:00+00', '2026-11-29 12:00:00+00', 1, NULL, '2026-11-29 12:00:01+00'),
	(9000, 1, 'minutes', 'due', '2026-11-29 13:00:00+00', '2026-11-29 13:00:20+00', 1, 'it is away (status 503)', NULL);
