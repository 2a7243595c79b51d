"""What all stores of files have in common: objects of a bucket or a folder, read and written piece by piece."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from domain.file_names import disposition
from domain.file_types import HEAD_BYTES
from domain.files import new_storage_key
from domain.outside import require_no_open_unit
from integrations.files import NothingThere, Shown, StoreAway, Stored

PIECE_BYTES = 1 << 20
_PART_BYTES, _PARTS_AT_ONCE = 8 << 20, 2
"""S3 takes parts of at least 5 MiB; so much of an upload is in memory."""
_LISTED_AT_ONCE = 1000
_PATH = re.compile("[0-9a-f]{2}/([0-9a-f]{32})")


@dataclass(slots=True)
class Tally:
    """What has gone by."""

    size: int = 0
    head: bytes = b""
    hash: Any = field(default_factory=hashlib.sha256)

    async def watch(self, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The same content, while it is counted."""
        async for piece in content:
            self.size += len(piece)
            if len(self.head) < HEAD_BYTES:
                self.head += piece[: HEAD_BYTES - len(self.head)]
            await asyncio.to_thread(self.hash.update, piece)
            yield piece

    @property
    def stored(self) -> Stored:
        return Stored(self.size, self.hash.hexdigest(), self.head)


class ObjectFiles:
    """Files as objects whose names are nothing but their keys."""

    def __init__(self, store: LocalStore | S3Store, *, keeps_attributes: bool) -> None:
        self._store, self._keeps_attributes = store, keeps_attributes

    async def probe(self) -> None:
        """Whether anything is under a key that nothing is under: the store has to say no."""
        await self.size(new_storage_key())

    async def size(self, key: str) -> int | None:
        require_no_open_unit()
        with suppress(NothingThere), reached():
            return (await obstore.head_async(self._store, path_of(key)))["size"]
        return None

    async def look(self, key: str) -> Stored:
        tally = Tally()
        async for _ in tally.watch(self.read(key)):
            pass
        return tally.stored

    async def keep(self, source: str, target: str, shown: Shown) -> Stored:
        tally = Tally()
        attributes = {
            "Content-Type": shown.content_type,
            "Content-Disposition": disposition(shown.name, shown.content_type),
        }
        await self._write(target, tally.watch(self.read(source)), attributes if self._keeps_attributes else None)
        return tally.stored

    async def read(self, key: str) -> AsyncIterator[bytes]:
        require_no_open_unit()
        with reached():
            found = await obstore.get_async(self._store, path_of(key))
            async for piece in found.stream(min_chunk_size=PIECE_BYTES):
                yield bytes(piece)

    async def remove(self, *keys: str) -> None:
        require_no_open_unit()
        for key in keys:
            with suppress(NothingThere), reached():
                await obstore.delete_async(self._store, path_of(key))

    async def older(self, than: datetime) -> AsyncIterator[Sequence[str]]:
        """What is not named as files are was put there by somebody else."""
        with reached():
            async for listed in obstore.list(self._store, chunk_size=_LISTED_AT_ONCE):
                old = (_PATH.fullmatch(one["path"]) for one in listed if one["last_modified"] < than)
                yield [path[1] for path in old if path is not None]

    async def _write(self, key: str, content: AsyncIterator[bytes], attributes: Mapping[str, str] | None) -> None:
        """Nothing is there under the key before all of it is."""
        require_no_open_unit()
        with reached():
            await obstore.put_async(
                self._store,
                path_of(key),
                content,
                attributes=None if attributes is None else dict(attributes),
                use_multipart=True,
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )


def path_of(key: str) -> str:
    return f"{key[:2]}/{key}"


@contextmanager
def reached() -> Iterator[None]:
    """What the library says of its own is long and holds addresses; it is said here in few words."""
    try:
        yield
    except FileNotFoundError as error:
        raise NothingThere("there is nothing under this key") from error
    except (BaseError, OSError) as error:
        raise StoreAway(f"the store of files did not answer as it should: {type(error).__name__}") from error
