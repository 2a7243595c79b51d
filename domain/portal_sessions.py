"""Portal sessions: a link that shows an organization once what it is billed for, within five minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.actors import Actor
from domain.ids import new_id
from domain.tokens import digest, new_token

LASTS = timedelta(minutes=5)


@dataclass(eq=False, kw_only=True)
class PortalSession:
    """Of its secret, which is in the link alone, the SHA-256 is kept."""

    id: UUID
    organization_id: UUID
    asked_by_id: UUID | None
    token_hash: bytes
    return_url: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


def asked(organization_id: UUID, return_url: str, *, by: Actor, at: datetime) -> tuple[PortalSession, str]:
    """A new session and the secret of its link."""
    secret = new_token()
    session = PortalSession(
        id=new_id(),
        organization_id=organization_id,
        asked_by_id=by.user_id,
        token_hash=digest(secret),
        return_url=return_url,
        created_at=at,
        expires_at=at + LASTS,
    )
    return session, secret
