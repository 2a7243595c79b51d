"""Makers of partner apps: registered, approved, installed, and signed in to."""

from dataclasses import dataclass
from typing import Any

import jwt

from domain.permissions import StaffRole
from tests.world import Caller, Person, World

CHANGE = "pendingChange { permissions allowedOrigins domain url }"
APP = f"app {{ id status version permissions allowedOrigins domain url {CHANGE} }}"
ORIGIN = "https://tools.example"
JWKS = "/.well-known/jwks.json"
PERMISSIONS = ["PROFILE_READ", "CREDITS_READ", "CREDITS_CONSUME"]
TOKENS = "jwt refreshToken session { id status permissions expiresAt }"


def app_input(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Time tools",
        "domain": "tools.example",
        "url": "https://www.tools.example/start",
        "primaryColor": "#1A73E8",
        "permissions": PERMISSIONS,
        "allowedOrigins": [ORIGIN],
        "isPublic": True,
    } | changes


@dataclass(frozen=True, slots=True)
class Partner:
    """An approved app, its owner, its backend, and a client's owner whose organization has installed it."""

    world: World
    id: str
    owner: Person
    backend: Caller
    user: Person
    installation: str
    reviewer: Person


async def make_app(owner: Person, **changes: Any) -> str:
    """The id of an app that waits for its review."""
    return str((await owner.do("registerApp", "app { id }", **app_input(**changes)))["app"]["id"])


async def make_active_app(owner: Person, reviewer: Person, **changes: Any) -> str:
    """The id of an app that staff have approved."""
    app = await make_app(owner, **changes)
    await reviewer.do("approveApp", "app { id }", appId=app)
    return app


async def make_backend(owner: Person, app: str, **more: Any) -> Caller:
    """The app itself, with a key of its own."""
    made = await owner.do("createAppKey", "secret", appId=app, name="Backend", **more)
    return owner.world.caller(made["secret"])


async def install(person: Person, app: str, permissions: list[str] = PERMISSIONS) -> str:
    """The id of the installation in that person's organization."""
    done = await person.do("installApp", "installation { id }", appId=app, permissions=permissions)
    return str(done["installation"]["id"])


async def make_partner(world: World, **changes: Any) -> Partner:
    owner, user = await world.freelancer_side("Time tools Ltd"), await world.client_side()
    reviewer = await world.staff(StaffRole.TRUST)
    app = await make_active_app(owner, reviewer, **changes)
    backend, installation = await make_backend(owner, app), await install(user, app)
    return Partner(world, app, owner, backend, user, installation, reviewer)


async def make_own_app(owner: Person) -> str:
    """An app that its owner tries in the sandbox before its review: installed, with a key, and signed in to."""
    app = await make_app(owner, isPublic=False)
    await install(owner, app)
    backend = await make_backend(owner, app)
    await backend.do("exchangeAppCode", TOKENS, code=await code_of(owner, app), origin=ORIGIN)
    return app


async def code_of(person: Caller, app: str, origin: str = ORIGIN) -> str:
    """What that person's browser carries to the app."""
    return str((await person.do("authorizeApp", "appCode", appId=app, origin=origin))["appCode"])


async def sign_in(partner: Partner, person: Person | None = None) -> dict[str, Any]:
    """The tokens of somebody who signs in to the app; of its first user unless said."""
    code = await code_of(person or partner.user, partner.id)
    return await partner.backend.do("exchangeAppCode", TOKENS, code=code, origin=ORIGIN)


ABOUT = """query($jwt: String!) { crossAppSession(token: $jwt) {
  isActive userId user { id email } organization { id } permissions expiresAt } }"""


async def looked_up(backend: Caller, token: str) -> dict[str, Any]:
    """What the app learns of a token."""
    found: dict[str, Any] = (await backend.ask(ABOUT, jwt=token))["crossAppSession"]
    return found


NOTHING = {"isActive": False, "userId": None, "user": None, "organization": None, "permissions": [], "expiresAt": None}
"""What an app learns of a token that is worth nothing."""


async def is_active(partner: Partner, tokens: dict[str, Any]) -> bool:
    return bool((await looked_up(partner.backend, tokens["jwt"]))["isActive"])


async def exchange(partner: Partner, code: str, origin: str = ORIGIN) -> dict[str, Any]:
    """The tokens, or the refusal."""
    return await partner.backend.attempt("exchangeAppCode", TOKENS, code=code, origin=origin)


async def refresh(partner: Partner, refresh_token: str) -> dict[str, Any]:
    """The tokens, or the refusal."""
    return await partner.backend.attempt("refreshCrossAppSession", TOKENS, refreshToken=refresh_token)


async def published(world: World) -> list[dict[str, str]]:
    """The public keys as anybody finds them."""
    keys: list[dict[str, str]] = (await world.client.http.get(JWKS)).json()["keys"]
    return keys


async def claims_of(partner: Partner, tokens: dict[str, Any]) -> dict[str, Any]:
    """What a token says to whoever reads it with what is published and nothing else."""
    (key,) = [one for one in await published(partner.world) if one["kid"] == kid_of(tokens)]
    claims: dict[str, Any] = jwt.decode(
        tokens["jwt"], jwt.PyJWK(key), algorithms=["ES256"], audience=partner.id, issuer="http://127.0.0.1:8000"
    )
    return claims


def kid_of(tokens: dict[str, Any]) -> str:
    return str(jwt.get_unverified_header(tokens["jwt"])["kid"])
