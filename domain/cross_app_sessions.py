"""Cross-app sign-in: a person lets an app know who they are, for as long as both of them and the installation last."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.app_codes import AppCode
from domain.app_permissions import OF_ROLE, AppPermission, in_order
from domain.ids import new_id
from domain.permissions import Role
from domain.refusals import Refused, forbidden, invalid
from domain.sessions import Visit
from domain.states import Move, Side, Stateful
from domain.tokens import digest, new_token

LIVES = timedelta(hours=24)
"""A session since it was last begun or refreshed, and each of its tokens."""


class CrossAppStatus(Enum):
    """Whether somebody is signed in to an app."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


_S = CrossAppStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What there is at a moment between a person and an app that acts in one of their organizations."""

    role: Role
    app: Collection[AppPermission]
    installation: Collection[AppPermission]
    is_suspended: bool
    """The organization, which may only be read meanwhile."""

    @property
    def permissions(self) -> list[AppPermission]:
        """What the app asks for, the organization has consented to, and the person could do themselves."""
        common = OF_ROLE[self.role] & set(self.app) & set(self.installation)
        return in_order(one for one in common if not self.is_suspended or one.value.endswith(":read"))


@dataclass(eq=False, kw_only=True)
class CrossAppSession(Stateful):
    """One ACTIVE for each person and app. It knows the token it has given out last; its instants are real time."""

    SUBJECT: ClassVar[str] = "cross_app_session"
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("revokeCrossAppSession", (_S.ACTIVE,), _S.REVOKED, Side.SELF),
        Move("supersede", (_S.ACTIVE,), _S.REVOKED, Side.SYSTEM),
        Move("endStolen", (_S.ACTIVE,), _S.REVOKED, Side.SYSTEM),
        Move("endWithCause", (_S.ACTIVE,), _S.REVOKED, Side.SYSTEM),
        Move("expire", (_S.ACTIVE,), _S.EXPIRED, Side.SYSTEM),
    )

    id: UUID
    app_id: UUID
    user_id: UUID
    organization_id: UUID
    permissions: list[AppPermission]
    jti: UUID
    refresh_hash: bytes = field(repr=False)
    ip: str
    user_agent: str
    expires_at: datetime
    revoked_at: datetime | None = None
    status: CrossAppStatus = field(init=False)

    def is_live(self, real: datetime) -> bool:
        return self.status is _S.ACTIVE and self.expires_at > real

    def knows(self, refresh_token: str) -> bool:
        """Whether it is the token that was given out last."""
        return secrets.compare_digest(digest(refresh_token), self.refresh_hash)

    def refresh(self, permissions: list[AppPermission], refresh_hash: bytes, *, real: datetime) -> None:
        """Another pair of tokens, and another day; what was handed out before is worth nothing now."""
        self.permissions, self.refresh_hash = permissions, refresh_hash
        self.jti, self.expires_at = new_id(), real + LIVES

    def end(self, action: str, *, by: Actor, at: datetime, real: datetime) -> None:
        self.move_to(action, by=by, at=at)
        if self.status is _S.REVOKED:
            self.revoked_at = real
            self.record("revoked", by=by, at=at)

    def claims(self, issuer: str, client_id: str, real: datetime) -> dict[str, Any]:
        """What its token says to the app, with ids as the API has them."""
        return {
            "iss": issuer,
            "aud": client_id,
            "sub": f"usr_{self.user_id.hex}",
            "org": f"org_{self.organization_id.hex}",
            "sid": f"cas_{self.id.hex}",
            "perms": [one.value for one in self.permissions],
            "jti": str(self.jti),
            "iat": int(real.timestamp()),
            "exp": int(self.expires_at.timestamp()),
        }

    def is_about(self, by: Actor) -> bool:
        """The person's and the app's own."""
        return (by.user_id == self.user_id) if by.user_id is not None else by.app_id == self.app_id

    def organization_of(self, side: Side) -> UUID | None:
        return None

    def concerned_organizations(self) -> list[UUID]:
        return [self.organization_id]

    def concerned_objects(self) -> list[UUID]:
        return [self.app_id, self.user_id]


def begin(
    code: AppCode, permissions: list[AppPermission], visit: Visit, *, by: Actor, at: datetime
) -> tuple[CrossAppSession, str]:
    """A session and its first refresh token, in exchange for a code."""
    id_ = new_id()
    refresh_token = refresh_token_of(id_)
    session = CrossAppSession(
        id=id_,
        app_id=code.app_id,
        user_id=code.user_id,
        organization_id=code.organization_id,
        permissions=permissions,
        jti=new_id(),
        refresh_hash=digest(refresh_token),
        ip=visit.ip,
        user_agent=visit.user_agent,
        expires_at=visit.at + LIVES,
    )
    session.born(_S.ACTIVE, action="exchangeAppCode", by=by, at=at)
    session.record("started", by=by, at=at)
    return session, refresh_token


def refresh_token_of(session_id: UUID) -> str:
    """A fresh secret that says which session it is for, so that one that comes twice is known to have been its own."""
    return f"{session_id.hex}.{new_token()}"


def session_named_in(refresh_token: str) -> UUID | None:
    """The session that a refresh token says it is for."""
    digits = refresh_token.partition(".")[0]
    try:
        return UUID(hex=digits) if len(digits) == len(UUID(int=0).hex) else None
    except ValueError:
        return None


def no_longer_there() -> Refused:
    """To the app: the person, their membership or the installation has gone since they approved of it."""
    return forbidden("The person or their organization does not use this app any more.", "session")


def token_is_no_good() -> Refused:
    """The same words whether it is unknown or used, or its session has ended."""
    return invalid("This refresh token is unknown or no longer good. Let the person sign in again.", "refreshToken")
