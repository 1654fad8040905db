"""Small disks for a stack's volumes, which can be filled and given room again: file systems in memory.

Mounting one takes root, and the engine has to run on this machine.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Disk:
    """A file system on a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, but: int = 0) -> None:
        """Fill it but for some bytes."""
        state = os.statvfs(self.folder)
        with self._ballast.open("ab") as ballast:
            os.posix_fallocate(ballast.fileno(), ballast.tell(), state.f_bavail * state.f_frsize - but)

    def clear(self) -> None:
        """Give it room again."""
        self._ballast.unlink()


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Disk]:
    """A new disk of a size such as `400m` on a folder that is made for it; skips the test where there can be none."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
