"""The tables, and the words for a task's state: Celery's own."""

#: Accepted and waiting: for a free slot, for `not_before`, or for what `waiting_for` names.
PENDING = "PENDING"
#: Given to the broker, in the queue of one generation.
SENT = "SENT"
STARTED = "STARTED"
#: Running, and has reported how far it is (`current` of `total`).
PROGRESS = "PROGRESS"
SUCCESS = "SUCCESS"
FAILURE = "FAILURE"
#: Cancelled, before it started or while it ran.
REVOKED = "REVOKED"

#: A worker has it, or will have: these occupy a slot of their generation.
IN_FLIGHT = (SENT, STARTED, PROGRESS)
TERMINAL = (SUCCESS, FAILURE, REVOKED)

#: Rises with each change of the tables.
VERSION = 1

# Partial indexes, so that the dispatcher's two questions (who waits? who is in flight?) cost the same
# whether the history holds ten tasks or a million.
TABLES = """
CREATE TABLE IF NOT EXISTS books (
    id            TEXT PRIMARY KEY,              -- the slug: the name of its folder in the library
    title         TEXT NOT NULL,
    source_sha256 TEXT NOT NULL,
    pages         INTEGER,                       -- unknown until the plan is made
    added_at      REAL NOT NULL                  -- this and all times: seconds since 1970
);
CREATE TABLE IF NOT EXISTS tasks (
    seq          INTEGER PRIMARY KEY,            -- the order of arrival
    id           TEXT NOT NULL UNIQUE,           -- Celery's task id
    name         TEXT NOT NULL,
    pool         TEXT NOT NULL,                  -- cpu or net
    payload      TEXT NOT NULL,                  -- JSON: args, kwargs, options of send_task
    state        TEXT NOT NULL,
    current      INTEGER NOT NULL DEFAULT 0,
    total        INTEGER NOT NULL DEFAULT 0,
    attempt      INTEGER NOT NULL DEFAULT 0,     -- how often it was given to the broker
    losses       INTEGER NOT NULL DEFAULT 0,     -- how often it took its pool process with it
    generation   TEXT,                           -- the queue it was sent to
    book         TEXT REFERENCES books(id),
    parent       TEXT,                           -- the task that submitted it
    finish       TEXT,                           -- JSON: the task to submit once all children have ended
    retry_of     TEXT,
    priority     INTEGER NOT NULL DEFAULT 0,     -- higher goes first
    not_before   REAL NOT NULL DEFAULT 0,
    waiting_for  TEXT,
    cancelled    INTEGER NOT NULL DEFAULT 0,     -- the wish; REVOKED is the fact
    result       TEXT,                           -- JSON
    error        TEXT,                           -- a sentence
    traceback    TEXT,
    submitted_at REAL NOT NULL,
    sent_at      REAL,
    started_at   REAL,
    ended_at     REAL
);
CREATE INDEX IF NOT EXISTS tasks_waiting   ON tasks(pool, priority DESC, seq) WHERE state = 'PENDING';
CREATE INDEX IF NOT EXISTS tasks_in_flight ON tasks(generation) WHERE state IN ('SENT', 'STARTED', 'PROGRESS');
CREATE INDEX IF NOT EXISTS tasks_finish    ON tasks(id) WHERE finish IS NOT NULL;
CREATE INDEX IF NOT EXISTS tasks_state     ON tasks(state, seq);
CREATE INDEX IF NOT EXISTS tasks_book      ON tasks(book, seq);
CREATE INDEX IF NOT EXISTS tasks_parent    ON tasks(parent);
-- Kept by triggers: counting a million rows takes 50 ms, and the window asks at every change.
CREATE TABLE IF NOT EXISTS counts (state TEXT PRIMARY KEY, n INTEGER NOT NULL);
CREATE TRIGGER IF NOT EXISTS tasks_count_in AFTER INSERT ON tasks BEGIN
    INSERT INTO counts VALUES(NEW.state, 1) ON CONFLICT(state) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER IF NOT EXISTS tasks_count_out AFTER DELETE ON tasks BEGIN
    UPDATE counts SET n = n - 1 WHERE state = OLD.state;
END;
CREATE TRIGGER IF NOT EXISTS tasks_count_move AFTER UPDATE OF state ON tasks WHEN OLD.state <> NEW.state BEGIN
    UPDATE counts SET n = n - 1 WHERE state = OLD.state;
    INSERT INTO counts VALUES(NEW.state, 1) ON CONFLICT(state) DO UPDATE SET n = n + 1;
END;
CREATE TABLE IF NOT EXISTS facts  (key TEXT PRIMARY KEY, value TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS wishes (key TEXT PRIMARY KEY, value TEXT NOT NULL, at REAL NOT NULL);
"""
