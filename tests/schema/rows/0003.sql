-- A token that stops by itself.
INSERT INTO public.tokens (name, hash, scopes, expires_at) VALUES
	('for a while', sha256('bugscrub_an-expired-token'), '{read}', '2024-01-01 00:00:00+00');
