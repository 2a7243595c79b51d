"""Signing in: what is kept of each attempt, and how many failures are too many."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from domain.ids import new_id
from domain.refusals import Refused, invalid
from domain.sessions import Visit
from domain.tokens import digest

KEPT = timedelta(days=180)


class SignInOutcome(Enum):
    """How an attempt to sign in ended."""

    SUCCEEDED = "SUCCEEDED"
    CHALLENGED = "CHALLENGED"
    REAUTHENTICATED = "REAUTHENTICATED"
    FAILED = "FAILED"
    LIMITED = "LIMITED"


@dataclass(eq=False, kw_only=True)
class SignInEvent:
    """One attempt to sign in; the address is kept as a hash, so that attempts on unknown ones count too."""

    id: UUID
    user_id: UUID | None
    email_hash: bytes
    ip: str
    user_agent: str
    outcome: SignInOutcome
    at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody tries to sign in with this (normal) address. `user_id` is whose it is, if anybody's."""

    email: str
    visit: Visit
    user_id: UUID | None

    @property
    def email_hash(self) -> bytes:
        return digest(self.email)

    def ended(self, outcome: SignInOutcome) -> SignInEvent:
        return SignInEvent(
            id=new_id(),
            user_id=self.user_id,
            email_hash=self.email_hash,
            ip=self.visit.ip,
            user_agent=self.visit.user_agent,
            outcome=outcome,
            at=self.visit.at,
        )


def wrong_credentials() -> Refused:
    """The same words whether the address is unknown, the password wrong or the user suspended."""
    return invalid("The e-mail address or the password is wrong.")


def wrong_password() -> Refused:
    """For somebody who is signed in and shows again who they are."""
    return invalid("The password is wrong.", "password")
