"""From a request's credential to an actor."""

import hashlib
from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from domain.actors import ANONYMOUS, Actor
from persistence.database import Database
from persistence.sessions import actor_of


def bearer_token(connection: HTTPConnection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def actor_of_token(database: Database, token: str | None) -> Actor:
    """Session lifetimes run on real time, not on the platform clock."""
    if token is None:
        return ANONYMOUS
    return await actor_of(database, hashlib.sha256(token.encode()).digest(), datetime.now(UTC))
