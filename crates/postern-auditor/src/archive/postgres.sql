-- The archive of an audit office, format 1: docs/OPERATIONS.md says how it is laid out, and why.
CREATE SCHEMA postern;

CREATE TABLE postern.meta (
  id int PRIMARY KEY CHECK (id = 0),
  format bigint NOT NULL
);

CREATE TABLE postern.gates (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key bytea NOT NULL UNIQUE CHECK (length(key) = 32),
  name text NOT NULL,
  place text,
  latitude int, longitude int,
  enrolled bigint NOT NULL,
  retired bigint,
  size bigint NOT NULL DEFAULT 0,
  root bytea NOT NULL,
  checkpoint text,
  last_event bigint, last_contact bigint
);

-- A partition for each day, made when its first event comes; what has no day of its own lies in events_other.
CREATE TABLE postern.events (
  seq bigint NOT NULL,
  time bigint NOT NULL,
  age bigint NOT NULL,
  pack bigint NOT NULL,
  gate int NOT NULL,
  issuer int,
  flags smallint NOT NULL,
  outcome smallint NOT NULL,
  kind smallint NOT NULL,
  grade smallint NOT NULL,
  source smallint NOT NULL,
  code bytea,
  person bytea,
  operator text,
  leaf bytea NOT NULL,
  PRIMARY KEY (gate, seq, time)
) PARTITION BY RANGE (time);
CREATE TABLE postern.events_other PARTITION OF postern.events DEFAULT;

CREATE TABLE postern.issuers (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE
);

CREATE TABLE postern.hours (
  gate int NOT NULL,
  hour bigint NOT NULL,
  kind smallint NOT NULL,
  outcome smallint NOT NULL,
  grade smallint NOT NULL,
  flags smallint NOT NULL,
  age_days smallint NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (gate, hour, kind, outcome, grade, flags, age_days)
);

CREATE TABLE postern.parts (
  gate bigint NOT NULL,
  first bigint NOT NULL,
  size bigint NOT NULL,
  earliest bigint NOT NULL,
  latest bigint NOT NULL,
  digest bytea NOT NULL UNIQUE,
  seen bigint NOT NULL,
  PRIMARY KEY (gate, first, size)
);

-- The bundles whose leaves were all there when they came.
CREATE TABLE postern.known (
  digest bytea PRIMARY KEY
);

CREATE TABLE postern.checkpoints (
  gate bigint NOT NULL,
  size bigint NOT NULL,
  note text NOT NULL,
  frontier bytea NOT NULL,
  PRIMARY KEY (gate, size)
);

CREATE TABLE postern.proofs (
  gate bigint NOT NULL,
  old bigint NOT NULL,
  new bigint NOT NULL,
  proof bytea NOT NULL,
  PRIMARY KEY (gate, new, old)
);

CREATE TABLE postern.receipts (
  gate bigint NOT NULL,
  size bigint NOT NULL,
  time bigint NOT NULL,
  note text NOT NULL,
  PRIMARY KEY (gate, size, time)
);

CREATE TABLE postern.forks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  gate bigint NOT NULL,
  at bigint,
  ours text NOT NULL,
  theirs text NOT NULL,
  our_first bigint, our_last bigint, their_first bigint, their_last bigint,
  seen bigint NOT NULL,
  digest bytea NOT NULL UNIQUE,
  bundle bytea NOT NULL
);

CREATE TABLE postern.waiting (
  gate bigint NOT NULL,
  first bigint NOT NULL,
  last bigint NOT NULL,
  digest bytea NOT NULL,
  seen bigint NOT NULL,
  bundle bytea NOT NULL,
  PRIMARY KEY (gate, digest)
);

CREATE TABLE postern.refused (
  digest bytea PRIMARY KEY,
  reason text NOT NULL,
  gate bigint,
  name text NOT NULL,
  seen bigint NOT NULL
);
-- How many there are of a gate is counted each time.
CREATE INDEX refused_gate ON postern.refused (gate);

INSERT INTO postern.meta (id, format) VALUES (0, 1);
