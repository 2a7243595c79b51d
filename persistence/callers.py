"""Who calls, remembered for a moment, so that a stream of reads does not look up its session or key each time."""

import time
from collections.abc import Callable

from domain.actors import ANONYMOUS, Actor
from domain.api_keys import is_key, read_key
from domain.tokens import digest
from persistence import api_keys, sessions
from persistence.database import Database
from persistence.holders import NOBODY, Holder
from persistence.wakeups import Wakeups
from persistence.work import Share, within

CHANNEL = "milepost_rights"
"""Triggers tell here of every change of a session, key, member, person or organization that decides what a caller may
do."""
LONGEST_SECONDS = 30.0
"""How long an answer is used while nothing is told: less, where something of it ends by itself before that."""
UNHEARD_SECONDS = 1.0
"""How long one is used at most without hearing, should the connection that listens be lost."""
MOST = 10_000

_UNKNOWN = NOBODY, float("-inf"), float("-inf")


async def look_up(database: Database, token: str, *, is_sandbox: bool) -> Holder:
    """Who holds this token of a session, or this key; NOBODY when nobody does by now."""
    if not is_key(token):
        return await sessions.holder_of(database, digest(token))
    text = read_key(token, is_sandbox=is_sandbox)
    return NOBODY if text is None else await api_keys.holder_of(database, text)


class Callers:
    """The callers of one process. Only reads ask here: whoever changes something is looked up anew."""

    def __init__(
        self, database: Database, wakeups: Wakeups, *, is_sandbox: bool, share_of: Callable[[str], Share]
    ) -> None:
        self._database, self._wakeups, self._is_sandbox = database, wakeups, is_sandbox
        wakeups.on(CHANNEL, self.forget)
        self._share_of = share_of
        """The share of an address, within which its tokens are looked up: whose they are is not known yet."""
        self._known: dict[bytes, tuple[Holder, float, float]] = {}
        """By token: when that was asked, and until when it holds if nothing is told."""
        self._forgotten = 0

    def known(self, token: str, ip: str) -> Actor | None:
        """Who holds this token, if that was asked a moment ago."""
        caller, asked, until = self._known.get(digest(token)) or _UNKNOWN
        now = time.monotonic()
        if now >= until or now >= max(asked, self._wakeups.heard_until) + UNHEARD_SECONDS:
            return None
        return caller.at(ip)

    async def of(self, token: str, ip: str) -> Actor:
        """Who holds this token, remembered from now on; ANONYMOUS, which is not, when nobody does."""
        forgotten, asked = self._forgotten, time.monotonic()
        with within(self._share_of(ip)):
            caller = await look_up(self._database, token, is_sandbox=self._is_sandbox)
        # What was read while rights changed may be what they were before.
        if caller.actor is not ANONYMOUS and forgotten == self._forgotten:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[digest(token)] = caller, asked, asked + _seconds(caller)
        return caller.at(ip)

    def forget(self) -> None:
        """Everybody's rights are read again: some have changed."""
        self._forgotten += 1
        self._known.clear()


def _seconds(caller: Holder) -> float:
    return LONGEST_SECONDS if caller.good_for is None else min(LONGEST_SECONDS, caller.good_for.total_seconds())
