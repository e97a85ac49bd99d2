-- Makes tables of version 4 ones of version 3.
ALTER TABLE requests DROP COLUMN instructed;
ALTER TABLE requests ADD COLUMN receipt BYTEA;
ALTER TABLE requests ADD COLUMN batch BYTEA;
ALTER TABLE requests ADD COLUMN position BIGINT;
ALTER TABLE requests ADD COLUMN answered BIGINT;
ALTER TABLE requests ADD COLUMN batched BIGINT;
ALTER TABLE requests ADD COLUMN settled BIGINT;
UPDATE requests SET
	receipt = (SELECT receipt FROM receipts WHERE receipts.seq = requests.seq),
	answered = (SELECT answered FROM receipts WHERE receipts.seq = requests.seq),
	position = (SELECT position FROM receipts WHERE receipts.seq = requests.seq),
	batch = (SELECT root FROM receipts JOIN batches ON batches.seq = receipts.batch
		WHERE receipts.seq = requests.seq);
UPDATE requests SET state = 3, batched = (SELECT created FROM batches WHERE root = requests.batch)
	WHERE batch IS NOT NULL;
UPDATE requests SET state = 4, settled = (SELECT ended FROM batches WHERE root = requests.batch)
	WHERE batch IN (SELECT root FROM batches WHERE state = 2);
UPDATE requests SET state = 5, reason = (SELECT reason FROM batches WHERE root = requests.batch),
	failed = (SELECT ended FROM batches WHERE root = requests.batch)
	WHERE batch IN (SELECT root FROM batches WHERE state = 3);
DROP INDEX requests_failed;
DROP INDEX batches_ended;
DROP TABLE receipts;
CREATE INDEX requests_unbatched ON requests (answered, seq) WHERE state = 2;
CREATE INDEX requests_batch ON requests (batch, position) WHERE batch IS NOT NULL;
CREATE INDEX requests_ended ON requests (COALESCE(settled, failed)) WHERE state > 3;
