-- A ticket for a stream.
INSERT INTO public.stream_tickets (account_id, hash, token_hash, expires_at) VALUES
	(9000, sha256('a ticket'), sha256('its token'), '2026-11-29 17:01:00+00');
