"""The second factor: an authenticator app whose codes work once each, and recovery codes for the day it is lost."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.events import Recorder
from domain.ids import new_id
from domain.refusals import Refused, invalid, wrong_state
from domain.totp import step_matching

CODES = 8
CODE_LENGTH = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that looks like another."""


@dataclass(eq=False, kw_only=True)
class TwoFactor(Recorder):
    """Somebody's authenticator app, theirs for good once they have confirmed it with a code."""

    SUBJECT: ClassVar[str] = "two_factor"

    id: UUID
    user_id: UUID
    sealed_secret: str = field(repr=False)
    """Encrypted, and readable only with a key that is not in the database."""
    created_at: datetime
    confirmed_at: datetime | None = None
    codes_made_at: datetime | None = None
    last_used_step: int | None = None

    def confirm(self, *, by: Actor, at: datetime, real: datetime) -> None:
        self.confirmed_at = self.codes_made_at = real
        self.record("enabled", by=by, at=at)

    def codes_replaced(self, *, by: Actor, at: datetime, real: datetime) -> None:
        self.codes_made_at = real
        self.record("codes_replaced", by=by, at=at)

    def disable(self, *, by: Actor, at: datetime) -> None:
        self.record("disabled", by=by, at=at)

    def accepts(self, secret: bytes, code: str, *, real: datetime) -> bool:
        """Whether it is the code of a step that has not been used, nor one before it; if so, it is used now."""
        step = step_matching(secret, code, real)
        if step is None or (self.last_used_step is not None and step <= self.last_used_step):
            return False
        self.last_used_step = step
        return True

    def concerned_organizations(self) -> list[UUID]:
        return []

    def concerned_objects(self) -> list[UUID]:
        return [self.user_id]


@dataclass(eq=False, kw_only=True)
class RecoveryCode:
    """Takes the place of one code of the app, once. What is kept of it needs a key to be tried at all."""

    id: UUID
    user_id: UUID
    code_hash: bytes = field(repr=False)
    used_at: datetime | None = None


def begin(user_id: UUID, sealed_secret: str, *, real: datetime) -> TwoFactor:
    return TwoFactor(id=new_id(), user_id=user_id, sealed_secret=sealed_secret, created_at=real)


def new_codes() -> list[str]:
    """A set of recovery codes, to be shown once."""
    return ["".join(secrets.choice(_LETTERS) for _ in range(CODE_LENGTH)) for _ in range(CODES)]


def typed(code: str) -> str:
    """A code as it was given out, however somebody typed it."""
    return "".join(code.split()).replace("-", "").lower()


def wrong_code() -> Refused:
    """The same words for a wrong code and one that was used."""
    return invalid(
        "The code is wrong or was used already. Take the next one your app shows, or a recovery code.", "code"
    )


def code_wanted() -> Refused:
    return invalid("Give a code of your authenticator app, or a recovery code.", "code")


def set_up_already() -> Refused:
    return wrong_state("You have a second factor already. Disable it first to set up another.", from_state="ENABLED")


def not_set_up() -> Refused:
    return wrong_state("You have no second factor. Set one up with beginTwoFactor.", from_state="DISABLED")
