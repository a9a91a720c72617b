"""Whether the window can open: Qt's libraries, and a display."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from ambuda_desktop.doctor.finding import Finding
from ambuda_desktop.doctor.programs import output_of
from ambuda_desktop.paths import Paths

WHAT = "Qt libraries"
#: The parts of Qt that need libraries of the system, below PySide6.
PARTS = ("Qt/plugins/platforms/libqxcb.so", "Qt/lib/libQt6Gui.so.6")

#: Debian's package of a library.
PACKAGES = {
    "libEGL.so.1": "libegl1", "libGL.so.1": "libgl1", "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1", "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0", "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4", "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0", "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0", "libxkbcommon.so.0": "libxkbcommon0",
}  # fmt: skip


def qt_libraries(_paths: Paths) -> Finding:
    """Whether Qt finds the libraries of the system that it needs. Qt itself is not loaded."""
    spec = importlib.util.find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        return Finding(
            WHAT, "problem", "PySide6 is not installed: the window cannot open.", "Set the program up again."
        )
    folder = Path(next(iter(spec.submodule_search_locations)))
    parts = [folder / part for part in PARTS if (folder / part).exists()]
    if not sys.platform.startswith("linux") or not parts or shutil.which("ldd") is None:
        return Finding(WHAT, "ok", f"in {folder}; what they need cannot be looked at here")
    missing = missing_libraries("".join(output_of("ldd", str(part)) for part in parts))
    if missing:
        packages = sorted({PACKAGES.get(name, name) for name in missing})
        says = f"{', '.join(missing)} not found: the window may not open. The commands work all the same."
        return Finding(WHAT, "problem", says, f"apt-get install {' '.join(packages)}")
    return Finding(WHAT, "ok", "all found")


def missing_libraries(listed: str) -> list[str]:
    """The libraries that `ldd` did not find."""
    return sorted({line.split()[0] for line in listed.splitlines() if line.rstrip().endswith("not found")})


def display(_paths: Paths) -> Finding:
    """Whether there is a display to open a window on."""
    what = "display"
    if not sys.platform.startswith("linux"):
        return Finding(what, "ok", "that of the system")
    for name in ("WAYLAND_DISPLAY", "DISPLAY"):
        if os.environ.get(name):
            return Finding(what, "ok", f"{name}={os.environ[name]}")
    return Finding(
        what, "look", "none: the window cannot open here. The commands need none.",
        "Start the window from a desktop, or with ssh -X.",
    )  # fmt: skip
