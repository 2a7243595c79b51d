"""Advisory file locks that the kernel frees when their holder dies, however it dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


class FileLock:
    """One open lock file; two of them exclude each other even inside one process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)

    def share(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def try_share(self) -> bool:
        return self._try(fcntl.LOCK_SH)

    def take(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def try_take(self) -> bool:
        return self._try(fcntl.LOCK_EX)

    def release(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        self.take()
        try:
            yield
        finally:
            self.release()

    @contextlib.contextmanager
    def handed_over(self) -> Iterator[int]:
        """Give the held lock to a child that inherits the descriptor; afterwards only the child holds it."""
        try:
            yield self._descriptor
        finally:
            # Unlocking would unlock the child's copy too; closing ours leaves the child's alone.
            os.close(self._descriptor)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_NOFOLLOW)

    def is_on_disk(self) -> bool:
        """Whether the path still leads to this file, which a directory's removal in between would break."""
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._descriptor))
        except FileNotFoundError:
            return False

    def close(self) -> None:
        os.close(self._descriptor)

    def _try(self, mode: int) -> bool:
        try:
            fcntl.flock(self._descriptor, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
