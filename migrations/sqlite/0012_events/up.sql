-- What happened to a person's ways in, for the person's own eyes.

CREATE TABLE events (
    id     BLOB NOT NULL PRIMARY KEY,            -- expiry hour, then random
    person BLOB NOT NULL,
    sealed BLOB NOT NULL                         -- what, when, in which browser
) STRICT, WITHOUT ROWID;
CREATE INDEX events_of_person ON events (person, id);
