-- Clients' files, and the bulks that work through them: what OpenAI's API calls batches.

CREATE TABLE files (
	seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	id BYTEA NOT NULL UNIQUE,
	owner BYTEA NOT NULL,
	name BYTEA NOT NULL,
	-- 0 input, 1 output
	purpose BIGINT NOT NULL,
	-- none while it is written, and when it is removed
	bytes BIGINT,
	-- what it takes of the room that there is: while it is written, as much as it may become
	held BIGINT NOT NULL,
	created BIGINT NOT NULL,
	expires BIGINT NOT NULL
);

CREATE INDEX files_owner ON files (owner, seq);
CREATE INDEX files_expires ON files (expires);

-- A file's bytes, in the order of the numbers; of an output, the line of each request.
CREATE TABLE pieces (
	file BYTEA NOT NULL,
	number BIGINT NOT NULL,
	bytes BYTEA NOT NULL,
	PRIMARY KEY (file, number)
);

CREATE TABLE bulks (
	seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	id BYTEA NOT NULL UNIQUE,
	owner BYTEA NOT NULL,
	key BYTEA NOT NULL,
	repeat BYTEA,
	endpoint BYTEA NOT NULL,
	metadata BYTEA NOT NULL,
	input BYTEA NOT NULL,
	output BYTEA NOT NULL,
	failures BYTEA NOT NULL,
	-- 0 validating, 1 in progress, 2 cancelling, 3 completed, 4 failed, 5 expired, 6 cancelled
	state BIGINT NOT NULL,
	errors BYTEA,
	total BIGINT NOT NULL,
	completed BIGINT NOT NULL,
	failed BIGINT NOT NULL,
	created BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	begun BIGINT,
	cancelling BIGINT,
	ended BIGINT
);

CREATE INDEX bulks_owner ON bulks (owner, seq);
CREATE INDEX bulks_input ON bulks (input) WHERE state < 3;
CREATE INDEX bulks_open ON bulks (seq) WHERE state < 3;
CREATE INDEX bulks_ended ON bulks (ended) WHERE state > 2;
