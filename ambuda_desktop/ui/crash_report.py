"""What can be sent to somebody after an unexpected error: the facts, without anything secret."""

import getpass
import os
import platform
import re
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit

from ambuda_desktop import __version__
from ambuda_desktop.paths import Paths

HIDDEN = "•••"
SHORTEST = 3  # letters: hiding each “a” of a report because somebody's password is “a” would hide the report
# user:password@ of an address; what stands behind the last @ before the host is the password's end.
_CREDENTIALS = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/'\"]*@", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"((?:password|passwd|secret|token|api[_-]?key|authorization)[\"']?\s*[:=]\s*)([\"']?)[^\s\"',;)}]+\2",
    re.IGNORECASE,
)


def report(paths: Paths, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    """Version, system and traceback, made harmless."""
    qpa = QGuiApplication.platformName() if QGuiApplication.instance() else "none"
    told = "".join(traceback.format_exception(kind, error, trace))
    head = [
        f"Ambuda Desktop {__version__}",
        f"{platform.platform()}, Python {platform.python_version()}",
        f"Qt {qVersion()}, PySide {PySide6.__version__}, {qpa}",
    ]
    return harmless("\n".join([*head, "", told.rstrip()]), secrets(paths), Path.home())


def secrets(paths: Paths) -> list[str]:
    """What must not be told: Redis's password, those of PDFs on their way to a worker, and those being typed."""
    files = [paths.redis_password]
    try:
        files += paths.library.glob("*/password")
    except Exception:  # damaged settings, say: a report is made of whatever can be had
        files += (paths.root / "library").glob("*/password")
    found = [text for file in files if (text := _read(file))]
    if isinstance(QApplication.instance(), QApplication):
        found += [
            field.text()
            for field in QApplication.allWidgets()
            if isinstance(field, QLineEdit) and field.echoMode() != QLineEdit.EchoMode.Normal
        ]
    return found


def harmless(text: str, hidden: Iterable[str], home: Path) -> str:
    """`text` without secrets, without passwords in addresses, and without the user's name."""
    for secret in sorted({s for s in hidden if len(s) >= SHORTEST}, key=len, reverse=True):
        for form in {secret, repr(secret)[1:-1]}:
            text = text.replace(form, HIDDEN)
    text = _CREDENTIALS.sub(rf"\1{HIDDEN}@", text)
    text = _ASSIGNED.sub(rf"\1\2{HIDDEN}\2", text)
    if home != Path(home.anchor):
        text = text.replace(str(home), "~")
    return re.sub(rf"(?<=[/\\]){re.escape(_user())}(?=[/\\\s]|$)", "user", text)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
