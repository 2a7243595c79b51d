"""From a request's credential to an actor."""

import asyncio
import math
from collections.abc import Mapping

from starlette.requests import HTTPConnection

from domain.actors import ANONYMOUS, Actor, ActorKind
from persistence.callers import look_up
from persistence.database import Database
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


async def actor_by_now(platform: Platform, viewer: Actor) -> Actor:
    """Who somebody is by now, where an operation outlives a request. NotSignedIn: their session or key has ended."""
    found = await platform.identities.by_now(viewer)
    if found.kind is ActorKind.ANONYMOUS and viewer.kind is not ActorKind.ANONYMOUS:
        raise NotSignedIn
    return found


def until_watched(every: float) -> float:
    """For how long to sleep between two looks at somebody's rights: until a tenth of a second that many share, who are
    then looked up together."""
    now = asyncio.get_running_loop().time()
    return math.ceil((now + every) * 10) / 10 - now


async def caller_anew(platform: Platform, token: str | None, ip: str) -> Actor:
    """Who asks, looked up within the share of their address: whose token it is is not known yet."""
    if token is None:
        return ANONYMOUS
    with within(platform.rate_limits.share_of(ip)):
        return await actor_of_token(platform.database, token, ip, is_sandbox=platform.is_sandbox)


async def actor_of_token(database: Database, token: str | None, ip: str = "", *, is_sandbox: bool = True) -> Actor:
    """Whose token this is, of a session or a key, to a request from that address. Both live on real time."""
    return ANONYMOUS if token is None else (await look_up(database, token, is_sandbox=is_sandbox)).at(ip)
