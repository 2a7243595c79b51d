"""The scanner that speaks with ClamAV's daemon, against a small daemon of the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from integrations.clamav import ClamAv
from integrations.scanners import ScannerAway


@dataclass(slots=True)
class Daemon:
    """Takes streams as ClamAV does, and answers what the test says."""

    answer: bytes
    port: int = 0
    received: list[bytes] = field(default_factory=list)
    """The pieces, as they were framed."""
    most: int | None = None
    """After so many bytes it answers and hangs up."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            self.received.append(await reader.readexactly(length))
            if self.most is not None and sum(map(len, self.received)) > self.most:
                break
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def daemon(answer: bytes, most: int | None = None) -> AsyncIterator[Daemon]:
    made = Daemon(answer, most=most)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    async with server:
        made.port = server.sockets[0].getsockname()[1]
        yield made


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for one in content:
        yield one


async def test_what_the_daemon_finds_nothing_in_is_clean() -> None:
    async with daemon(b"stream: OK\0") as at:
        assert await ClamAv("127.0.0.1", at.port).scan(pieces(b"one", b"two")) is None
    assert at.received == [b"one", b"two"]


async def test_what_the_daemon_finds_has_its_name() -> None:
    async with daemon(b"stream: Win.Test.EICAR_HDB-1 FOUND\0") as at:
        assert await ClamAv("127.0.0.1", at.port).scan(pieces(b"one")) == "Win.Test.EICAR_HDB-1"


@pytest.mark.parametrize("answer", [b"", b"stream: OK", b"UNKNOWN COMMAND\0", b"stream: ERROR\0", b"x" * 5000 + b"\0"])
async def test_whatever_else_it_answers_is_no_verdict(answer: bytes) -> None:
    async with daemon(answer) as at:
        with pytest.raises(ScannerAway, match="gives no verdict"):
            await ClamAv("127.0.0.1", at.port).scan(pieces(b"one"))


async def test_a_file_that_is_too_large_for_the_daemon_is_no_verdict() -> None:
    async with daemon(b"INSTREAM size limit exceeded. ERROR\0", most=100_000) as at:
        with pytest.raises(ScannerAway, match="gives no verdict"):
            await ClamAv("127.0.0.1", at.port).scan(pieces(*[b"x" * 50_000] * 100))


async def test_without_a_daemon_there_is_no_verdict() -> None:
    async with daemon(b"") as gone:
        pass
    with pytest.raises(ScannerAway):
        await ClamAv("127.0.0.1", gone.port).scan(pieces(b"one"))


@pytest.mark.parametrize("url", ["clamav://", "http://host", "clamav://host/path", "clamav://me@host"])
def test_anything_else_than_its_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="takes clamav://host"):
        ClamAv.of(url)


def test_its_address_is_a_host_and_perhaps_a_port() -> None:
    assert ClamAv.of("clamav://scanner.internal") == ClamAv("scanner.internal", 3310)
    assert ClamAv.of("clamav://127.0.0.1:3311") == ClamAv("127.0.0.1", 3311)
