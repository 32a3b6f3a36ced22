-- Visits that need to be seen: planned as such, or marked later. `reason_owed` is a question to staff without an
-- answer yet, so that it survives a power cut.
ALTER TABLE appointments ADD COLUMN needs_picture INTEGER NOT NULL DEFAULT 0 CHECK (needs_picture IN (0, 1));
ALTER TABLE consultations ADD COLUMN needs_picture INTEGER NOT NULL DEFAULT 0 CHECK (needs_picture IN (0, 1));
ALTER TABLE consultations ADD COLUMN reason_owed INTEGER NOT NULL DEFAULT 0 CHECK (reason_owed IN (0, 1));
