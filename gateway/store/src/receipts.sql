-- From version 3 to 4: receipts move to a table of their own, and what became of a batch is said by it alone.

ALTER TABLE requests ADD COLUMN instructed BIGINT;

CREATE TABLE receipts (
	seq BIGINT PRIMARY KEY,
	receipt BYTEA NOT NULL,
	answered BIGINT NOT NULL,
	batch BIGINT,
	position BIGINT
);

INSERT INTO receipts SELECT requests.seq, receipt, answered, batches.seq, position
	FROM requests LEFT JOIN batches ON batches.root = requests.batch WHERE receipt IS NOT NULL;

CREATE INDEX receipts_unbatched ON receipts (answered, seq) WHERE batch IS NULL;
CREATE INDEX receipts_batch ON receipts (batch, position) WHERE batch IS NOT NULL;
CREATE INDEX batches_ended ON batches (ended, seq) WHERE state > 1;

DROP INDEX requests_unbatched;
DROP INDEX requests_batch;
DROP INDEX requests_ended;
UPDATE requests SET state = 2, reason = NULL, failed = NULL WHERE receipt IS NOT NULL AND state <> 2;
CREATE INDEX requests_failed ON requests (failed) WHERE state = 5;
ALTER TABLE requests DROP COLUMN receipt;
ALTER TABLE requests DROP COLUMN batch;
ALTER TABLE requests DROP COLUMN position;
ALTER TABLE requests DROP COLUMN answered;
ALTER TABLE requests DROP COLUMN batched;
ALTER TABLE requests DROP COLUMN settled;
