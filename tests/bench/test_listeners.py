"""Frames of sockets as the listening client reads them."""

import pytest

from bench.listeners import frame_of

SIZES = (0, 1, 125, 126, 65_535, 65_536)


def frame(message: bytes) -> bytes:
    size = len(message)
    if size < 126:
        return bytes((0x81, size)) + message
    return b"\x81\x7e" + size.to_bytes(2) + message if size < 65_536 else b"\x81\x7f" + size.to_bytes(8) + message


@pytest.mark.parametrize("size", SIZES)
def test_a_frame_is_read_whatever_its_size_and_what_follows_is_left(size: int) -> None:
    message = b"x" * size
    assert frame_of(frame(message) + b"\x89\x00") == (0x81, message, len(frame(message)))


@pytest.mark.parametrize("size", SIZES)
def test_a_frame_of_which_some_is_missing_is_waited_for(size: int) -> None:
    whole = frame(b"x" * size)
    for received in (b"", whole[:1], whole[: len(whole) - 1]):
        assert frame_of(received) is None
