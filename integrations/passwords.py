"""Passwords: hashed and compared with argon2id in threads, a few at a time, because each costs memory and time."""

import asyncio
import base64
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from domain.outside import require_no_open_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one hash costs. Raise it as machines grow: old hashes are renewed at the next sign-in."""

    memory_kib: int = 19 * 1024
    passes: int = 2
    lanes: int = 1


@dataclass(slots=True, kw_only=True)
class Passwords:
    """Hashes normalised passwords. Whoever finds all threads busy waits, so a rush cannot exhaust the memory."""

    cost: Cost = field(default_factory=Cost)
    at_once: int = 2
    _hasher: PasswordHasher = field(init=False)
    _threads: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        cost = self.cost
        self._hasher = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes)
        self._threads = ThreadPoolExecutor(self.at_once, thread_name_prefix="passwords")

    async def hashed(self, password: str) -> str:
        require_no_open_unit()
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether it is the password behind the stored hash. Without one (nobody has that address) it takes as long."""
        require_no_open_unit()
        compared = self._nobodys() if stored is None else stored
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._verify, compared, password)

    def is_outdated(self, stored: str) -> bool:
        """Whether a hash is cheaper than hashes are now."""
        was = extract_parameters(stored)
        return was.memory_cost < self.cost.memory_kib or was.time_cost < self.cost.passes

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def _nobodys(self) -> str:
        """A hash of today's cost that no password has."""
        salt, key = (base64.b64encode(os.urandom(size)).decode().rstrip("=") for size in (16, 32))
        return f"$argon2id$v=19$m={self.cost.memory_kib},t={self.cost.passes},p={self.cost.lanes}${salt}${key}"
