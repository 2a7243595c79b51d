"""Who a token of a session or a key makes of its holder."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func

from domain.actors import ANONYMOUS, Actor, ActorKind
from domain.networks import Networks, is_within

OUTSIDE = Actor(kind=ActorKind.API_KEY, is_outside=True)


@dataclass(frozen=True, slots=True)
class Holder:
    """A caller, from where they may come (None: from everywhere), and for how long at most nothing ends by itself."""

    actor: Actor
    networks: Networks | None = None
    good_for: timedelta | None = None
    """None: until somebody ends it."""

    def at(self, ip: str) -> Actor:
        """Who they are to a request from that address."""
        return self.actor if self.networks is None or is_within(self.networks, ip) else OUTSIDE


NOBODY = Holder(ANONYMOUS)


def good_for(*ends: ColumnElement[Any]) -> ColumnElement[timedelta | None]:
    """How long it is until the first of these instants; those that are NULL never come."""
    return (func.least(*ends) - func.now()).label("good_for")
