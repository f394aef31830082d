-- What a message said of itself, of every copy that came by mail.
CREATE TABLE mailed (
    sha256 TEXT NOT NULL, file TEXT NOT NULL, message_id TEXT NOT NULL, sender TEXT NOT NULL, name TEXT NOT NULL,
    reply_to TEXT NOT NULL, subject TEXT NOT NULL, sent TEXT NOT NULL, refs TEXT NOT NULL, automatic INTEGER NOT NULL,
    as_of TEXT NOT NULL, PRIMARY KEY (sha256, file)
) WITHOUT ROWID;

-- The messages of the office's mailboxes that were gone through, `marked` where the server was told.
CREATE TABLE messages (
    account TEXT NOT NULL, folder TEXT NOT NULL, validity INTEGER NOT NULL, uid INTEGER NOT NULL,
    message_id TEXT NOT NULL, kind TEXT NOT NULL, marked INTEGER NOT NULL,
    PRIMARY KEY (account, folder, validity, uid)
) WITHOUT ROWID;
CREATE INDEX messages_of_id ON messages (message_id);

-- The outbox. `key` says what the letter is, so that it is made once, its Message-ID stands before the first try.
CREATE TABLE letters (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, message_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    rounds TEXT NOT NULL, addresses TEXT NOT NULL, recipients TEXT NOT NULL, subject TEXT NOT NULL, items TEXT NOT NULL,
    sha256 TEXT NOT NULL, made_on TEXT NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL, reply TEXT NOT NULL,
    moment TEXT NOT NULL, file TEXT NOT NULL
);
CREATE INDEX letters_of_state ON letters (state);
