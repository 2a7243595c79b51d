"""Who calls, remembered for a moment, so that a stream of reads does not look up its session or key each time."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from domain.actors import ANONYMOUS, Actor, ActorKind
from domain.api_keys import is_key, read_key
from domain.networks import Networks, is_within
from domain.tokens import digest
from persistence.api_keys import holder_of
from persistence.database import Database
from persistence.sessions import actor_of
from persistence.work import Share, within

CHANNEL = "milepost_rights"
"""Triggers tell here of every change of a session, key, member, person or organization that decides what a caller may
do."""
LONGEST_SECONDS = 1.0
"""How long an answer is used at most, should a notification be lost."""
MOST = 10_000

OUTSIDE = Actor(kind=ActorKind.API_KEY, is_outside=True)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who holds a token, and from where it may be used; None: from everywhere."""

    actor: Actor
    networks: Networks | None = None

    def at(self, ip: str) -> Actor:
        """Who they are to a request from that address."""
        return self.actor if self.networks is None or is_within(self.networks, ip) else OUTSIDE


NOBODY = Caller(ANONYMOUS)
_UNKNOWN = NOBODY, float("-inf")


async def look_up(database: Database, token: str, *, is_sandbox: bool) -> Caller:
    """Who holds this token of a session, or this key; NOBODY when nobody does by now."""
    if not is_key(token):
        return Caller(await actor_of(database, digest(token)))
    text = read_key(token, is_sandbox=is_sandbox)
    holder = None if text is None else await holder_of(database, text)
    return NOBODY if holder is None else Caller(holder.actor, holder.networks)


class Callers:
    """The callers of one process. Only reads ask here: whoever changes something is looked up anew."""

    def __init__(self, database: Database, *, is_sandbox: bool, share_of: Callable[[str], Share]) -> None:
        self._database, self._is_sandbox = database, is_sandbox
        self._share_of = share_of
        """The share of an address, within which its tokens are looked up: whose they are is not known yet."""
        self._known: dict[bytes, tuple[Caller, float]] = {}
        self._forgotten = 0

    def known(self, token: str, ip: str) -> Actor | None:
        """Who holds this token, if that was asked a moment ago."""
        caller, until = self._known.get(digest(token)) or _UNKNOWN
        if time.monotonic() >= until:
            return None
        return caller.actor if caller.networks is None else caller.at(ip)

    async def of(self, token: str, ip: str) -> Actor:
        """Who holds this token, remembered from now on; ANONYMOUS, which is not, when nobody does."""
        forgotten, until = self._forgotten, time.monotonic() + LONGEST_SECONDS
        with within(self._share_of(ip)):
            caller = await look_up(self._database, token, is_sandbox=self._is_sandbox)
        # What was read while rights changed may be what they were before.
        if caller.actor is not ANONYMOUS and forgotten == self._forgotten:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[digest(token)] = caller, until
        return caller.at(ip)

    def forget(self) -> None:
        """Everybody's rights are read again: some have changed."""
        self._forgotten += 1
        self._known.clear()
