-- Copies what one delivery made: :each open items in each of :repositories repositories, each with times, labels, an author and
-- a title of its own. For the measurements alone: nothing of it is in the log. psql -v repositories=10000 -v each=100 -f seed.sql
DROP INDEX items_by_folded_title;
CREATE TEMP TABLE one AS SELECT * FROM items LIMIT 1;
CREATE TEMP TABLE home AS SELECT * FROM repositories LIMIT 1;
CREATE TEMP TABLE tag AS SELECT * FROM labels LIMIT 1;
DELETE FROM items;
DELETE FROM repositories;
DELETE FROM labels;
INSERT INTO repositories (account_id, generation, repo_id, owner, name, html_url, private, archived, gone,
                          present_since, folded)
SELECT account_id, generation, g, owner, 'repo-' || g, html_url, false, false, false, present_since, folded
FROM home, generate_series(1, :repositories) AS g;
INSERT INTO labels (account_id, generation, repo_id, label_id, name, removed, folded)
SELECT account_id, generation, r, r * 100 + n, 'label-' || n, false, folded
FROM tag, generate_series(1, :repositories) AS r, generate_series(1, 30) AS n;
INSERT INTO items (account_id, generation, repo_id, number, type, state, title, author, created_at,
                   updated_at, labels, assignees, milestone, comments, draft, live, tied, folded,
                   assignee_ids, assignees_without_id, waits_for, waits_since, human_at, reactions, commenters,
                   title_folded)
SELECT account_id, generation, r, n, (ARRAY['Issue', 'PR', 'Discussion'])[1 + floor(random() * 3)::int],
       'open', title, 'author-' || floor(random() * 50000)::int, created, updated,
       ARRAY[r * 100 + 1 + floor(random() * 10)::int, r * 100 + 11 + floor(random() * 10)::int,
             r * 100 + 21 + floor(random() * 10)::int], '{}', NULL, floor(random() * 30)::int, false, true, false,
       folded, '{}', '{}', (ARRAY['author', 'maintainers'])[1 + floor(random() * 2)::int], updated, updated,
       floor(random() * 30)::int, floor(random() * 9)::int,
       -- As the program writes it: otherwise it would write all of them while it is measured.
       lower(title)
FROM (SELECT made.*, created + (now() - created) * random() AS updated,
             'Crash number ' || floor(random() * 1e9)::bigint || ' in part ' || n AS title
      FROM (SELECT account_id, generation, folded, r, n, now() - random() * interval '8 years' AS created
            FROM one, generate_series(1, :repositories) AS r, generate_series(1, :each) AS n) AS made) AS made;
CREATE INDEX items_by_folded_title ON items USING gin (title_folded gin_trgm_ops) WHERE state = 'open';
VACUUM items;
ANALYZE;
