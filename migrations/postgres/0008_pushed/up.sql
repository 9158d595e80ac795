-- Authorization requests that websites pushed (RFC 9126). Gone with the code that they led to, or an hour or so later.

CREATE TABLE pushed (
    id     BYTEA NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL
);
