"""One family of errors: each says what happened and what to do, and has an exit code of its own.

Celery stores an exception as its type's module and name and its arguments, so each of these can be
made again from its sentence alone.
"""


class AmbudaError(Exception):
    """A failure the user can meet: `str(error)` is a sentence for a person."""

    exit_code = 1


class StoreDamaged(AmbudaError):
    """The task store is no store any more, or another has taken its place: the daemon makes a new one."""


class BadInput(AmbudaError):
    """The file or value given cannot be used; nothing was changed."""

    exit_code = 3


class NotFound(AmbudaError):
    """There is no such task, book or file."""

    exit_code = 4


class AlreadyRunning(AmbudaError):
    """Another daemon works on this data folder."""

    exit_code = 5


class NotRunning(AmbudaError):
    """The daemon is needed and could not be started."""

    exit_code = 6


class MissingProgram(AmbudaError):
    """A program we need (the Redis server, poppler) is not on this machine."""

    exit_code = 7


class WorkFailed(AmbudaError):
    """The work was done as far as it goes, but something in it failed."""

    exit_code = 8


class AlreadyAdded(AmbudaError):
    """The library has this book already; nothing was added."""

    exit_code = 9

    def __init__(self, sentence: str, book: str = "") -> None:
        super().__init__(sentence)
        self.book = book


class PasswordNeeded(AmbudaError):
    """A book waits for a person to give the password of its PDF."""

    exit_code = 10
