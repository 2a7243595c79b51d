"""Users: the people who sign in."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.states import Move, Side, Stateful


class UserStatus(Enum):
    """Whether a person may use Milepost."""

    PENDING_VERIFICATION = "PENDING_VERIFICATION"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    DEACTIVATED = "DEACTIVATED"


_S = UserStatus


@dataclass(eq=False, kw_only=True)
class User(Stateful):
    """A person. The e-mail address is stored in lower case and is unique."""

    SUBJECT: ClassVar[str] = "user"
    MOVES: ClassVar[tuple[Move, ...]] = (Move("verifyEmail", (_S.PENDING_VERIFICATION,), _S.ACTIVE, Side.SYSTEM),)

    id: UUID
    email: str
    email_verified_at: datetime | None
    display_name: str
    locale: str
    time_zone: str
    password_hash: str
    password_changed_at: datetime
    status: UserStatus = field(init=False)

    def organization_of(self, side: Side) -> UUID | None:
        return None

    def concerned_organizations(self) -> list[UUID]:
        return []


class TokenPurpose(Enum):
    """What a mailed one-time token is good for."""

    VERIFY_EMAIL = "VERIFY_EMAIL"


@dataclass(eq=False, kw_only=True)
class OneTimeToken:
    """A mailed secret that works once; only its SHA-256 is kept. A new one voids the older of the same purpose."""

    id: UUID
    user_id: UUID
    purpose: TokenPurpose
    token_hash: bytes
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
