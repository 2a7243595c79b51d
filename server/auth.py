"""From a request's credential to an actor."""

from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from domain.actors import ANONYMOUS, Actor, ActorKind
from persistence.api_keys import actor_of_key
from persistence.callers import look_up
from persistence.database import Database
from persistence.sessions import actor_of_session
from persistence.work import within
from resolvers.context import Platform
from resolvers.guards import NotSignedIn


def bearer_token(connection: HTTPConnection) -> str | None:
    return _bearer(connection.headers.get("authorization", ""))


def token_of(payload: Mapping[str, object]) -> str | None:
    """The token or key in a socket's connection_init: { token } or { authorization: "Bearer …" }."""
    token, authorization = payload.get("token"), payload.get("authorization")
    if isinstance(token, str) and token:
        return token
    return _bearer(authorization) if isinstance(authorization, str) else None


def _bearer(authorization: str) -> str | None:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def actor_by_now(database: Database, viewer: Actor) -> Actor:
    """Who somebody is by now, where an operation outlives a request. NotSignedIn: their session or key has ended."""
    now = datetime.now(UTC)
    if viewer.key_id is not None:
        found = await actor_of_key(database, viewer.key_id, now)
    elif viewer.session_id is not None:
        found = await actor_of_session(database, viewer.session_id, now)
    else:
        return viewer
    if found.kind is ActorKind.ANONYMOUS:
        raise NotSignedIn
    return found


async def caller_anew(platform: Platform, token: str | None, ip: str) -> Actor:
    """Who asks, looked up within the share of their address: whose token it is is not known yet."""
    if token is None:
        return ANONYMOUS
    with within(platform.rate_limits.share_of(ip)):
        return await actor_of_token(platform.database, token, ip, is_sandbox=platform.is_sandbox)


async def actor_of_token(database: Database, token: str | None, ip: str = "", *, is_sandbox: bool = True) -> Actor:
    """Whose token this is, of a session or a key, to a request from that address. Both live on real time."""
    return ANONYMOUS if token is None else (await look_up(database, token, is_sandbox=is_sandbox)).at(ip)
