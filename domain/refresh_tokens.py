"""Refresh tokens: each renews its session once; one that comes again ends it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.ids import new_id
from domain.refusals import Refused, invalid
from domain.sessions import REFRESH


@dataclass(eq=False, kw_only=True)
class RefreshToken:
    """Of the secret we keep a SHA-256. All its instants are real time."""

    id: UUID
    session_id: UUID
    token_hash: bytes = field(repr=False)
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None

    @property
    def is_used(self) -> bool:
        return self.used_at is not None


def issue(session_id: UUID, token_hash: bytes, *, real: datetime) -> RefreshToken:
    return RefreshToken(
        id=new_id(), session_id=session_id, token_hash=token_hash, issued_at=real, expires_at=real + REFRESH
    )


def no_longer_good() -> Refused:
    """The same words whether it is unknown, used or expired, or its session has ended."""
    return invalid("This refresh token is unknown or no longer good. Sign in anew.", "refreshToken")
