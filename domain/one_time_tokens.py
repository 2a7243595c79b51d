"""One-time tokens: mailed secrets that work once, and how often one may ask for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.events import Recorder
from domain.ids import new_id
from domain.refusals import rate_limited


class TokenPurpose(Enum):
    """What a mailed one-time token is good for."""

    VERIFY_EMAIL = "VERIFY_EMAIL"
    RESET_PASSWORD = "RESET_PASSWORD"
    CHANGE_EMAIL = "CHANGE_EMAIL"


LIVES = {
    TokenPurpose.VERIFY_EMAIL: timedelta(hours=24),
    TokenPurpose.RESET_PASSWORD: timedelta(minutes=30),
    TokenPurpose.CHANGE_EMAIL: timedelta(hours=24),
}

APART, A_DAY, DAY = timedelta(seconds=60), 5, timedelta(days=1)
"""Mails of one purpose to one person: this far apart, and so many in any 24 hours."""


@dataclass(eq=False, kw_only=True)
class OneTimeToken(Recorder):
    """Asked for by a person, made when its mail is sent: only then there is a secret, of which the SHA-256 is kept.

    All its instants are real time, not the platform clock's.
    """

    SUBJECT: ClassVar[str] = "one_time_token"

    id: UUID
    user_id: UUID
    purpose: TokenPurpose
    token_hash: bytes | None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    email: str | None = None
    """CHANGE_EMAIL: the address it is mailed to, which becomes theirs."""

    def put_into_mail(self, token_hash: bytes, *, real: datetime) -> None:
        """A mail that is sent again carries another secret; the earlier one is void."""
        self.token_hash = token_hash
        self.expires_at = real + LIVES[self.purpose]

    def concerned_organizations(self) -> list[UUID]:
        return []

    def concerned_objects(self) -> list[UUID]:
        return [self.user_id]


def ask_for(
    purpose: TokenPurpose,
    user_id: UUID,
    earlier: Sequence[datetime],
    *,
    by: Actor,
    at: datetime,
    real: datetime,
    email: str | None = None,
) -> OneTimeToken:
    """A new token, unless RATE_LIMITED. `earlier` are the instants of those of the last 24 hours, newest first."""
    waits = [earlier[0] + APART - real] if earlier else []
    if len(earlier) >= A_DAY:
        waits.append(earlier[A_DAY - 1] + DAY - real)
    wait = max(waits, default=timedelta())
    if wait > timedelta():
        raise rate_limited("Another mail can be sent", wait)
    token = OneTimeToken(
        id=new_id(),
        user_id=user_id,
        purpose=purpose,
        token_hash=None,
        created_at=real,
        expires_at=real + LIVES[purpose],
        used_at=None,
        email=email,
    )
    token.record("requested", by=by, at=at)
    return token


def reset_token(user_id: UUID, token_hash: bytes, *, real: datetime) -> OneTimeToken:
    """A token that exists with its mail only: how often one may ask is decided where somebody asks."""
    purpose = TokenPurpose.RESET_PASSWORD
    return OneTimeToken(
        id=new_id(),
        user_id=user_id,
        purpose=purpose,
        token_hash=token_hash,
        created_at=real,
        expires_at=real + LIVES[purpose],
        used_at=None,
    )
