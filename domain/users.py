"""Users: the people who sign in."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor, ActorKind
from domain.states import Move, Side, Stateful


class UserStatus(Enum):
    """Whether a person may use Milepost."""

    PENDING_VERIFICATION = "PENDING_VERIFICATION"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    DEACTIVATED = "DEACTIVATED"


_S = UserStatus

MAY_SIGN_IN = frozenset({_S.PENDING_VERIFICATION, _S.ACTIVE})

TOLD_AGAIN_AFTER = timedelta(hours=1)
"""How soon an owner hears again that somebody tried to sign up with their address."""


@dataclass(eq=False, kw_only=True)
class User(Stateful):
    """A person. The e-mail address is stored in lower case and is unique."""

    SUBJECT: ClassVar[str] = "user"
    MOVES: ClassVar[tuple[Move, ...]] = (Move("verifyEmail", (_S.PENDING_VERIFICATION,), _S.ACTIVE, Side.SELF),)

    id: UUID
    email: str
    email_verified_at: datetime | None
    display_name: str
    locale: str
    time_zone: str
    password_hash: str = field(repr=False)
    password_changed_at: datetime
    sign_up_repeated_at: datetime | None = None
    status: UserStatus = field(init=False)

    @property
    def themselves(self) -> Actor:
        """This person as an actor without an organization: for what they do before or beside a session."""
        is_verified = self.email_verified_at is not None
        return Actor(kind=ActorKind.USER, user_id=self.id, email=self.email, is_verified=is_verified)

    @property
    def may_sign_in(self) -> bool:
        return self.status in MAY_SIGN_IN

    def verify_email(self, *, by: Actor, at: datetime) -> None:
        """The address is theirs: they have answered with what was mailed to it."""
        self.move_to("verifyEmail", by=by, at=at)
        self.email_verified_at = at
        self.record("verified", by=by, at=at)

    def set_password(self, password_hash: str, *, by: Actor, at: datetime) -> None:
        """The one place that changes a password; its owner is told by mail."""
        self.password_hash, self.password_changed_at = password_hash, at
        self.record("password.changed", by=by, at=at)

    def change_email(self, email: str, *, at: datetime) -> None:
        """They have answered from the new address. The old one, where its owner may still read, is told."""
        self.record("email_changed", by=self.themselves, at=at, data={"formerly": self.email})
        self.email, self.email_verified_at = email, at

    def hear_of_sign_up(self, *, by: Actor, at: datetime, real: datetime) -> None:
        """Somebody signs up with this known address. The owner is told by mail, but not over and over."""
        if self.sign_up_repeated_at is None or self.sign_up_repeated_at + TOLD_AGAIN_AFTER <= real:
            self.sign_up_repeated_at = real
            self.record("sign_up_repeated", by=by, at=at)

    def is_about(self, by: Actor) -> bool:
        return by.user_id == self.id

    def organization_of(self, side: Side) -> UUID | None:
        return None

    def concerned_organizations(self) -> list[UUID]:
        return []
