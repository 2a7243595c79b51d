"""The store of files: where their bytes are, and the addresses at which they are sent and fetched."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain.files import STORAGE_LIMIT
from domain.jobs import Away


class StoreAway(Away):
    """The store does not do now what it was asked for. Says why, without any address that opens something."""


class NothingThere(LookupError):
    """There are no bytes under a key."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What those who fetch a file are told of it."""

    name: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What lies in the store: how much, its SHA-256 in hex, and how it begins."""

    size: int
    sha256: str
    head: bytes


class FileStore(Protocol):
    """Keeps bytes under random keys. Everything raises StoreAway when the store cannot be reached."""

    async def probe(self) -> None:
        """Raises when the store does not answer."""

    async def upload_url(self, key: str, size: int, lasting: timedelta) -> str:
        """An address that takes the bytes by PUT for so long, straight into the store."""

    async def download_url(self, key: str, shown: Shown, lasting: timedelta) -> str:
        """An address that gives the bytes by GET for so long."""

    async def size(self, key: str) -> int | None:
        """How many bytes there are; None where nothing is."""

    async def look(self, key: str) -> Stored:
        """Reads all there is, once; NothingThere where nothing is."""

    async def keep(self, source: str, target: str, shown: Shown) -> Stored:
        """Copies what lies under one key to another, and says what it has copied; NothingThere where nothing is."""

    def read(self, key: str) -> AsyncIterator[bytes]:
        """The bytes, piece by piece; NothingThere where nothing is."""

    async def remove(self, *keys: str) -> None:
        """Removes what lies under these keys, if anything does."""

    def older(self, than: datetime) -> AsyncIterator[Sequence[str]]:
        """The keys of what was stored before, some at a time."""


class NoStore(RuntimeError):
    """The process keeps files without having said where."""


@dataclass(slots=True)
class _Process:
    store: FileStore | None = None
    limit: int = STORAGE_LIMIT


_process = _Process()


def use_files(store: FileStore, limit: int = STORAGE_LIMIT) -> None:
    """Says once, where a process starts, where its files are, and how many bytes an organization may keep there."""
    _process.store, _process.limit = store, limit


def storage_limit() -> int:
    return _process.limit


def files_in_use() -> FileStore:
    if _process.store is None:
        raise NoStore("call use_files() before files are kept")
    return _process.store
