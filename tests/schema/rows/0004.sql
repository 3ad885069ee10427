-- A view of one account, and a token for a view.
INSERT INTO public.views (account_id, name, description, filter, sort) VALUES
	(9000, 'bugs', 'Bugs that wait', '{"label": ["bug"], "type": ["Issue"]}', 'stalest');
INSERT INTO public.tokens (name, hash, scopes, accounts, view) VALUES
	('wiki', sha256('bugscrub_the-wikis-token'), '{embed}', '{9000}', 'bugs');
