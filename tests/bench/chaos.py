"""Chaos with many seeds: prints its table as it goes, goes on after a seed that fails, and keeps that one's folder.

.venv/bin/python -m tests.bench.chaos [--seeds 10] [--first 1] [--kills 36] [--pages 1000] [--keep]
"""

import argparse
import os
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

from ambuda_desktop.paths import ENVIRONMENT
from tests.support.chaos import Chaos
from tests.support.chaos_report import Report, by_kind, head, total
from tests.support.program import Program


def main() -> int:
    """Returns 1 where a seed failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--kills", type=int, default=36, help="a seed; nine kinds share them")
    parser.add_argument("--pages", type=int, default=1000, help="a seed, of 50 a book; half are rendered")
    parser.add_argument("--keep", action="store_true", help="keep the folders of good seeds, too")
    asked = parser.parse_args()
    reports: list[Report] = []
    failed = 0
    print(head(), flush=True)
    for seed in range(asked.first, asked.first + asked.seeds):
        folder = Path(tempfile.mkdtemp(prefix=f"ambuda-chaos-{seed}-"))
        report = _one(seed, folder, asked.kills, asked.pages)
        if report is not None:
            reports.append(report)
            print(report.row(), flush=True)
        if report is not None and report.good:
            if not asked.keep:
                shutil.rmtree(folder, ignore_errors=True)
            continue
        failed += 1
        print(f"Seed {seed} failed; its data folder is kept: {folder}", file=sys.stderr)
        print(report.details() if report else "", file=sys.stderr, flush=True)
    print(f"{total(reports)}\n\n{by_kind(reports)}\n")
    for report in reports:
        print(f"Seed {report.seed}: {report.details()}\n")
    return 1 if failed else 0


def _one(seed: int, folder: Path, kills: int, pages: int) -> Report | None:
    """A seed's report; None where it could not be brought to its end."""
    root = folder / "data folder"
    os.environ[ENVIRONMENT], os.environ["XDG_RUNTIME_DIR"] = str(root), str(folder)
    program = Program(root)
    try:
        return Chaos(program, seed, kills, pages, folder / "outside").run()
    except Exception:
        traceback.print_exc()
        return None
    finally:
        try:
            program.end()
        except Exception:
            traceback.print_exc()


if __name__ == "__main__":
    sys.exit(main())
