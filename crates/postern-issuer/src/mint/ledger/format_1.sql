PRAGMA application_id = 1347183719;
PRAGMA user_version = 1;
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  issuer TEXT NOT NULL,
  authority BLOB NOT NULL CHECK (length(authority) = 32),
  capacity INTEGER NOT NULL CHECK (capacity BETWEEN 1 AND 4294967296),
  key BLOB NOT NULL CHECK (length(key) = 32),
  next INTEGER NOT NULL CHECK (next BETWEEN 0 AND capacity)
) STRICT;
CREATE TABLE keys (
  fingerprint BLOB PRIMARY KEY CHECK (length(fingerprint) = 32),
  kid BLOB NOT NULL CHECK (length(kid) = 4),
  since INTEGER NOT NULL
) STRICT;
CREATE TABLE codes (
  counter INTEGER PRIMARY KEY CHECK (counter >= 0),
  id TEXT NOT NULL UNIQUE COLLATE NOCASE,
  content BLOB NOT NULL CHECK (length(content) = 32),
  status_index INTEGER NOT NULL CHECK (status_index BETWEEN 0 AND 4294967295),
  issued INTEGER NOT NULL,
  expires INTEGER NOT NULL CHECK (expires > issued),
  kid BLOB NOT NULL CHECK (length(kid) = 4),
  tag BLOB CHECK (length(tag) = 9),
  text TEXT NOT NULL,
  minted INTEGER NOT NULL
) STRICT;
