-- A request that may be repeated.
INSERT INTO public.requests (account_id, token_id, key, content, position) VALUES
	(9000, 1, '7c4a8d09-ca37-4a8f-8d5a-3b1f0e6f2a11', sha256('PUT a note'), 3);
