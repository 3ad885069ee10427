-- Names with letters beyond ASCII are compared by the program, which reads all of them: they are few. The planner took
-- them for nearly all names, since it cannot know how often two functions of a name differ, and read whole tables once
-- they had statistics. An equality it takes for rare, and learns about.
DROP INDEX labels_beyond_ascii;
DROP INDEX milestones_beyond_ascii;
CREATE INDEX labels_beyond_ascii ON labels (account_id, least(octet_length(name) - char_length(name), 1), generation);
CREATE INDEX milestones_beyond_ascii
    ON milestones (account_id, least(octet_length(title) - char_length(title), 1), generation);
