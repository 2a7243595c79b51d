"""Identifiers: time-ordered UUIDs (version 7, RFC 9562) that are never reused."""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """A fresh id. Later ids sort later: the 12 bits behind the milliseconds carry their fraction (RFC 9562, 6.2)."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    random = int.from_bytes(os.urandom(8)) & (1 << 62) - 1
    return UUID(int=(milliseconds << 80) | (7 << 76) | (fraction << 64) | (0b10 << 62) | random)
