"""What the exit codes mean: for `--help`, and for whoever calls us from a script."""

from ambuda_desktop import errors

INTERRUPTED = 130
PIPE_CLOSED = 141

#: Each code, and what it says.
EXITS: dict[int, str] = {
    0: "done",
    1: "failed for another reason; doctor: something is wrong",
    2: "wrong usage: no such command or option, or a value that is none",
    errors.BadInput.exit_code: "the file or value cannot be used; nothing was changed",
    errors.NotFound.exit_code: "there is no such task or book",
    errors.AlreadyRunning.exit_code: "another daemon works on this data folder",
    errors.NotRunning.exit_code: "the daemon did not start or stop",
    errors.MissingProgram.exit_code: "a program that is needed is not on this machine",
    errors.WorkFailed.exit_code: "the work ended, but not all of it was done",
    errors.AlreadyAdded.exit_code: "the library has this book already",
    errors.PasswordNeeded.exit_code: "a book waits for its password",
    INTERRUPTED: "interrupted with Ctrl+C; accepted work goes on",
    PIPE_CLOSED: "whoever read the output went away",
}


def as_rows() -> list[tuple[str, str]]:
    """The codes and their words, for a list of definitions."""
    return [(str(code), words) for code, words in EXITS.items()]
