-- New ways in that wait for their day, after a re-proof. At most one of each person.

CREATE TABLE recoveries (
    person   BYTEA NOT NULL PRIMARY KEY,
    due_hour BIGINT NOT NULL,                    -- the hour in which they are due; the instant is sealed
    sealed   BYTEA NOT NULL
);
CREATE INDEX recoveries_by_due ON recoveries (due_hour);
