CREATE TABLE signing_keys (
    kid           TEXT    NOT NULL PRIMARY KEY,
    alg           TEXT    NOT NULL,
    sealed        BLOB    NOT NULL,
    published     INTEGER NOT NULL,
    signs_from    INTEGER NOT NULL,
    retires       INTEGER,
    removed_after INTEGER
) STRICT, WITHOUT ROWID;
