-- What must be told to websites after a session has ended. A row says neither whose session nor which website.

CREATE TABLE outbox (
    id       BLOB    NOT NULL PRIMARY KEY,       -- the hour after which it is given up, then random
    sealed   BLOB    NOT NULL,
    due      INTEGER NOT NULL,                   -- rounded to the hour, or drawn
    attempts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_by_due ON outbox (due);

-- Who has been away for long enough is signed out, and websites are told.
CREATE INDEX sessions_by_last_seen ON sessions (last_seen);
