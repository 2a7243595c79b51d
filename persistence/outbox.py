"""The outbox: events written with the change they tell of, and read by position once the relay has given it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.approval_requests import ApprovalRequest
from domain.billing_reconciliations import ReconciliationRun
from domain.cash_reconciliations import CashReconciliation
from domain.chargebacks import Chargeback
from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot
from domain.credit_transactions import CreditTransaction
from domain.debts import Debt
from domain.entitlement_versions import EntitlementVersion
from domain.events import Event, OutboxEvent, Recorder, StatusChange
from domain.ids import new_id
from domain.ledger_exports import LedgerExport
from domain.ledger_records import LedgerTransfer
from domain.notifications import Notification
from domain.payment_methods import PaymentMethod
from domain.payments import Payment
from domain.payout_methods import PayoutMethod
from domain.payout_schedules import PayoutSchedule
from domain.payouts import Payout
from domain.permissions import Permission
from domain.refunds import Refund
from domain.wallet_conversions import WalletConversion
from domain.wallets import Wallet
from persistence.tables.platform import outbox, outbox_head

BATCH = 100

_MONEY = (
    CashReconciliation.SUBJECT,
    ReconciliationRun.SUBJECT,
    Chargeback.SUBJECT,
    Payment.SUBJECT,
    Refund.SUBJECT,
    PaymentMethod.SUBJECT,
    Wallet.SUBJECT,
    LedgerTransfer.SUBJECT,
    LedgerExport.SUBJECT,
    Payout.SUBJECT,
    PayoutMethod.SUBJECT,
    PayoutSchedule.SUBJECT,
    WalletConversion.SUBJECT,
    Debt.SUBJECT,
)
_CREDITS = (CreditAccount.SUBJECT, CreditLot.SUBJECT, CreditTransaction.SUBJECT)
DECISIVE = frozenset(
    {
        Permission.STAFF_READ,
        Permission.CREDITS_READ,
        Permission.STAFF_CREDITS,
        Permission.MONEY_READ,
        Permission.STAFF_MONEY,
        Permission.STAFF_DISPUTES,
    }
)
"""The permissions that decide which events somebody reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events a reader follows: those of one topic (an object or an organization), perhaps only of some kinds."""

    topic: UUID
    besides: tuple[UUID, ...] = ()
    """Further topics: it follows what is about any of them."""
    types: tuple[str, ...] | None = None
    subject_type: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Events in order, and the position up to which the reader now knows everything that it follows."""

    events: Sequence[OutboxEvent]
    position: int


async def last_position(session: AsyncSession) -> int:
    """The position of the latest event; 0 before the first."""
    return await session.scalar(select(outbox_head.c.position)) or 0


@dataclass(frozen=True, slots=True)
class Backlog:
    """Events that wait for the relay, and since when."""

    events: int
    oldest_at: datetime | None


async def backlog(session: AsyncSession) -> Backlog:
    waiting = select(func.count(), func.min(outbox.c.occurred_at)).where(outbox.c.position.is_(None))
    count, oldest_at = (await session.execute(waiting)).one()
    return Backlog(count, oldest_at)


async def after(session: AsyncSession, position: int, viewer: Actor, wanted: Wanted, *, limit: int = BATCH) -> Batch:
    """What follows a position. Positions become visible in order, so no later reading finds anything in between."""
    head = await last_position(session)
    if head <= position:
        return Batch((), position)
    between = outbox.c.position > position, outbox.c.position <= head
    statement = select(outbox).where(*between, *_followed(viewer, wanted))
    rows = (await session.execute(statement.order_by(outbox.c.position).limit(limit))).all()
    events = [event_of(row) for row in rows]
    return Batch(events, events[-1].position if len(events) == limit else head)


async def waiting(session: AsyncSession, position: int, viewer: Actor, wanted: Wanted, *, most: int) -> int:
    """How many events follow a position, at most `most`."""
    behind = select(outbox.c.id).where(outbox.c.position > position, *_followed(viewer, wanted)).limit(most)
    return await session.scalar(select(func.count()).select_from(behind.subquery())) or 0


def _followed(viewer: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [outbox.c.topics.overlap([wanted.topic, *wanted.besides]), readable_by(viewer)]
    if wanted.types is not None:
        conditions.append(outbox.c.type.in_(wanted.types))
    if wanted.subject_type is not None:
        conditions.append(outbox.c.subject_type == wanted.subject_type)
    return conditions


async def reaches_back_to(session: AsyncSession, position: int, since: datetime | None = None) -> bool:
    """Whether everything after a position is still there, and none of it happened before `since`."""
    head = await last_position(session)
    if position == head:
        return True
    next_at = await session.scalar(select(outbox.c.occurred_at).where(outbox.c.position == position + 1))
    return position < head and next_at is not None and (since is None or next_at >= since)


def reader_of(viewer: Actor, wanted: Wanted) -> Actor:
    """As much of a viewer as decides what they read there: those of whom it is the same read the same.

    What one person is told has that person as its topic, so only whoever follows themselves reads it.
    """
    followed = viewer.user_id in (wanted.topic, *wanted.besides)
    return Actor(
        kind=viewer.kind,
        user_id=viewer.user_id if followed else None,
        organization_id=viewer.organization_id,
        permissions=viewer.permissions & DECISIVE,
    )


def readable_by(viewer: Actor) -> ColumnElement[bool]:
    """What organizations learn as `_concerning` says, and what one person is told as nobody but they may."""
    is_notification = outbox.c.subject_type == Notification.SUBJECT
    of_organizations = and_(~is_notification, _concerning(viewer))
    if viewer.user_id is None:
        return of_organizations
    return or_(of_organizations, and_(is_notification, outbox.c.topics.contains([viewer.user_id])))


def _concerning(viewer: Actor) -> ColumnElement[bool]:
    """An event is for the organizations it concerns, and for staff; that of money and credits for their readers."""
    if viewer.may(Permission.STAFF_READ):
        concerned: ColumnElement[bool] = true()
    elif viewer.organization_id is None:
        return false()
    else:
        of_catalogue = and_(outbox.c.subject_type == EntitlementVersion.SUBJECT, outbox.c.organization_ids == [])
        concerned = or_(outbox.c.organization_ids.contains([viewer.organization_id]), of_catalogue)
    if not viewer.may(Permission.CREDITS_READ) and not viewer.may(Permission.STAFF_CREDITS):
        concerned = and_(concerned, outbox.c.subject_type.not_in(_CREDITS))
    if viewer.may(Permission.MONEY_READ) or viewer.may(Permission.STAFF_MONEY):
        return concerned
    of_money = outbox.c.subject_type.in_(_MONEY)
    if viewer.may(Permission.STAFF_DISPUTES):
        return and_(concerned, ~of_money)
    return and_(concerned, ~of_money, outbox.c.subject_type != ApprovalRequest.SUBJECT)


def is_open_to(permissions: Collection[Permission], subject_type: str) -> bool:
    """The same of a program that acts for an organization which an event concerns."""
    wanted = {Permission.ORG_READ}
    if subject_type in _CREDITS:
        wanted.add(Permission.CREDITS_READ)
    if subject_type in _MONEY or subject_type == ApprovalRequest.SUBJECT:
        wanted.add(Permission.MONEY_READ)
    return wanted.issubset(permissions)


async def by_id(session: AsyncSession, event_id: UUID) -> OutboxEvent | None:
    """An event that has its position; None where there never was one, or is no more."""
    row = (await session.execute(select(outbox).where(outbox.c.id == event_id))).one_or_none()
    return None if row is None else event_of(row)


def event_of(row: Row[Any]) -> OutboxEvent:
    columns = row._mapping
    return OutboxEvent(
        id=columns[outbox.c.id],
        position=columns[outbox.c.position],
        type=columns[outbox.c.type],
        subject_type=columns[outbox.c.subject_type],
        subject_id=columns[outbox.c.subject_id],
        subject_version=columns[outbox.c.subject_version],
        organization_ids=tuple(columns[outbox.c.organization_ids]),
        topics=tuple(columns[outbox.c.topics]),
        actor_kind=columns[outbox.c.actor_kind],
        actor_user_id=columns[outbox.c.actor_user_id],
        actor_key_id=columns[outbox.c.actor_key_id],
        actor_organization_id=columns[outbox.c.actor_organization_id],
        request_id=columns[outbox.c.request_id],
        data=columns[outbox.c.data],
        occurred_at=columns[outbox.c.occurred_at],
    )


def outbox_row(subject: Recorder, version: int, event: Event, request_id: str | None) -> dict[str, Any]:
    return {
        "id": new_id(),
        "type": event.type,
        "subject_type": subject.SUBJECT,
        "subject_id": subject.id,
        "subject_version": version,
        "organization_ids": list(event.organization_ids),
        "topics": list(event.topics),
        "actor_kind": event.by.kind.value,
        "actor_user_id": event.by.user_id,
        "actor_key_id": event.by.key_id,
        "actor_organization_id": event.by.organization_id,
        "request_id": request_id,
        "data": dict(event.data),
        "occurred_at": event.at,
    }


def status_change_row(subject_id: UUID, change: StatusChange) -> dict[str, Any]:
    return {
        "id": new_id(),
        "subject_id": subject_id,
        "action": change.action,
        "was": change.was,
        "now": change.now,
        "actor_kind": change.by.kind.value,
        "actor_user_id": change.by.user_id,
        "actor_key_id": change.by.key_id,
        "actor_organization_id": change.by.organization_id,
        "at": change.at,
    }
