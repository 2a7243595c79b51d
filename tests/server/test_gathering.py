"""Answers leave in one piece, and nothing of them is lost when their connection closes."""

import asyncio
from collections.abc import Iterable
from typing import Any

from server.gathering import Gathering


class Wire(asyncio.Transport):
    """The pieces that were sent, and whether nothing more will be."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.is_closed = False

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        assert not self.is_closed
        self.pieces.append(b"".join(list_of_data))

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.is_closed

    def write_eof(self) -> None:
        self.pieces.append(b"(end)")

    def close(self) -> None:
        self.is_closed = True


async def test_what_is_written_within_one_turn_of_the_loop_is_sent_in_one_piece() -> None:
    wire = Wire()
    gathering = Gathering(wire, asyncio.get_running_loop())
    gathering.write(b"head ")
    gathering.writelines([b"and ", b"body"])
    assert wire.pieces == []
    await asyncio.sleep(0)
    gathering.write(b"more")
    await asyncio.sleep(0)
    assert wire.pieces == [b"head and body", b"more"]


async def test_what_was_written_is_sent_before_its_connection_ends_or_closes() -> None:
    wire = Wire()
    gathering = Gathering(wire, asyncio.get_running_loop())
    gathering.write(b"fare")
    gathering.write_eof()
    gathering.write(b"well")
    gathering.close()
    assert (wire.pieces, gathering.is_closing()) == ([b"fare", b"(end)", b"well"], True)
    await asyncio.sleep(0)
    assert wire.pieces == [b"fare", b"(end)", b"well"]


async def test_whoever_has_gone_meanwhile_is_sent_nothing() -> None:
    wire = Wire()
    gathering = Gathering(wire, asyncio.get_running_loop())
    gathering.write(b"too late")
    wire.close()
    await asyncio.sleep(0)
    assert wire.pieces == []
