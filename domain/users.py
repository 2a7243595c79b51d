"""Users: the people who sign in."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from domain.actors import Actor, ActorKind
from domain.checks import Checks
from domain.permissions import Permission
from domain.reasons import said
from domain.refusals import forbidden
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
    MOVES: ClassVar[tuple[Move, ...]] = (
        Move("verifyEmail", (_S.PENDING_VERIFICATION,), _S.ACTIVE, Side.SELF),
        Move("updateProfile", (_S.ACTIVE,), None, Side.SELF),
        Move("deactivateAccount", (_S.ACTIVE,), _S.DEACTIVATED, Side.SELF),
        Move("suspendUser", (_S.ACTIVE,), _S.SUSPENDED, Side.STAFF, Permission.STAFF_MODERATION),
        Move("reactivateUser", (_S.SUSPENDED,), _S.ACTIVE, Side.STAFF, Permission.STAFF_MODERATION),
    )

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

    def change_profile(self, fields: dict[str, Any], *, by: Actor, at: datetime) -> None:
        """Changes the given fields; refuses INVALID naming every one that is out of its limits."""
        self.check("updateProfile", by=by)
        fields = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
        check_profile(fields)
        changed = {name: value for name, value in fields.items() if getattr(self, name) != value}
        for name, value in changed.items():
            setattr(self, name, value)
        if changed:
            self.record("updated", by=by, at=at)

    def suspend(self, reason: str, *, is_staff: bool, by: Actor, at: datetime) -> None:
        """From their next request on they are nobody; whoever calls this ends their sessions."""
        if self.id == by.user_id:
            raise forbidden("Nobody suspends themselves.", "userId")
        if is_staff and not by.may(Permission.STAFF_MEMBERS):
            raise forbidden("Staff are suspended by staff:members only.", "userId")
        self.move_to("suspendUser", by=by, at=at)
        self.record("suspended", by=by, at=at, data={"reason": said(reason, required=True)})

    def reactivate(self, reason: str, *, is_staff: bool, by: Actor, at: datetime) -> None:
        """Whoever suspends members of the staff decides when they are back, too."""
        if is_staff and not by.may(Permission.STAFF_MEMBERS):
            raise forbidden("Staff are reactivated by staff:members only.", "userId")
        self.move_to("reactivateUser", by=by, at=at)
        self.record("reactivated", by=by, at=at, data={"reason": said(reason, required=True)})

    def deactivate(self, *, by: Actor, at: datetime) -> None:
        """They leave, for good; whoever calls this ends their sessions and memberships."""
        self.move_to("deactivateAccount", by=by, at=at)
        self.record("deactivated", by=by, at=at)

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


_LOCALE = re.compile("[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")


def check_profile(fields: dict[str, Any]) -> None:
    """The limits of the named fields."""
    checks = Checks()
    if "display_name" in fields:
        checks.line("displayName", fields["display_name"], least=1, most=120)
    if "locale" in fields:
        known = _LOCALE.fullmatch(fields["locale"] or "") is not None
        checks.require(known, "Give a language tag such as en, de-AT or sr-Latn-RS.", "locale")
    if "time_zone" in fields:
        checks.time_zone("timeZone", fields["time_zone"])
    checks.refuse()
