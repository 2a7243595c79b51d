"""From a request's credential to an actor."""

from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from domain.actors import ANONYMOUS, Actor, ActorKind
from domain.tokens import digest
from persistence.database import Database
from persistence.sessions import actor_of, actor_of_session
from resolvers.guards import NotSignedIn


def bearer_token(connection: HTTPConnection) -> str | None:
    return _bearer(connection.headers.get("authorization", ""))


def token_of(payload: Mapping[str, object]) -> str | None:
    """The token in a socket's connection_init: { token } or { authorization: "Bearer …" }."""
    token, authorization = payload.get("token"), payload.get("authorization")
    if isinstance(token, str) and token:
        return token
    return _bearer(authorization) if isinstance(authorization, str) else None


def _bearer(authorization: str) -> str | None:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def actor_by_now(database: Database, viewer: Actor) -> Actor:
    """Who somebody is by now, for operations that outlive a request; NotSignedIn when their session has ended."""
    if viewer.session_id is None:
        return viewer
    found = await actor_of_session(database, viewer.session_id, datetime.now(UTC))
    if found.kind is ActorKind.ANONYMOUS:
        raise NotSignedIn
    return found


async def actor_of_token(database: Database, token: str | None) -> Actor:
    """Session lifetimes run on real time, not on the platform clock."""
    return ANONYMOUS if token is None else await actor_of(database, digest(token))
