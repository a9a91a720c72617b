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

#: Bits of the column `held`. Its book is paused.
HELD_BY_PAUSE = 1
#: No task of its name is known to the live workers: it was removed, renamed, or its file is broken.
HELD_FOR_CODE = 2
#: A person has to give something: a password, say.
HELD_FOR_ANSWER = 4

#: Rises with each change of the tables.
VERSION = 2

# Partial indexes, so that the dispatcher's two questions (who waits? who is in flight?) cost the same
# whether the history holds ten tasks or a million.
TABLES = """
CREATE TABLE IF NOT EXISTS books (
    id            TEXT PRIMARY KEY,              -- the slug: the name of its folder in the library
    title         TEXT NOT NULL,
    source_sha256 TEXT NOT NULL,
    pages         INTEGER,                       -- unknown until the plan is made
    added_at      REAL NOT NULL,                 -- this and all times: seconds since 1970
    paused        INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS tasks (
    seq          INTEGER PRIMARY KEY,            -- the order of arrival
    id           TEXT NOT NULL UNIQUE,           -- Celery's task id
    name         TEXT NOT NULL,
    pool         TEXT NOT NULL,                  -- cpu or net
    payload      TEXT NOT NULL,                  -- JSON: args, kwargs, options of send_task; its eta
    state        TEXT NOT NULL,
    current      INTEGER NOT NULL DEFAULT 0,
    total        INTEGER NOT NULL DEFAULT 0,
    attempt      INTEGER NOT NULL DEFAULT 0,     -- how often it was given to the broker
    losses       INTEGER NOT NULL DEFAULT 0,     -- how often it took its pool process with it
    generation   TEXT,                           -- the queue it was sent to
    pid          INTEGER,                        -- the process that last ran it
    book         TEXT REFERENCES books(id),
    parent       TEXT,                           -- the task that submitted it
    finish       TEXT,                           -- JSON: the task to submit once all children have ended
    retry_of     TEXT,
    retried      INTEGER NOT NULL DEFAULT 0,     -- a later row tries this failed one again
    priority     INTEGER NOT NULL DEFAULT 0,     -- higher goes first
    not_before   REAL NOT NULL DEFAULT 0,
    waiting_for  TEXT,
    held         INTEGER NOT NULL DEFAULT 0,     -- bits: HELD_BY_PAUSE and so on; 0: may go
    cancelled    INTEGER NOT NULL DEFAULT 0,     -- the wish; REVOKED is the fact
    result       TEXT,                           -- JSON
    error        TEXT,                           -- a sentence
    traceback    TEXT,
    submitted_at REAL NOT NULL,
    sent_at      REAL,
    started_at   REAL,
    ended_at     REAL
);
CREATE INDEX IF NOT EXISTS tasks_waiting   ON tasks(pool, priority DESC, seq) WHERE state = 'PENDING' AND held = 0;
CREATE INDEX IF NOT EXISTS tasks_in_flight ON tasks(generation) WHERE state IN ('SENT', 'STARTED', 'PROGRESS');
CREATE INDEX IF NOT EXISTS tasks_finish    ON tasks(id) WHERE finish IS NOT NULL;
CREATE INDEX IF NOT EXISTS tasks_state     ON tasks(state, seq);
CREATE INDEX IF NOT EXISTS tasks_book      ON tasks(book, seq);
CREATE INDEX IF NOT EXISTS tasks_parent    ON tasks(parent);
CREATE INDEX IF NOT EXISTS tasks_retry     ON tasks(retry_of) WHERE retry_of IS NOT NULL;
CREATE INDEX IF NOT EXISTS tasks_book_ends ON tasks(ended_at)
    WHERE book IS NOT NULL AND name IN ('ambuda.split_book', 'ambuda.finish_split');
CREATE INDEX IF NOT EXISTS tasks_text_ends ON tasks(ended_at)
    WHERE book IS NOT NULL AND name IN ('ambuda.ocr_book', 'ambuda.finish_ocr');
-- Kept by triggers: counting a million rows takes 50 ms, and the window asks at every change. Failed tasks that were
-- tried again are counted by themselves.
CREATE TABLE IF NOT EXISTS counts (state TEXT PRIMARY KEY, n INTEGER NOT NULL);
CREATE TRIGGER IF NOT EXISTS tasks_count_in AFTER INSERT ON tasks BEGIN
    INSERT INTO counts VALUES(NEW.state, 1) ON CONFLICT(state) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER IF NOT EXISTS tasks_count_out AFTER DELETE ON tasks BEGIN
    UPDATE counts SET n = n - 1 WHERE state = CASE OLD.retried WHEN 1 THEN 'RETRIED' ELSE OLD.state END;
END;
CREATE TRIGGER IF NOT EXISTS tasks_count_move AFTER UPDATE OF state, retried ON tasks
WHEN OLD.state <> NEW.state OR OLD.retried <> NEW.retried BEGIN
    UPDATE counts SET n = n - 1 WHERE state = CASE OLD.retried WHEN 1 THEN 'RETRIED' ELSE OLD.state END;
    INSERT INTO counts VALUES(CASE NEW.retried WHEN 1 THEN 'RETRIED' ELSE NEW.state END, 1)
        ON CONFLICT(state) DO UPDATE SET n = n + 1;
END;
CREATE TABLE IF NOT EXISTS facts  (key TEXT PRIMARY KEY, value TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS wishes (key TEXT PRIMARY KEY, value TEXT NOT NULL, at REAL NOT NULL);
"""

TABLE_NAMES = frozenset({"books", "tasks", "counts", "facts", "wishes"})

#: What makes the tables of one version those of the next; what is only added (an index, say) TABLES adds.
UPGRADES = {
    1: """
ALTER TABLE books ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN retried INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN pid INTEGER;
DROP INDEX tasks_waiting;
DROP TRIGGER tasks_count_out;
DROP TRIGGER tasks_count_move;
UPDATE tasks SET name = 'ambuda.split_book' WHERE name = 'ambuda.split_pdf';
""",
}
