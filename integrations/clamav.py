"""ClamAV's daemon as a scanner, over TCP: a file goes there in pieces, one word comes back (INSTREAM)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from integrations.scanners import ScannerAway

PORT = 3310
SECONDS = 50.0
"""For a whole file: the job that waits for it has a minute."""
_MOST_ANSWERED = 4096


@dataclass(frozen=True, slots=True)
class ClamAv:
    """A daemon. It takes files as large as its StreamMaxLength says."""

    host: str
    port: int = PORT

    @classmethod
    def of(cls, url: str) -> Self:
        """Raises ValueError for anything else than clamav://host or clamav://host:port."""
        parts = urlsplit(url)
        if parts.scheme != "clamav" or not parts.hostname or parts.username or parts.path or parts.query:
            raise ValueError("takes clamav://host or clamav://host:3310")
        return cls(parts.hostname, parts.port or PORT)

    async def scan(self, content: AsyncIterator[bytes]) -> str | None:
        try:
            async with asyncio.timeout(SECONDS):
                return _finding(await self._ask(content))
        except (OSError, TimeoutError, ValueError) as error:
            raise ScannerAway(f"ClamAV at {self.host}:{self.port} gives no verdict: {error!r}") from error

    async def _ask(self, content: AsyncIterator[bytes]) -> str:
        reader, writer = await asyncio.open_connection(self.host, self.port, limit=_MOST_ANSWERED)
        try:
            # It answers before the end where a file is too large for it, and hangs up: the answer is what counts.
            with suppress(ConnectionError):
                await _send(writer, content)
            answer = await reader.readuntil(b"\0")
        except asyncio.IncompleteReadError as error:
            raise ValueError("it hung up without an answer") from error
        except asyncio.LimitOverrunError as error:
            raise ValueError("its answer does not end") from error
        finally:
            writer.close()
        return answer[:-1].decode("utf-8", "replace").strip()


async def _send(writer: asyncio.StreamWriter, content: AsyncIterator[bytes]) -> None:
    """The command, then each piece behind its length in four bytes, then a length of zero."""
    writer.write(b"zINSTREAM\0")
    async for piece in content:
        writer.write(len(piece).to_bytes(4, "big") + piece)
        await writer.drain()
    writer.write(bytes(4))
    await writer.drain()


def _finding(answer: str) -> str | None:
    """`stream: OK`, or `stream: NAME FOUND`; anything else is no verdict."""
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return None
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise ValueError(f"it answered {answer!r}")
