"""Who calls, remembered for a moment, so that a stream of reads does not look up its session each time."""

import time

from domain.actors import ANONYMOUS, Actor
from persistence.database import Database
from persistence.sessions import actor_of

CHANNEL = "milepost_rights"
"""Triggers tell here of every change of a session, member, person or organization that decides what a caller may do."""
LONGEST_SECONDS = 1.0
"""How long an answer is used at most, should a notification be lost."""
MOST = 10_000


class Callers:
    """The callers of one process. Only reads ask here: whoever changes something is looked up anew."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[bytes, tuple[Actor, float]] = {}
        self._forgotten = 0

    async def of(self, token_hash: bytes) -> Actor:
        """Who holds this session token; ANONYMOUS, which is not remembered, when nobody does."""
        known = self._known.get(token_hash)
        if known is not None and time.monotonic() < known[1]:
            return known[0]
        forgotten, until = self._forgotten, time.monotonic() + LONGEST_SECONDS
        actor = await actor_of(self._database, token_hash)
        # What was read while rights changed may be what they were before.
        if actor is not ANONYMOUS and forgotten == self._forgotten:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[token_hash] = actor, until
        return actor

    def forget(self) -> None:
        """Everybody's rights are read again: some have changed."""
        self._forgotten += 1
        self._known.clear()
