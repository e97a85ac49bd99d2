-- The schema as PostgreSQL reads it; sqlite.rs says what is different there.
-- Amounts are 16 bytes, the highest first. Texts are bytes in UTF-8: PostgreSQL's TEXT takes no NUL.

CREATE TABLE meta (
	name TEXT PRIMARY KEY,
	value BYTEA NOT NULL
);

CREATE TABLE requests (
	seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	id BYTEA NOT NULL UNIQUE,
	repeat BYTEA,
	key BYTEA,
	-- 0 authorised, 1 dispatched, 2 answered: what becomes of its receipt then is said by that, 5 failed
	state BIGINT NOT NULL,
	reason BYTEA,
	request BYTEA NOT NULL,
	payload BYTEA NOT NULL,
	-- 1 when the payload's first turn is instructions for this answer alone
	instructed BIGINT,
	voucher BYTEA NOT NULL,
	session_key BYTEA NOT NULL,
	reserve BYTEA NOT NULL,
	worker BYTEA,
	output BYTEA,
	-- 0 stop, 1 length, 2 cancelled
	finish BIGINT,
	received BIGINT NOT NULL,
	reserved BIGINT NOT NULL,
	authorised BIGINT NOT NULL,
	dispatched BIGINT,
	failed BIGINT,
	-- since when a start knows that a stop has cut it off
	interrupted BIGINT
);

CREATE INDEX requests_repeat ON requests (repeat, seq) WHERE repeat IS NOT NULL;
CREATE INDEX requests_key ON requests (key, seq) WHERE key IS NOT NULL;
CREATE INDEX requests_unfinished ON requests (seq) WHERE state < 2;
CREATE INDEX requests_failed ON requests (failed) WHERE state = 5;

-- Narrow rows of their own: a batch changes many thousands of them, while requests wait.
CREATE TABLE receipts (
	-- its request's
	seq BIGINT PRIMARY KEY,
	receipt BYTEA NOT NULL,
	answered BIGINT NOT NULL,
	-- its batch's seq
	batch BIGINT,
	position BIGINT
);

CREATE INDEX receipts_unbatched ON receipts (answered, seq) WHERE batch IS NULL;
CREATE INDEX receipts_batch ON receipts (batch, position) WHERE batch IS NOT NULL;

CREATE TABLE lanes (
	channel BYTEA NOT NULL,
	lane BIGINT NOT NULL,
	spent BYTEA NOT NULL,
	voucher BYTEA NOT NULL,
	PRIMARY KEY (channel, lane)
);

CREATE TABLE keys (
	id BYTEA PRIMARY KEY,
	name BYTEA NOT NULL,
	owner BYTEA NOT NULL,
	most BYTEA NOT NULL,
	spent BYTEA NOT NULL,
	created BIGINT NOT NULL,
	revoked BIGINT
);

CREATE INDEX keys_owner ON keys (owner, created, id);

CREATE TABLE sessions (
	owner BYTEA PRIMARY KEY,
	public_key BYTEA NOT NULL UNIQUE,
	seed BYTEA NOT NULL
);

CREATE TABLE batches (
	seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	root BYTEA NOT NULL UNIQUE,
	id BYTEA,
	-- -1 partial, 0 prepared, 1 committed, 2 settled, 3 rejected
	state BIGINT NOT NULL,
	reason BYTEA,
	created BIGINT NOT NULL,
	committed BIGINT,
	ended BIGINT
);

CREATE INDEX batches_id ON batches (id) WHERE id IS NOT NULL;
CREATE INDEX batches_open ON batches (seq) WHERE state < 2;
CREATE INDEX batches_ended ON batches (ended, seq) WHERE state > 1;
