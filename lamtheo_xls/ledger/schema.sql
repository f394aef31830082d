-- One number (events.seq) orders everything that ever happened: a judgement and a decision carry the number of their
-- event, so that closing a round is remembering one number.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE events (
    seq INTEGER PRIMARY KEY, as_of TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
    round TEXT NOT NULL, detail TEXT NOT NULL
);
CREATE INDEX events_of_subject ON events (subject);
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_last BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

CREATE TABLE issued (
    serial INTEGER PRIMARY KEY, seq INTEGER NOT NULL, round TEXT NOT NULL, assignment TEXT NOT NULL,
    payload TEXT NOT NULL, code TEXT NOT NULL, context TEXT NOT NULL, children TEXT NOT NULL, prefilled TEXT NOT NULL,
    file TEXT NOT NULL, sha256 TEXT NOT NULL, fingerprint TEXT NOT NULL, issued_on TEXT NOT NULL,
    part TEXT NOT NULL DEFAULT ''
);
CREATE INDEX issued_of_round ON issued (round, assignment);
CREATE INDEX issued_of_assignment ON issued (assignment);

-- Every place the same bytes came in at.
CREATE TABLE copies (
    sha256 TEXT NOT NULL, file TEXT NOT NULL, received TEXT NOT NULL, modified TEXT NOT NULL,
    run INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (sha256, file)
) WITHOUT ROWID;

-- One row per bytes; its judgements, latest last (judged again after a decision or with newer rules).
CREATE TABLE submissions (
    id TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, file TEXT NOT NULL, run INTEGER NOT NULL, seq INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE judgements (
    seq INTEGER PRIMARY KEY, submission TEXT NOT NULL REFERENCES submissions (id), assignment TEXT, round TEXT,
    part TEXT NOT NULL, form TEXT, state TEXT NOT NULL CHECK (state IN ('accepted', 'to_fix', 'unknown', 'refused')),
    received TEXT NOT NULL, late INTEGER NOT NULL, serial INTEGER, examination TEXT NOT NULL, judged TEXT NOT NULL,
    nil INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX judgements_of_submission ON judgements (submission, seq);
CREATE INDEX judgements_of_assignment ON judgements (assignment);

CREATE TABLE decisions (
    seq INTEGER PRIMARY KEY, subject TEXT NOT NULL, round TEXT NOT NULL, lane TEXT NOT NULL, kind TEXT NOT NULL,
    bound TEXT, target TEXT, part TEXT NOT NULL, detail TEXT NOT NULL, note TEXT NOT NULL, as_of TEXT NOT NULL
);
CREATE INDEX decisions_of_subject ON decisions (subject, lane, seq);
CREATE INDEX decisions_of_bound ON decisions (bound);
CREATE INDEX decisions_of_target ON decisions (target);

CREATE TABLE notes (subject TEXT PRIMARY KEY, round TEXT NOT NULL, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE rounds (round TEXT PRIMARY KEY, closed_seq INTEGER NOT NULL, as_of TEXT NOT NULL) WITHOUT ROWID;
