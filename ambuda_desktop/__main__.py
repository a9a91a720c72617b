"""`ambuda-desktop`: one program that is window, daemon, worker and command line."""

import os
import sys


def main() -> None:
    """Run what the arguments ask for and exit with its code."""
    os.umask(0o077)  # what we write is for this user only
    from ambuda_desktop.cli import run  # after the umask: importing may already write

    sys.exit(run())


if __name__ == "__main__":
    main()
