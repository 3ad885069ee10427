-- The session of a person, and that of a token.
INSERT INTO public.sessions (hash, github_id, login, access_token, refresh_token, access_expires_at, refresh_expires_at, expires_at) VALUES
	(sha256('a cookie'), 304951, 'ada', 'sealed', 'sealed too', '2026-11-29 20:00:00+00', '2027-05-29 12:00:00+00', '2126-12-29 12:00:00+00');
INSERT INTO public.sessions (hash, token_hash, expires_at) VALUES
	(sha256('another cookie'), sha256('its token'), '2126-12-29 12:00:00+00');
