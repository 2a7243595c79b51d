"""Sessions: a signed-in person on one device, acting for one organization at a time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.events import Recorder
from domain.ids import new_id
from domain.refusals import forbidden

IDLE, ABSOLUTE = timedelta(hours=12), timedelta(days=30)
"""Of a session whose one token lives as long as it does."""
ACCESS, REFRESH = timedelta(minutes=15), timedelta(days=30)
"""Of a session whose token is short-lived and renewed with a refresh token, which lives as long as the session."""
FRESH = timedelta(minutes=5)
"""How long somebody counts as having just shown who they are."""
SEEN_EVERY = timedelta(minutes=1)
"""How exact last_seen_at is: using a session writes no more often than this."""


class RevokeReason(Enum):
    """Why a session ended before its time."""

    SIGNED_OUT = "SIGNED_OUT"
    REVOKED = "REVOKED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"
    USER_SUSPENDED = "USER_SUSPENDED"
    ACCOUNT_DEACTIVATED = "ACCOUNT_DEACTIVATED"
    IMPERSONATION_ENDED = "IMPERSONATION_ENDED"
    TOKEN_REUSED = "TOKEN_REUSED"


class SessionKind(Enum):
    """How the token of a session lives."""

    BROWSER = "BROWSER"
    APP = "APP"


class AuthLevel(Enum):
    """What somebody has shown to be who they are."""

    PASSWORD = "PASSWORD"
    MFA = "MFA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """From where somebody asks, and when in real time: sessions, tokens and limits do not follow the platform clock."""

    ip: str
    user_agent: str
    at: datetime


@dataclass(eq=False, kw_only=True)
class Session(Recorder):
    """Read at every request, so that a revocation holds from the next one on. Only the token's SHA-256 is kept."""

    SUBJECT: ClassVar[str] = "session"

    id: UUID
    user_id: UUID
    active_organization_id: UUID | None
    token_hash: bytes = field(repr=False)
    ip: str
    user_agent: str
    kind: SessionKind = SessionKind.BROWSER
    auth_level: AuthLevel = AuthLevel.PASSWORD
    reauthenticated_at: datetime | None = None
    """When its owner last gave their password, and their code where they have one; never, if a mail opened it."""
    created_at: datetime
    token_expires_at: datetime
    last_seen_at: datetime
    idle_expires_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    revoke_reason: RevokeReason | None

    def revoke(self, reason: RevokeReason, *, by: Actor, at: datetime, real: datetime) -> None:
        """Ends the session; one that has ended already stays as it is."""
        if self.revoked_at is None:
            self.revoked_at, self.revoke_reason = real, reason
            self.record("revoked", by=by, at=at)

    def reuse_detected(self, *, by: Actor, at: datetime, real: datetime) -> None:
        """A refresh token came twice: a thief has it, or had it. Whoever holds anything of the session loses it."""
        if self.revoked_at is None:
            self.revoke(RevokeReason.TOKEN_REUSED, by=by, at=at, real=real)
            self.record("reuse_detected", by=by, at=at)

    def reauthenticate(self, level: AuthLevel, *, real: datetime) -> None:
        """Its owner has just shown who they are. What they have shown before still counts."""
        self.reauthenticated_at = real
        if level is AuthLevel.MFA:
            self.auth_level = level

    def renew(self, token_hash: bytes, *, real: datetime) -> None:
        """Takes another token, and with it another while to live."""
        self.token_hash = token_hash
        self.token_expires_at = real + ACCESS
        self.last_seen_at = real
        self.idle_expires_at = self.expires_at = real + REFRESH

    def concerned_organizations(self) -> list[UUID]:
        return []

    def concerned_objects(self) -> list[UUID]:
        return [self.user_id]


def require_reauthenticated(who: Actor, *, real: datetime) -> None:
    """Refuses FORBIDDEN unless somebody has just shown who they are: a session that was left open does not do."""
    if who.reauthenticated_at is None or who.reauthenticated_at + FRESH < real:
        raise forbidden("Show who you are with reauthenticate, then repeat this within 5 minutes.", "reauthentication")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What somebody wants of the session they are about to open, and how they have shown who they are."""

    organization_id: UUID | None = None
    kind: SessionKind = SessionKind.BROWSER
    auth_level: AuthLevel = AuthLevel.PASSWORD
    is_authenticated: bool = True
    """Not where a mailed token opens it: that shows whose the address is, and no more."""


def open_session(
    user_id: UUID,
    organization_id: UUID | None,
    token_hash: bytes,
    visit: Visit,
    opening: Opening,
    *,
    by: Actor,
    at: datetime,
) -> Session:
    """A session for the bearer of the token, acting for that organization."""
    is_app, real = opening.kind is SessionKind.APP, visit.at
    session = Session(
        id=new_id(),
        user_id=user_id,
        active_organization_id=organization_id,
        token_hash=token_hash,
        ip=visit.ip,
        user_agent=visit.user_agent,
        kind=opening.kind,
        auth_level=opening.auth_level,
        reauthenticated_at=real if opening.is_authenticated else None,
        created_at=real,
        token_expires_at=real + (ACCESS if is_app else ABSOLUTE),
        last_seen_at=real,
        idle_expires_at=real + (REFRESH if is_app else IDLE),
        expires_at=real + (REFRESH if is_app else ABSOLUTE),
        revoked_at=None,
        revoke_reason=None,
    )
    session.record("created", by=by, at=at)
    return session
