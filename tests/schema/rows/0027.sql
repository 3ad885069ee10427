-- A view that says what to do with its items.
INSERT INTO public.views (account_id, name, title, description, resolution, target, filter, sort) VALUES
	(9000, 'reproduce', 'To be reproduced', 'Bugs that nobody has seen yet', 'Ask for a reproduction or close it.', 3, '{"label":"bug"}', 'oldest');
