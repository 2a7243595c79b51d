"""Files in a folder of this machine, or one that is mounted: the server itself takes and gives their bytes."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from obstore.store import LocalStore

from integrations.file_links import FileLinks
from integrations.files import Shown, StoreAway
from integrations.object_files import ObjectFiles

_SAME_SECONDS = 10


class WrongSize(ValueError):
    """More bytes, or fewer, than were announced."""


class Busy(RuntimeError):
    """The bytes of this key are arriving already."""


class LocalFiles(ObjectFiles):
    """Whoever has a signed address sends and fetches at it; `links` are those addresses."""

    def __init__(self, folder: Path, links: FileLinks) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(LocalStore(folder), keeps_attributes=False)
        self._folder, self.links = folder, links
        self._arriving = set[str]()

    async def probe(self) -> None:
        """What is not mounted would look empty."""
        if not await asyncio.to_thread(self._folder.is_dir):
            raise StoreAway("the folder of files is not there")

    async def upload_url(self, key: str, size: int, lasting: timedelta) -> str:
        return self.links.made("PUT", key, datetime.now(UTC) + lasting, size=str(size))

    async def download_url(self, key: str, shown: Shown, lasting: timedelta) -> str:
        """Whoever asks again within the same few seconds gets the same address."""
        begun = datetime.fromtimestamp(time.time() // _SAME_SECONDS * _SAME_SECONDS, UTC)
        return self.links.made("GET", key, begun + lasting, type=shown.content_type, name=shown.name)

    async def receive(self, key: str, content: AsyncIterator[bytes], size: int) -> None:
        """Takes exactly so many bytes, or none: WrongSize. One sender at a time, or Busy."""
        if key in self._arriving:
            raise Busy("These bytes are arriving already.")
        self._arriving.add(key)
        try:
            await self._write(key, _exactly(size, content), None)
        finally:
            self._arriving.discard(key)


async def _exactly(size: int, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    arrived = 0
    async for piece in content:
        arrived += len(piece)
        if arrived > size:
            break
        if piece:
            yield piece
        # A sender that is faster than the disk would keep everybody else waiting.
        await asyncio.sleep(0)
    if arrived != size:
        raise WrongSize(f"Send exactly {size} bytes.")
