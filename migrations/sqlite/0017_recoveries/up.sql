-- New ways in that wait for their day, after a re-proof. At most one of each person.

CREATE TABLE recoveries (
    person   BLOB NOT NULL PRIMARY KEY,
    due_hour INTEGER NOT NULL,                    -- the hour in which they are due; the instant is sealed
    sealed   BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX recoveries_by_due ON recoveries (due_hour);
