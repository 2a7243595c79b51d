"""Cross-app sign-in: a person approves of an app, its backend gets tokens for that, renews them and asks about them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from domain.actors import SYSTEM
from domain.app_codes import admit, approve_of, code_is_no_good, wrong_origin
from domain.app_fields import normal_origin
from domain.app_permissions import AppPermission
from domain.apps import App
from domain.cross_app_sessions import (
    CrossAppSession,
    Grant,
    begin,
    no_longer_there,
    refresh_token_of,
    session_named_in,
    token_is_no_good,
)
from domain.refusals import forbidden
from domain.sessions import Visit
from domain.tokens import digest, new_token
from domain.users import User
from integrations.signing import new_pair, signed, verified
from integrations.vault import Vault
from persistence import app_codes, app_installations, apps, cross_app_sessions, signing_keys
from persistence.unit import Unit
from resolvers.context import Context
from resolvers.mutations import Changed

LIST, APP, ORGANIZATION = cross_app_sessions.LIST, cross_app_sessions.APP, cross_app_sessions.ORGANIZATION


@dataclass(frozen=True, slots=True)
class Desk:
    """Where tokens are made out: when and by whom they are asked for, who issues them, with what they are signed."""

    visit: Visit
    issuer: str
    vault: Vault
    is_sandbox: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Introspection:
    """What a token is worth at this moment. Of one that is worth nothing it says nothing else."""

    is_active: bool = False
    session: CrossAppSession | None = None
    user: User | None = None
    permissions: tuple[AppPermission, ...] = ()

    @property
    def organization_id(self) -> UUID | None:
        return None if self.session is None else self.session.organization_id

    @property
    def user_id(self) -> UUID | None:
        return None if self.session is None else self.session.user_id

    @property
    def expires_at(self) -> datetime | None:
        return None if self.session is None else self.session.expires_at


async def prepare_desk(context: Context, **arguments: Any) -> dict[str, Any]:
    platform = context.platform
    return arguments | {"desk": Desk(context.visit(), platform.issuer, platform.vault, platform.is_sandbox)}


async def authorize_app(db: Unit, *, app_id: UUID, origin: str, desk: Desk) -> Changed:
    db.by.require_second_factor()
    app = await apps.for_use(db, app_id)
    code = new_token()
    asked = approve_of(
        app, normal_origin(origin), digest(code), by=db.by, is_sandbox=desk.is_sandbox, real=desk.visit.at
    )
    if not await app_installations.is_live(db, app.id, asked.organization_id):
        raise forbidden("Your organization has not installed this app.", "appId")
    db.add(asked)
    return Changed(app_code=code, expires_at=asked.expires_at)


async def exchange_app_code(db: Unit, *, code: str, origin: str, desk: Desk) -> Changed:
    """Locks the app, then its user, then the code: of many at once one begins a session, and that is the only one."""
    real = desk.visit.at
    found = await app_codes.found(db, digest(code))
    if found is None:
        raise code_is_no_good()
    is_known = await app_codes.is_known(db, found.app_id, found.user_id)
    app = await apps.used_by_itself(db, is_alone=not is_known)
    app.require_working(is_sandbox=desk.is_sandbox)
    known = await app_codes.user_for_sign_in(db, app.id, found.user_id)
    grant = await _grant(db, app, found.user_id, found.organization_id, desk)
    asked = await app_codes.locked(db, found)
    if asked.is_over(real):
        raise code_is_no_good()
    asked.used_at = real
    # From here on the code is used up, whatever comes of it.
    if normal_origin(origin) != asked.origin or asked.origin not in app.allowed_origins:
        return Changed(refusal=wrong_origin())
    if grant is None:
        return Changed(refusal=no_longer_there())
    if known is None:
        db.add(admit(app, asked.user_id, known=await app_codes.count_users(db, app.id), real=real))
    former = await cross_app_sessions.former(db, app.id, asked.user_id)
    if former is not None:
        former.end("supersede", by=SYSTEM, at=db.at, real=real)
        await db.flush()
    session, refresh_token = begin(asked, grant.permissions, desk.visit, by=db.by, at=db.at)
    db.add(session)
    return await _handed_out(db, app, session, refresh_token, desk)


async def refresh_cross_app_session(db: Unit, *, refresh_token: str, desk: Desk) -> Changed:
    real, id_ = desk.visit.at, session_named_in(refresh_token)
    app = await apps.used_by_itself(db)
    app.require_working(is_sandbox=desk.is_sandbox)
    session = None if id_ is None else await cross_app_sessions.for_refresh(db, id_)
    if session is None or not session.is_live(real):
        raise token_is_no_good()
    if not session.knows(refresh_token):
        session.end("endStolen", by=SYSTEM, at=db.at, real=real)
        return Changed(refusal=token_is_no_good())
    grant = await _grant(db, app, session.user_id, session.organization_id, desk)
    if grant is None:
        session.end("endWithCause", by=SYSTEM, at=db.at, real=real)
        return Changed(refusal=no_longer_there())
    following = refresh_token_of(session.id)
    session.refresh(grant.permissions, digest(following), real=real)
    return await _handed_out(db, app, session, following, desk)


async def revoke_cross_app_session(db: Unit, *, session_id: UUID, desk: Desk) -> Changed:
    session = await cross_app_sessions.for_change(db, session_id)
    session.end("revokeCrossAppSession", by=db.by, at=db.at, real=desk.visit.at)
    return Changed(session=session)


async def introspect(context: Context, token: str) -> Introspection:
    """Looks at all that a token rests on: its signature, its session, the person, the member, installation and app."""
    platform, real = context.platform, datetime.now(UTC)
    async with platform.database.reader() as session:
        app = await session.get_one(App, context.viewer.app_id)
        app.require_working(is_sandbox=platform.is_sandbox)
        keys = await signing_keys.published(session, real)
        claims = verified(token, keys, issuer=platform.issuer, audience=app.client_id)
        found = None if claims is None else await cross_app_sessions.named_in(session, app.id, claims["sid"])
        if claims is None or found is None or not found.is_live(real) or str(found.jti) != claims["jti"]:
            return Introspection()
        held = await cross_app_sessions.grant_by_now(session, app, found)
        if held is None or not app.works_for(found.organization_id, is_sandbox=platform.is_sandbox):
            return Introspection()
        permissions = tuple(one for one in found.permissions if one in held.permissions)
        is_shown = AppPermission.PROFILE_READ in permissions
        user = await session.get_one(User, found.user_id) if is_shown else None
    return Introspection(is_active=True, session=found, user=user, permissions=permissions)


async def _grant(db: Unit, app: App, user_id: UUID, organization_id: UUID, desk: Desk) -> Grant | None:
    if not app.works_for(organization_id, is_sandbox=desk.is_sandbox):
        return None
    return await cross_app_sessions.grant_for(db, app, user_id, organization_id)


async def _handed_out(db: Unit, app: App, session: CrossAppSession, refresh_token: str, desk: Desk) -> Changed:
    """The session with a token that says what it is, signed by the key whose time it is."""
    real = desk.visit.at
    key = await signing_keys.in_use(db, partial(new_pair, desk.vault), real)
    token = signed(session.claims(desk.issuer, app.client_id, real), key, desk.vault)
    return Changed(session=session, jwt=token, refresh_token=refresh_token)
