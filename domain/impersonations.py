"""Impersonation: a member of the staff acts as somebody, for a stated reason and a short time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.events import Recorder
from domain.ids import new_id
from domain.permissions import Permission
from domain.refusals import forbidden
from domain.sessions import AuthLevel, Session, Visit
from domain.states import Versioned

LONGEST_MINUTES = 30


class ImpersonationMode(Enum):
    """What the member of the staff may do as somebody."""

    READ_ONLY = "READ_ONLY"
    READ_WRITE = "READ_WRITE"


WRITABLE = frozenset({Permission.WORK_WRITE, Permission.WORK_APPROVE, Permission.INVOICES_WRITE})
"""What READ_WRITE leaves to do, as far as it neither moves money nor seals an agreement. All else is never done as
somebody else: it is about money, members and their rights, keys, apps, or a person's own account."""


@dataclass(eq=False, kw_only=True)
class Impersonation(Recorder, Versioned):
    """It lives on real time, as its session does, and ends with it, whichever comes first."""

    SUBJECT: ClassVar[str] = "impersonation"

    id: UUID
    staff_user_id: UUID
    target_user_id: UUID
    organization_id: UUID | None
    session_id: UUID
    mode: ImpersonationMode
    reason: str
    ticket: str | None
    started_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None

    def end(self, *, by: Actor, at: datetime, real: datetime) -> None:
        """The person whom it was about is told by mail; whoever calls this ends the session. Once is enough."""
        if self.ended_at is None:
            self.ended_at = min(real, self.ends_at)
            self.record("ended", by=by, at=at)

    def is_of(self, by: Actor) -> bool:
        """Who may end it: whoever began it, and those who look after the staff."""
        return self.staff_user_id == by.user_id or by.may(Permission.STAFF_MEMBERS)

    def concerned_organizations(self) -> list[UUID]:
        """None: of what staff do their own log tells."""
        return []

    def concerned_objects(self) -> list[UUID]:
        return [self.target_user_id, self.staff_user_id]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a member of the staff asks for."""

    mode: ImpersonationMode
    reason: str
    ticket: str | None
    minutes: int

    def check(self, by: Actor) -> None:
        checks = Checks()
        checks.text("reason", self.reason, least=10, most=1000)
        checks.line("ticket", self.ticket, most=100)
        checks.whole("minutes", self.minutes, least=1, most=LONGEST_MINUTES)
        checks.refuse()
        if self.mode is ImpersonationMode.READ_WRITE and not by.may(Permission.STAFF_MEMBERS):
            raise forbidden("Only an ADMIN of the staff acts as somebody with READ_WRITE.", "mode")


def start(
    wish: Wish,
    target_user_id: UUID,
    organization_id: UUID | None,
    token_hash: bytes,
    visit: Visit,
    *,
    by: Actor,
    at: datetime,
) -> tuple[Impersonation, Session]:
    """The impersonation and the session it happens in. That nobody acts as staff is known already."""
    if by.user_id is None or by.user_id == target_user_id:
        raise forbidden("Nobody acts as themselves.", "userId")
    ends_at = visit.at + timedelta(minutes=wish.minutes)
    session = Session(
        id=new_id(),
        user_id=target_user_id,
        active_organization_id=organization_id,
        token_hash=token_hash,
        ip=visit.ip,
        user_agent=visit.user_agent,
        auth_level=AuthLevel.MFA,
        created_at=visit.at,
        token_expires_at=ends_at,
        last_seen_at=visit.at,
        idle_expires_at=ends_at,
        expires_at=ends_at,
        revoked_at=None,
        revoke_reason=None,
    )
    impersonation = Impersonation(
        id=new_id(),
        staff_user_id=by.user_id,
        target_user_id=target_user_id,
        organization_id=organization_id,
        session_id=session.id,
        mode=wish.mode,
        reason=wish.reason.strip(),
        ticket=(wish.ticket or "").strip() or None,
        started_at=visit.at,
        ends_at=ends_at,
    )
    impersonation.record("started", by=by, at=at, data={"mode": wish.mode.name})
    return impersonation, session


def require_oneself(by: Actor, *, is_writable: bool) -> None:
    """Refuses FORBIDDEN to staff who act as somebody else what is not writable, and READ_ONLY everything."""
    if by.impersonator_id is None:
        return
    if by.is_read_only:
        raise forbidden("You act as somebody else with READ_ONLY: nothing can be changed.", "impersonation")
    if not is_writable:
        raise forbidden("This is nothing that staff do as somebody else.", "impersonation")
