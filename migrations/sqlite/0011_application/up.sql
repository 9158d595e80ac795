-- One number per living person: no two persons come from one reference of the registry's (PROTOCOL 9).
ALTER TABLE persons ADD COLUMN unique_digest BLOB;
CREATE UNIQUE INDEX persons_by_unique_digest ON persons (unique_digest);

-- Which person a document belongs to. By a PRF: a document's number can be guessed, a digest without the key cannot.
CREATE TABLE documents (
    digest BLOB  NOT NULL PRIMARY KEY,
    person BLOB  NOT NULL,
    sealed BLOB  NOT NULL                      -- its kind and its last day
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_of_person ON documents (person);

-- Applications in progress: nobody's person yet. Gone half an hour to an hour and a half after they began.
CREATE TABLE applications (
    id          BLOB    NOT NULL PRIMARY KEY,    -- expiry hour, then random
    secret_hash BLOB    NOT NULL,                -- of the browser that goes on with it
    sealed      BLOB    NOT NULL,
    image       BLOB,                            -- sealed: the chip's face, until faces were compared
    version     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What two officers vouched for at a counter.
CREATE TABLE vouchers (
    id        BLOB  NOT NULL PRIMARY KEY,        -- expiry hour, then random
    sealed    BLOB  NOT NULL,
    code_hash BLOB UNIQUE                        -- none until the second officer has approved
) STRICT, WITHOUT ROWID;
