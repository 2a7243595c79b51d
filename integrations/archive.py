"""The archive: storage that is written once, for what must be there to be compared with one day."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from domain.outside import require_no_open_unit

_AT_ONCE = 1 << 16


class Archive(Protocol):
    """Keeps files under names that are never used twice."""

    async def keep(self, name: str, content: AsyncIterator[str]) -> bytes: ...

    def lines(self, name: str) -> Iterator[str]: ...

    def sha256(self, name: str) -> bytes: ...

    def latest(self) -> str | None: ...


class FolderArchive:
    """A folder, which may as well be a mounted storage that refuses changes; the files in it are read-only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, name: str, content: AsyncIterator[str]) -> bytes:
        """Writes a file whole or not at all, and gives its SHA-256: that of the first one that had this name."""
        require_no_open_unit()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._folder / f".{name}.{os.urandom(8).hex()}"
        try:
            await asyncio.to_thread(unfinished.touch, 0o600)
            pieces = list[str]()
            async for piece in content:
                pieces.append(piece)
                if len(pieces) == _AT_ONCE:
                    await asyncio.to_thread(_append, unfinished, "".join(pieces))
                    pieces.clear()
            await asyncio.to_thread(_append, unfinished, "".join(pieces))
            await asyncio.to_thread(self._name, unfinished, name)
            return await asyncio.to_thread(self.sha256, name)
        finally:
            unfinished.unlink(missing_ok=True)

    def lines(self, name: str) -> Iterator[str]:
        with (self._folder / name).open(encoding="ascii") as file:
            for line in file:
                yield line.rstrip("\n")

    def sha256(self, name: str) -> bytes:
        with (self._folder / name).open("rb") as content:
            return hashlib.file_digest(content, "sha256").digest()

    def latest(self) -> str | None:
        """The last name in their order; None in an empty archive."""
        return max((one.name for one in self._folder.glob("[!.]*")), default=None)

    def _name(self, unfinished: Path, name: str) -> None:
        """A link never replaces what is there: of several that write the same name the first one stays."""
        unfinished.chmod(0o400)
        with suppress(FileExistsError):
            (self._folder / name).hardlink_to(unfinished)


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="ascii", newline="") as output:
        output.write(text)
        output.flush()
        os.fsync(output.fileno())


class NoArchive(RuntimeError):
    """The process archives something without having said where."""


@dataclass(slots=True)
class _Process:
    archive: Archive | None = None


_process = _Process()


def use_archive(archive: Archive) -> None:
    """Says once, where a process starts, where what it archives is kept."""
    _process.archive = archive


def archive() -> Archive:
    if _process.archive is None:
        raise NoArchive("call use_archive() before anything is archived")
    return _process.archive
