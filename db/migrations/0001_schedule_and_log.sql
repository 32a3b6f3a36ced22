-- The schedule, the consultations and the log.
-- Released migrations are never edited: tests/unit/db/migrations.sha256 pins them. Times are milliseconds since
-- 1970-01-01 UTC.

PRAGMA application_id = 1398894183; -- "Sang"

CREATE TABLE appointments (
  id           TEXT PRIMARY KEY NOT NULL,
  starts       INTEGER NOT NULL,
  patient_name TEXT NOT NULL,
  clinician    TEXT NOT NULL
) STRICT;
CREATE INDEX appointments_by_start ON appointments (starts);

-- The newest state of each consultation, written in the transaction of the event that led to it.
CREATE TABLE consultations (
  number         INTEGER PRIMARY KEY, -- the order of creation; named, so that VACUUM keeps it
  id             TEXT NOT NULL UNIQUE,
  appointment_id TEXT REFERENCES appointments (id), -- NULL: a walk-in
  planned        INTEGER,
  patient_name   TEXT NOT NULL,
  clinician      TEXT NOT NULL,
  search_text    TEXT NOT NULL, -- both names as search sees them, a line each (db/search_text.hpp)
  state          TEXT NOT NULL CHECK (state IN ('scheduled', 'open', 'waiting', 'admitted', 'in-call', 'reconnecting', 'ended')),
  outcome        TEXT CHECK (outcome IN ('completed', 'no-show', 'cancelled', 'failed')),
  code           TEXT,
  code_expires   INTEGER,
  seat_id             TEXT, -- NULL: nobody holds the seat, and every other column of it is NULL too
  seat_token_hash     TEXT,
  seat_name           TEXT,
  seat_consent        TEXT,
  seat_language       TEXT,
  seat_has_camera     INTEGER CHECK (seat_has_camera IN (0, 1)),
  seat_has_microphone INTEGER CHECK (seat_has_microphone IN (0, 1)),
  seat_admitted       INTEGER CHECK (seat_admitted IN (0, 1)),
  seat_present        INTEGER CHECK (seat_present IN (0, 1)),
  created        INTEGER NOT NULL,
  opened         INTEGER,
  waiting_since  INTEGER,
  admitted       INTEGER,
  connected      INTEGER,
  ended          INTEGER,
  started        INTEGER NOT NULL GENERATED ALWAYS AS (coalesce(opened, created)) STORED,
  -- A used code and a used resume token are worth nothing, and must not be found here.
  CHECK (state <> 'ended' OR (code IS NULL AND seat_id IS NULL AND seat_token_hash IS NULL))
) STRICT;
-- Pages of the log and of a day. An index carries the row's number last, so this one also breaks ties.
CREATE INDEX consultations_by_start ON consultations (started);
CREATE INDEX consultations_by_appointment ON consultations (appointment_id) WHERE appointment_id IS NOT NULL;
CREATE INDEX consultations_unfinished ON consultations (number) WHERE state <> 'ended';

-- Every piece of one, two or three characters of both names, in the order of the log: any search is a walk along
-- one key. Own pieces because FTS5's trigrams find nothing under three characters (a Korean surname is one
-- syllable, a given name two), and because erased words stay in FTS5's segments before SQLite 3.42.
CREATE TABLE name_pieces (
  piece        TEXT NOT NULL,
  started      INTEGER NOT NULL,
  consultation INTEGER NOT NULL REFERENCES consultations (number),
  PRIMARY KEY (piece, started, consultation)
) STRICT, WITHOUT ROWID;

-- What happened: see db/hash_chain.hpp.
CREATE TABLE events (
  sequence      INTEGER PRIMARY KEY NOT NULL,
  consultation  TEXT NOT NULL REFERENCES consultations (id),
  time          INTEGER NOT NULL,
  kind          TEXT NOT NULL,
  actor         TEXT NOT NULL,
  from_state    TEXT NOT NULL,
  to_state      TEXT NOT NULL,
  commitment    BLOB NOT NULL CHECK (length(commitment) = 32),
  previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
  hash          BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX events_by_consultation ON events (consultation);

CREATE TABLE event_payloads (
  sequence INTEGER PRIMARY KEY NOT NULL REFERENCES events (sequence),
  salt     BLOB NOT NULL CHECK (length(salt) = 32),
  payload  TEXT NOT NULL
) STRICT;

-- Where the log ends, so that a missing tail shows. `origin` stands for the hash before the first event: random,
-- so that no two logs continue each other.
CREATE TABLE log_head (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  origin   BLOB NOT NULL CHECK (length(origin) = 32),
  sequence INTEGER NOT NULL,
  hash     BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
INSERT INTO log_head (only_row, origin, sequence, hash)
  SELECT 1, origin, 0, origin FROM (SELECT randomblob(32) AS origin);

-- These keep programs honest, not people: whoever can write the file can drop them, and then the chain tells.
CREATE TRIGGER events_are_in_order BEFORE INSERT ON events
WHEN NEW.sequence IS NOT (SELECT sequence + 1 FROM log_head) BEGIN
  SELECT RAISE(ABORT, 'an event must continue the log');
END;
CREATE TRIGGER events_do_not_change BEFORE UPDATE ON events BEGIN
  SELECT RAISE(ABORT, 'events do not change');
END;
CREATE TRIGGER events_stay BEFORE DELETE ON events BEGIN
  SELECT RAISE(ABORT, 'events stay');
END;
CREATE TRIGGER payloads_do_not_change BEFORE UPDATE ON event_payloads BEGIN
  SELECT RAISE(ABORT, 'payloads are erased, never changed');
END;
CREATE TRIGGER head_moves_forward BEFORE UPDATE ON log_head
WHEN NEW.sequence IS NOT OLD.sequence + 1 OR NEW.origin IS NOT OLD.origin BEGIN
  SELECT RAISE(ABORT, 'the head follows the log');
END;
CREATE TRIGGER head_stays BEFORE DELETE ON log_head BEGIN
  SELECT RAISE(ABORT, 'the head stays');
END;
