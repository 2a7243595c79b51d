"""Sessions: a signed-in person on one device, acting for one organization at a time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.events import Recorder
from domain.ids import new_id

IDLE, ABSOLUTE = timedelta(hours=12), timedelta(days=30)
SEEN_EVERY = timedelta(minutes=1)
"""How exact last_seen_at is: using a session writes no more often than this."""


class RevokeReason(Enum):
    """Why a session ended before its time."""

    SIGNED_OUT = "SIGNED_OUT"
    REVOKED = "REVOKED"


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
    created_at: datetime
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

    def concerned_organizations(self) -> list[UUID]:
        return []

    def concerned_objects(self) -> list[UUID]:
        return [self.user_id]


def open_session(
    user_id: UUID, organization_id: UUID | None, token_hash: bytes, visit: Visit, *, by: Actor, at: datetime
) -> Session:
    """A session for the bearer of the token, acting for that organization."""
    session = Session(
        id=new_id(),
        user_id=user_id,
        active_organization_id=organization_id,
        token_hash=token_hash,
        ip=visit.ip,
        user_agent=visit.user_agent,
        created_at=visit.at,
        last_seen_at=visit.at,
        idle_expires_at=visit.at + IDLE,
        expires_at=visit.at + ABSOLUTE,
        revoked_at=None,
        revoke_reason=None,
    )
    session.record("created", by=by, at=at)
    return session
