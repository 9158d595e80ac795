-- What happened to a person's ways in, for the person's own eyes.

CREATE TABLE events (
    id     BYTEA NOT NULL PRIMARY KEY,           -- expiry hour, then random
    person BYTEA NOT NULL,
    sealed BYTEA NOT NULL                        -- what, when, in which browser
);
CREATE INDEX events_of_person ON events (person, id);
