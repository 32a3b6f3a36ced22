PRAGMA application_id = 1398894183;
PRAGMA user_version = 2;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE appointments (
  id           TEXT PRIMARY KEY NOT NULL,
  starts       INTEGER NOT NULL,
  patient_name TEXT NOT NULL,
  clinician    TEXT NOT NULL
, needs_picture INTEGER NOT NULL DEFAULT 0 CHECK (needs_picture IN (0, 1))) STRICT;
INSERT INTO appointments VALUES('60bd4e01b136e1373bf67c820156fc9b',1795338600000,'김민준','이수진',1);
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
  started        INTEGER NOT NULL GENERATED ALWAYS AS (coalesce(opened, created)) STORED, needs_picture INTEGER NOT NULL DEFAULT 0 CHECK (needs_picture IN (0, 1)), reason_owed INTEGER NOT NULL DEFAULT 0 CHECK (reason_owed IN (0, 1)),
  -- A used code and a used resume token are worth nothing, and must not be found here.
  CHECK (state <> 'ended' OR (code IS NULL AND seat_id IS NULL AND seat_token_hash IS NULL))
) STRICT;
INSERT INTO consultations VALUES(1,'19ad2401fd226537dbfdf85b52097536','60bd4e01b136e1373bf67c820156fc9b',1795338600000,'김민준','이수진',replace('김민준\n이수진','\n',char(10)),'waiting',NULL,'482731906',NULL,'seat-1','0f','민준','1','ko',0,0,0,1,1795338500000,1795338500000,1795338510000,NULL,NULL,NULL,1,0);
INSERT INTO consultations VALUES(2,'8ff093989a860f380f4d862b8abcf423',NULL,NULL,'Anna Schmidt','이수진',replace('annaschmidt\n이수진','\n',char(10)),'ended','cancelled',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795338100000,1795338100000,NULL,NULL,NULL,1795338200000,0,0);
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
INSERT INTO events VALUES(1,'19ad2401fd226537dbfdf85b52097536',1795338500000,'opened','staff','scheduled','open',X'dbecc5773d9644d826847c5b172282c361c2f50be835f237406e127d95a25c4d',X'2cd13599be470681389793fd79175027d00934ae015cac43bca147e147e749b8',X'35ba9bb8086c60fde9f6e15c926b5b958e4c17ecca948258e0140481724b89ea');
INSERT INTO events VALUES(2,'19ad2401fd226537dbfdf85b52097536',1795338500000,'patient-knocked','staff','scheduled','waiting',X'40fe78a9b806f2c9b61cab62753d60174b78322e8747879f0d57b3db8c8dbe4e',X'35ba9bb8086c60fde9f6e15c926b5b958e4c17ecca948258e0140481724b89ea',X'e3c96d51f531c0be8e116c892bc33cc56fce5e1aad152070b30f0bcf3db0d00d');
INSERT INTO events VALUES(3,'8ff093989a860f380f4d862b8abcf423',1795338100000,'opened','staff','scheduled','open',X'070edfeebe69f175ae2894975a6dbfdbd5bbb75414b7c598e9758c70ed3847bf',X'e3c96d51f531c0be8e116c892bc33cc56fce5e1aad152070b30f0bcf3db0d00d',X'12ee8227a22e1f6495e6b46edd294177f00f38ea28eeac1e52c2ff353fa6f7a2');
INSERT INTO events VALUES(4,'8ff093989a860f380f4d862b8abcf423',1795338100000,'cancelled','staff','scheduled','ended',X'3453296b8751a43aba5a6b78d25709a9f96a43093e920d8e61a6297a4854ee04',X'12ee8227a22e1f6495e6b46edd294177f00f38ea28eeac1e52c2ff353fa6f7a2',X'2a8754118e7e70179985a256669e2cd5b1db3290eb2562606b353d97b7b9c610');
INSERT INTO events VALUES(5,'8ff093989a860f380f4d862b8abcf423',1795338700000,'payloads-erased','staff','ended','ended',X'12e8b41ec713c0d014c52b8d5b6415103b04f50e6720dfa6c53e48651a7d2b17',X'2a8754118e7e70179985a256669e2cd5b1db3290eb2562606b353d97b7b9c610',X'fb7523fa129f96b832727abfd515bf79de6b3fd869d4410cea7657377005958b');
INSERT INTO events VALUES(6,'19ad2401fd226537dbfdf85b52097536',1795338500000,'microphone-muted','staff','scheduled','waiting',X'e2b77a87369b536cdd32a2a9e8decf0e2f0ec6469487a51f3bbc82bc868a8254',X'fb7523fa129f96b832727abfd515bf79de6b3fd869d4410cea7657377005958b',X'ef7ed411c7d7236f19468cdd881f0f7b40cd3868a887bf05ef48b1a4501ecde2');
CREATE TABLE event_payloads (
  sequence INTEGER PRIMARY KEY NOT NULL REFERENCES events (sequence),
  salt     BLOB NOT NULL CHECK (length(salt) = 32),
  payload  TEXT NOT NULL
) STRICT;
INSERT INTO event_payloads VALUES(1,X'fa4f75992100b2a66e477427fba73b0c2924d8bb9509294771972b130ac4654e','{"name":"김민준"}');
INSERT INTO event_payloads VALUES(2,X'4907139b21e98ccb4714410736afe2ec33f040e0f1cd08dcfb82b5da47825faa','{"name":"김민준"}');
INSERT INTO event_payloads VALUES(5,X'5ba3a77f959b73a6a680fa8d8ad81f4d5edb8bb11fc326f3667a6821e62910b9','{"entries":"2","reason":"asked-by-patient"}');
INSERT INTO event_payloads VALUES(6,X'6313b114b5a1f6187c255ee18b03d4f9ea7ac58e7036db558236ff9b125020eb','{"name":"김민준"}');
CREATE TABLE log_head (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  origin   BLOB NOT NULL CHECK (length(origin) = 32),
  sequence INTEGER NOT NULL,
  hash     BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
INSERT INTO log_head VALUES(1,X'2cd13599be470681389793fd79175027d00934ae015cac43bca147e147e749b8',6,X'ef7ed411c7d7236f19468cdd881f0f7b40cd3868a887bf05ef48b1a4501ecde2');
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
