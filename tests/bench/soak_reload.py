"""200 reloads under 100 tasks a second with kills of everything, the daemon too.

.venv/bin/python -m tests.bench.soak_reload [RELOADS] [SEED]
"""

import os
import sys
import time

from ambuda_desktop.paths import ENVIRONMENT
from tests.bench.contenders import temporary
from tests.process.test_reload_soak import KINDS, check
from tests.support.program import Program
from tests.support.reload_soak import Soak


def main() -> None:
    reloads = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    with temporary() as folder:
        root = folder / "data folder"
        os.environ[ENVIRONMENT], os.environ["XDG_RUNTIME_DIR"] = str(root), str(folder)
        program = Program(root)
        try:
            report = Soak(program, seed, (*KINDS, "daemon")).run(reloads)
        finally:
            program.end()
    print(report)
    check(report)


if __name__ == "__main__":
    main()
