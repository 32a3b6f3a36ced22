PRAGMA application_id = 1398894183;
PRAGMA user_version = 1;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE appointments (
  id           TEXT PRIMARY KEY NOT NULL,
  starts       INTEGER NOT NULL,
  patient_name TEXT NOT NULL,
  clinician    TEXT NOT NULL
) STRICT;
INSERT INTO appointments VALUES('c0567bec97c9db56873eb2cf45e3c068',1795338600000,'김민준','이수진');
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
INSERT INTO consultations VALUES(1,'66df8ea6d0ffc02962ae6aa1b938e231','c0567bec97c9db56873eb2cf45e3c068',1795338600000,'김민준','이수진',replace('김민준\n이수진','\n',char(10)),'waiting',NULL,'482731906',NULL,'seat-1','0f','민준','1','ko',0,0,0,1,1795338500000,1795338500000,1795338510000,NULL,NULL,NULL);
INSERT INTO consultations VALUES(2,'8172ce149bed816a051845efe96f7398',NULL,NULL,'Anna Schmidt','이수진',replace('annaschmidt\n이수진','\n',char(10)),'ended','cancelled',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795338100000,1795338100000,NULL,NULL,NULL,1795338200000);
CREATE TABLE name_pieces (
  piece        TEXT NOT NULL,
  started      INTEGER NOT NULL,
  consultation INTEGER NOT NULL REFERENCES consultations (number),
  PRIMARY KEY (piece, started, consultation)
) STRICT, WITHOUT ROWID;
INSERT INTO name_pieces VALUES('a',1795338100000,2);
INSERT INTO name_pieces VALUES('an',1795338100000,2);
INSERT INTO name_pieces VALUES('ann',1795338100000,2);
INSERT INTO name_pieces VALUES('as',1795338100000,2);
INSERT INTO name_pieces VALUES('asc',1795338100000,2);
INSERT INTO name_pieces VALUES('c',1795338100000,2);
INSERT INTO name_pieces VALUES('ch',1795338100000,2);
INSERT INTO name_pieces VALUES('chm',1795338100000,2);
INSERT INTO name_pieces VALUES('d',1795338100000,2);
INSERT INTO name_pieces VALUES('dt',1795338100000,2);
INSERT INTO name_pieces VALUES('h',1795338100000,2);
INSERT INTO name_pieces VALUES('hm',1795338100000,2);
INSERT INTO name_pieces VALUES('hmi',1795338100000,2);
INSERT INTO name_pieces VALUES('i',1795338100000,2);
INSERT INTO name_pieces VALUES('id',1795338100000,2);
INSERT INTO name_pieces VALUES('idt',1795338100000,2);
INSERT INTO name_pieces VALUES('m',1795338100000,2);
INSERT INTO name_pieces VALUES('mi',1795338100000,2);
INSERT INTO name_pieces VALUES('mid',1795338100000,2);
INSERT INTO name_pieces VALUES('n',1795338100000,2);
INSERT INTO name_pieces VALUES('na',1795338100000,2);
INSERT INTO name_pieces VALUES('nas',1795338100000,2);
INSERT INTO name_pieces VALUES('nn',1795338100000,2);
INSERT INTO name_pieces VALUES('nna',1795338100000,2);
INSERT INTO name_pieces VALUES('s',1795338100000,2);
INSERT INTO name_pieces VALUES('sc',1795338100000,2);
INSERT INTO name_pieces VALUES('sch',1795338100000,2);
INSERT INTO name_pieces VALUES('t',1795338100000,2);
INSERT INTO name_pieces VALUES('김',1795338500000,1);
INSERT INTO name_pieces VALUES('김민',1795338500000,1);
INSERT INTO name_pieces VALUES('김민준',1795338500000,1);
INSERT INTO name_pieces VALUES('민',1795338500000,1);
INSERT INTO name_pieces VALUES('민준',1795338500000,1);
INSERT INTO name_pieces VALUES('수',1795338100000,2);
INSERT INTO name_pieces VALUES('수',1795338500000,1);
INSERT INTO name_pieces VALUES('수진',1795338100000,2);
INSERT INTO name_pieces VALUES('수진',1795338500000,1);
INSERT INTO name_pieces VALUES('이',1795338100000,2);
INSERT INTO name_pieces VALUES('이',1795338500000,1);
INSERT INTO name_pieces VALUES('이수',1795338100000,2);
INSERT INTO name_pieces VALUES('이수',1795338500000,1);
INSERT INTO name_pieces VALUES('이수진',1795338100000,2);
INSERT INTO name_pieces VALUES('이수진',1795338500000,1);
INSERT INTO name_pieces VALUES('준',1795338500000,1);
INSERT INTO name_pieces VALUES('진',1795338100000,2);
INSERT INTO name_pieces VALUES('진',1795338500000,1);
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
INSERT INTO events VALUES(1,'66df8ea6d0ffc02962ae6aa1b938e231',1795338500000,'opened','staff','scheduled','open',X'3982ba3eb3445993793b0830a500dc1a9761d3f90acbf51c1c4fe3c753e5c6d9',X'234931e9fe8f44b792101f5fef6fa0e3690aee5420d81bc8dc763597ce03f745',X'edd672f0ac6458aa0a5b906d74466e2709476b1f481996031a87b0b735e3b8f8');
INSERT INTO events VALUES(2,'66df8ea6d0ffc02962ae6aa1b938e231',1795338500000,'patient-knocked','staff','scheduled','waiting',X'629d676b53f7ae0ea57b389f2b0c7a6ebb18af2d5a5d8bbec3af755089ebf007',X'edd672f0ac6458aa0a5b906d74466e2709476b1f481996031a87b0b735e3b8f8',X'79ca5c326b4ee1b69e7543fcf8c00dab73278c40b0fb8a561e2c4e97bf3957d4');
INSERT INTO events VALUES(3,'8172ce149bed816a051845efe96f7398',1795338100000,'opened','staff','scheduled','open',X'68b63a55c858f11b3444e6833ed2c6a4c10c8436fcbf0325e6a3342b246d2e02',X'79ca5c326b4ee1b69e7543fcf8c00dab73278c40b0fb8a561e2c4e97bf3957d4',X'8479770e71f4625e8a4e8254c6a81dbb3fec06efa4b5e2145a89bfa5242704bb');
INSERT INTO events VALUES(4,'8172ce149bed816a051845efe96f7398',1795338100000,'cancelled','staff','scheduled','ended',X'e7fc8962a6ff9d6124705528432cc07a1433530a515d66508afc99a4d565571d',X'8479770e71f4625e8a4e8254c6a81dbb3fec06efa4b5e2145a89bfa5242704bb',X'bfba10c708efe8965d0bf7a3d6feba2d45f67aa60bcdd82d0ed10876d67696f4');
INSERT INTO events VALUES(5,'8172ce149bed816a051845efe96f7398',1795338700000,'payloads-erased','staff','ended','ended',X'41d95293c4c43cf1abd9af609e3980ec884d0b4fec816c0f183658b5dad22410',X'bfba10c708efe8965d0bf7a3d6feba2d45f67aa60bcdd82d0ed10876d67696f4',X'1aecdc9c02cfeaf23746b5d46c043c58d1e91f65b47546662d1c04ace4328df4');
INSERT INTO events VALUES(6,'66df8ea6d0ffc02962ae6aa1b938e231',1795338500000,'microphone-muted','staff','scheduled','waiting',X'7024b05914ebf5a562cb0fca67a1cf5f284c56e99b8ab9f49f201caddc7f4f76',X'1aecdc9c02cfeaf23746b5d46c043c58d1e91f65b47546662d1c04ace4328df4',X'7b7318312143ece4d8399b6b6ac9205ca57d44ffadc4d756140c9d501355b8b2');
CREATE TABLE event_payloads (
  sequence INTEGER PRIMARY KEY NOT NULL REFERENCES events (sequence),
  salt     BLOB NOT NULL CHECK (length(salt) = 32),
  payload  TEXT NOT NULL
) STRICT;
INSERT INTO event_payloads VALUES(1,X'6673332bd9f29ac64843b7ab6306a7af3de8049b9af4fae267e6dfe3a4e2fa60','{"name":"김민준"}');
INSERT INTO event_payloads VALUES(2,X'd65b342ad8cc1330e5d4bbc3dc05f1537e10df0c33b481c10e5e3e3e3f15c5d4','{"name":"김민준"}');
INSERT INTO event_payloads VALUES(5,X'd744b9b249cf838ddd51d2157e540733ffe734fa73a5957fc38f1bc93d6b162c','{"entries":"2","reason":"asked-by-patient"}');
INSERT INTO event_payloads VALUES(6,X'6e309e57bc1481e446aaf38d3310723cebd31d1792ff61cad08432eed74cd0b4','{"name":"김민준"}');
CREATE TABLE log_head (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  origin   BLOB NOT NULL CHECK (length(origin) = 32),
  sequence INTEGER NOT NULL,
  hash     BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
INSERT INTO log_head VALUES(1,X'234931e9fe8f44b792101f5fef6fa0e3690aee5420d81bc8dc763597ce03f745',6,X'7b7318312143ece4d8399b6b6ac9205ca57d44ffadc4d756140c9d501355b8b2');
CREATE INDEX appointments_by_start ON appointments (starts);
CREATE INDEX consultations_by_start ON consultations (started);
CREATE INDEX consultations_by_appointment ON consultations (appointment_id) WHERE appointment_id IS NOT NULL;
CREATE INDEX consultations_unfinished ON consultations (number) WHERE state <> 'ended';
CREATE INDEX events_by_consultation ON events (consultation);
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
COMMIT;
