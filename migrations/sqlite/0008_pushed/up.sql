-- Authorization requests that websites pushed (RFC 9126). Gone with the code that they led to, or an hour or so later.

CREATE TABLE pushed (
    id     BLOB NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
