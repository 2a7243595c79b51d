"""What anybody may ask for with an e-mail address: a sign-up, another password. Counted, whether or not it is known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.events import Recorder
from domain.ids import new_id
from domain.rate_limits import place_of
from domain.sessions import Visit
from domain.tokens import digest

KEPT = timedelta(days=1)


class RequestPurpose(Enum):
    """What was asked for."""

    SIGN_UP = "SIGN_UP"
    RESET_PASSWORD = "RESET_PASSWORD"


@dataclass(eq=False, kw_only=True)
class AccountRequest(Recorder):
    """One request, with the address as a hash. No answer depends on `user_id`, which says whose it is, if anybody's."""

    SUBJECT: ClassVar[str] = "account_request"

    id: UUID
    purpose: RequestPurpose
    user_id: UUID | None
    email_hash: bytes
    ip: str
    at: datetime

    def concerned_organizations(self) -> list[UUID]:
        return []


def ask_to_sign_up(email: str, visit: Visit) -> AccountRequest:
    return _request(RequestPurpose.SIGN_UP, email, None, visit)


def ask_for_reset(email: str, user_id: UUID | None, visit: Visit, *, by: Actor, at: datetime) -> AccountRequest:
    """The mail is written later, so that asking takes as long for an address that nobody has."""
    request = _request(RequestPurpose.RESET_PASSWORD, email, user_id, visit)
    request.record("password.reset_requested", by=by, at=at)
    return request


def _request(purpose: RequestPurpose, email: str, user_id: UUID | None, visit: Visit) -> AccountRequest:
    return AccountRequest(
        id=new_id(), purpose=purpose, user_id=user_id, email_hash=digest(email), ip=place_of(visit.ip), at=visit.at
    )
