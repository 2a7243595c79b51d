"""Queries of changes that wait: who sees them, and their locks, taken after those of their subscription."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, select

from domain.scheduled_changes import ScheduledChange, ScheduledChangeKind, ScheduledChangeStatus, under_way
from persistence.billing_visibility import visible_to_payer
from persistence.catalogue import PRICES
from persistence.tables.subscription_changes import scheduled_changes
from persistence.unit import Unit
from planner.edges import Connection, One, Source

_columns = scheduled_changes.c

SCHEDULED_CHANGES = Source(ScheduledChange, scheduled_changes, visible_to_payer(scheduled_changes))

PRICE = One(PRICES, "price_id")
OF_SUBSCRIPTION = Connection(
    SCHEDULED_CHANGES,
    orders={"EFFECTIVE_AT": _columns.effective_at, "CREATED_AT": _columns.created_at},
    default_order=(("CREATED_AT", True),),
    column="subscription_id",
    filters={"status": lambda values: _columns.status.in_(values)},
)


async def seen(db: Unit, change_id: UUID) -> ScheduledChange:
    """A visible change, not locked yet: its subscription has to be locked before it."""
    visible = SCHEDULED_CHANGES.visible_to(db.by)
    return await db.require(select(ScheduledChange).where(_columns.id == change_id, visible), "change", "id")


async def locked(db: Unit, change_id: UUID) -> ScheduledChange:
    """A change as it is now; its subscription is locked."""
    statement = select(ScheduledChange).where(_columns.id == change_id).with_for_update()
    return (await db.session.scalars(statement.execution_options(populate_existing=True))).one()


async def pending(db: Unit, subscription_id: UUID, *kinds: ScheduledChangeKind) -> Sequence[ScheduledChange]:
    """What waits, oldest first and locked; of some kinds, or of all."""
    is_pending = _columns.status == ScheduledChangeStatus.PENDING
    statement = select(ScheduledChange).where(_columns.subscription_id == subscription_id, is_pending)
    if kinds:
        statement = statement.where(_columns.kind.in_(kinds))
    return (await db.session.scalars(statement.order_by(_columns.id).with_for_update())).all()


async def require_none_under_way(db: Unit, subscription_id: UUID) -> None:
    """Refuses CONFLICT while one is being paid, which may begin another period. Ask under the subscription's lock."""
    is_paid_now = (_columns.subscription_id == subscription_id, _columns.awaits_payment)
    if await db.session.scalar(select(exists().where(*is_paid_now))):
        raise under_way()
