-- Websites that registered themselves (RFC 7591): their token's hash, and when they are forgotten. And refusals, apart by
-- whether the website had proven itself or anybody may have sent its client_id.

ALTER TABLE clients ADD COLUMN registration_hash BYTEA;
ALTER TABLE clients ADD COLUMN expires_day BIGINT;
CREATE INDEX clients_by_expiry ON clients (expires_day);

ALTER TABLE refusals ADD COLUMN proven BOOLEAN NOT NULL DEFAULT FALSE;
DROP INDEX refusals_of_client;
CREATE INDEX refusals_of_client ON refusals (client_id, proven, id);
