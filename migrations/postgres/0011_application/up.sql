-- One number per living person: no two persons come from one reference of the registry's (PROTOCOL 9).
ALTER TABLE persons ADD COLUMN unique_digest BYTEA;
CREATE UNIQUE INDEX persons_by_unique_digest ON persons (unique_digest);

-- Which person a document belongs to. By a PRF: a document's number can be guessed, a digest without the key cannot.
CREATE TABLE documents (
    digest BYTEA NOT NULL PRIMARY KEY,
    person BYTEA NOT NULL,
    sealed BYTEA NOT NULL                      -- its kind and its last day
);
CREATE INDEX documents_of_person ON documents (person);

-- Applications in progress: nobody's person yet. Gone half an hour to an hour and a half after they began.
CREATE TABLE applications (
    id          BYTEA   NOT NULL PRIMARY KEY,    -- expiry hour, then random
    secret_hash BYTEA   NOT NULL,                -- of the browser that goes on with it
    sealed      BYTEA   NOT NULL,
    image       BYTEA,                           -- sealed: the chip's face, until faces were compared
    version     BIGINT  NOT NULL
);

-- What two officers vouched for at a counter.
CREATE TABLE vouchers (
    id        BYTEA NOT NULL PRIMARY KEY,        -- expiry hour, then random
    sealed    BYTEA NOT NULL,
    code_hash BYTEA UNIQUE                       -- none until the second officer has approved
);
