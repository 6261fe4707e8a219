-- The archive of an audit office, format 1: docs/EVIDENCE.md says what is in it.
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  format INTEGER NOT NULL,
  settled INTEGER NOT NULL DEFAULT 0         -- how often it was waited for the disk
) STRICT;

CREATE TABLE gates (
  id INTEGER PRIMARY KEY,
  key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
  name TEXT NOT NULL,
  place TEXT,
  latitude INTEGER, longitude INTEGER,       -- millionths of a degree
  enrolled INTEGER NOT NULL,
  retired INTEGER,
  size INTEGER NOT NULL DEFAULT 0,           -- the leaves that were taken
  root BLOB NOT NULL,                        -- and their root
  checkpoint TEXT,                           -- the newest that was taken
  last_event INTEGER, last_contact INTEGER
) STRICT;

-- Each leaf, and the columns that are asked for. What else an event has is in its leaf.
CREATE TABLE events (
  id INTEGER PRIMARY KEY,                    -- 2^40 times the gate, and the leaf's number
  gate INTEGER AS (id >> 40) VIRTUAL,
  seq INTEGER AS (id & 1099511627775) VIRTUAL,
  time INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  grade INTEGER NOT NULL,
  source INTEGER NOT NULL,
  age INTEGER NOT NULL,
  pack INTEGER NOT NULL,
  issuer INTEGER,
  code BLOB,
  person BLOB,
  operator TEXT,
  leaf BLOB NOT NULL
) STRICT;

CREATE TABLE issuers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- How many events of an hour were alike, kept up as they come.
CREATE TABLE hours (
  gate INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  grade INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  age_days INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (gate, hour, kind, outcome, grade, flags, age_days)
) STRICT, WITHOUT ROWID;

-- What each bundle brought: which leaves, and of what time they are.
CREATE TABLE parts (
  gate INTEGER NOT NULL,
  first INTEGER NOT NULL,
  size INTEGER NOT NULL,
  earliest INTEGER NOT NULL,
  latest INTEGER NOT NULL,
  digest BLOB NOT NULL UNIQUE,
  seen INTEGER NOT NULL,
  PRIMARY KEY (gate, first, size)
) STRICT;

-- The bundles whose leaves were all there when they came.
CREATE TABLE known (
  digest BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
  gate INTEGER NOT NULL,
  size INTEGER NOT NULL,
  note TEXT NOT NULL,
  frontier BLOB NOT NULL,
  PRIMARY KEY (gate, size)
) STRICT;

CREATE TABLE proofs (
  gate INTEGER NOT NULL,
  old INTEGER NOT NULL,
  new INTEGER NOT NULL,
  proof BLOB NOT NULL,                       -- hashes of 32 bytes
  PRIMARY KEY (gate, new, old)
) STRICT;

CREATE TABLE receipts (
  gate INTEGER NOT NULL,
  size INTEGER NOT NULL,
  time INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (gate, size, time)
) STRICT;

CREATE TABLE forks (
  id INTEGER PRIMARY KEY,
  gate INTEGER NOT NULL,
  at INTEGER,
  ours TEXT NOT NULL,
  theirs TEXT NOT NULL,
  our_first INTEGER, our_last INTEGER, their_first INTEGER, their_last INTEGER,
  seen INTEGER NOT NULL,
  digest BLOB NOT NULL UNIQUE,
  bundle BLOB NOT NULL
) STRICT;

CREATE TABLE waiting (
  gate INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  digest BLOB NOT NULL,
  seen INTEGER NOT NULL,
  bundle BLOB NOT NULL,
  PRIMARY KEY (gate, digest)
) STRICT;

CREATE TABLE refused (
  digest BLOB PRIMARY KEY,
  reason TEXT NOT NULL,
  gate INTEGER,
  name TEXT NOT NULL,
  seen INTEGER NOT NULL
) STRICT;
-- How many there are of a gate is counted each time.
CREATE INDEX refused_gate ON refused (gate);
