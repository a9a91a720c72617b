"""What can be wrong with a machine, and how to mend it. Looks only: nothing is made, nothing is changed."""

from collections.abc import Callable, Iterator

from ambuda_desktop.doctor.finding import Finding, Level
from ambuda_desktop.doctor.folders import data_folder, disk_space, library, network_drive, settings, store
from ambuda_desktop.doctor.machine import locale, package_versions, resource_files, shared_memory, system
from ambuda_desktop.doctor.ocr import language_data
from ambuda_desktop.doctor.programs import poppler_programs, redis_server
from ambuda_desktop.doctor.qt import display, qt_libraries
from ambuda_desktop.doctor.running import daemon, left_behind, runtime_folder
from ambuda_desktop.paths import Paths

__all__ = ["CHECKS", "Finding", "Level", "examine"]

Check = Callable[[Paths], Finding]

#: In the order in which they are told.
CHECKS: tuple[Check, ...] = (
    system, package_versions, resource_files, redis_server, poppler_programs, language_data, qt_libraries,
    display, locale, shared_memory, data_folder, network_drive, library, disk_space, settings, store,
    runtime_folder, daemon, left_behind,
)  # fmt: skip


def examine(paths: Paths) -> Iterator[Finding]:
    """Each finding as soon as it is known. A check that breaks is a finding too."""
    for check in CHECKS:
        try:
            yield check(paths)
        except Exception as error:  # whatever a sick machine comes up with must not hide the rest
            what = check.__name__.replace("_", " ")
            yield Finding(
                what, "problem", f"cannot be looked at: {type(error).__name__}: {error}", "Please tell us."
            )
