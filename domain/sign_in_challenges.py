"""Challenges: the time between the right password and the code of the second factor."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain.ids import new_id
from domain.refusals import Refused, invalid
from domain.sessions import SessionKind

LIVES, TRIES = timedelta(minutes=5), 5


@dataclass(eq=False, kw_only=True)
class SignInChallenge:
    """Somebody has given their password and owes a code. Its id is a secret, of which the SHA-256 is kept."""

    id: UUID
    user_id: UUID
    secret_hash: bytes = field(repr=False)
    organization_id: UUID | None
    kind: SessionKind
    created_at: datetime
    expires_at: datetime
    tries: int = 0
    used_at: datetime | None = None

    def is_over(self, real: datetime) -> bool:
        return self.used_at is not None or self.tries >= TRIES or self.expires_at <= real


@dataclass(frozen=True, slots=True)
class Challenged:
    """A challenge as it is handed out."""

    challenge_id: str
    expires_at: datetime


def challenge(
    user_id: UUID, secret_hash: bytes, organization_id: UUID | None, kind: SessionKind, *, real: datetime
) -> SignInChallenge:
    return SignInChallenge(
        id=new_id(),
        user_id=user_id,
        secret_hash=secret_hash,
        organization_id=organization_id,
        kind=kind,
        created_at=real,
        expires_at=real + LIVES,
    )


def challenge_over() -> Refused:
    return invalid("This challenge is unknown or over. Sign in with your password again.", "challengeId")
