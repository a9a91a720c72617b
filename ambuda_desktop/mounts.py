"""Which file systems the store cannot live on: SQLite's WAL needs memory that all its users share."""

from pathlib import Path

import psutil

NETWORK = {
    "9p", "afpfs", "afs", "ceph", "cifs", "davfs", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.sshfs",
    "glusterfs", "nfs", "nfs4", "smb3", "smbfs", "webdav",
}  # fmt: skip


def network_file_system(folder: Path) -> str | None:
    """The kind of network file system that `folder` (which may not exist yet) is on, or None."""
    partitions = {Path(p.mountpoint): p.fstype for p in psutil.disk_partitions(all=True)}
    path = folder.absolute()
    for place in (path, *path.parents):
        if place in partitions:
            return partitions[place] if partitions[place] in NETWORK else None
    return None
