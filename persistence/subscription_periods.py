"""Queries of periods and of the attempts to have them paid: who sees them, and the locks of the verbs."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, or_, select

from domain.billing_subscriptions import BillingSubscription
from domain.dunning import AttemptOutcome, AttemptTrigger, DunningAttempt
from domain.refusals import conflict
from domain.subscription_periods import PeriodStatus, SubscriptionPeriod
from persistence import subscriptions
from persistence.billing_visibility import visible_to_payer
from persistence.invoices import INVOICES
from persistence.parking import is_parked
from persistence.payments import PAYMENTS
from persistence.subscriptions import SUBSCRIPTIONS
from persistence.tables.subscriptions import dunning_attempts, subscription_periods
from persistence.unit import Unit
from planner.edges import Condition, Connection, Many, One, Source, Within

_columns, _attempts = subscription_periods.c, dunning_attempts.c

PERIODS = Source(SubscriptionPeriod, subscription_periods, visible_to_payer(subscription_periods))
ATTEMPTS = Source(DunningAttempt, dunning_attempts, Within(SUBSCRIPTIONS, dunning_attempts, "subscription_id"))

SUBSCRIPTION = One(SUBSCRIPTIONS, "subscription_id")
INVOICE = One(INVOICES, "invoice_id")
PAYMENT = One(PAYMENTS, "payment_id")
ATTEMPTS_OF = Many(ATTEMPTS, "period_id", "id")
OF_SUBSCRIPTION = Connection(
    PERIODS,
    orders={"PERIOD_START": _columns.period_start},
    default_order=(("PERIOD_START", True),),
    column="subscription_id",
    filters={"status": lambda values: _columns.status.in_(values)},
)


async def of_sale(db: Unit, sale_id: UUID, *, locked: bool = False) -> SubscriptionPeriod | None:
    """The period that a sale is for; it is locked after its subscription and before the sale."""
    statement = select(SubscriptionPeriod).where(_columns.sale_id == sale_id)
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await db.session.scalars(statement)).one_or_none()


async def open_of(db: Unit, subscription_id: UUID) -> SubscriptionPeriod | None:
    """The one that is to be paid before its subscription goes on in it, locked. Ask under the subscription's lock."""
    return next((period for period in await unpaid_of(db, subscription_id) if not period.is_billed), None)


async def unpaid_of(db: Unit, subscription_id: UUID) -> Sequence[SubscriptionPeriod]:
    """All that are to be paid, those whose invoices were sent too, oldest first and locked."""
    is_open = (_columns.subscription_id == subscription_id, _columns.status == PeriodStatus.OPEN)
    statement = select(SubscriptionPeriod).where(*is_open).order_by(_columns.period_start).with_for_update()
    return (await db.session.scalars(statement.execution_options(populate_existing=True))).all()


async def is_behind(db: Unit, subscription_id: UUID) -> bool:
    """Whether a period is unpaid that should have been paid by now."""
    of_it = _columns.subscription_id == subscription_id, _columns.status == PeriodStatus.OPEN
    came_to_nothing = _attempts.outcome.in_((AttemptOutcome.FAILED, AttemptOutcome.SKIPPED))
    is_due = _attempts.period_id == _columns.id, _attempts.trigger == AttemptTrigger.SCHEDULE, came_to_nothing
    return bool(await db.session.scalar(select(exists().where(*of_it, exists().where(*is_due)))))


async def require_none_open(db: Unit, subscription_id: UUID) -> None:
    """Refuses CONFLICT while a period is to be paid first. Ask under the subscription's lock."""
    is_open = _columns.subscription_id == subscription_id, _columns.status == PeriodStatus.OPEN
    if await db.session.scalar(select(exists().where(*is_open, _columns.invoice_id.is_(None)))):
        raise conflict("A period of this subscription is being paid: wait for the outcome.")


async def current_of(
    db: Unit, subscription_id: UUID, *, before: datetime | None = None, locked: bool = False
) -> SubscriptionPeriod | None:
    """The newest that was paid, waived or billed; `before`: of those that began earlier."""
    of_it = select(SubscriptionPeriod).where(_columns.subscription_id == subscription_id, _is_served())
    if before is not None:
        of_it = of_it.where(_columns.period_start < before)
    newest = of_it.order_by(_columns.period_start.desc()).limit(1)
    return await db.session.scalar(newest.with_for_update() if locked else newest)


def _is_served() -> Condition:
    served = (PeriodStatus.PAID, PeriodStatus.REFUNDED, PeriodStatus.WAIVED)
    is_billed = and_(_columns.status == PeriodStatus.OPEN, _columns.invoice_id.is_not(None))
    return or_(_columns.status.in_(served), is_billed)


async def starting_at(db: Unit, subscription_id: UUID, start: datetime) -> SubscriptionPeriod | None:
    """The one period with that start, if it was ever opened."""
    named = (_columns.subscription_id == subscription_id, _columns.period_start == start)
    return (await db.session.scalars(select(SubscriptionPeriod).where(*named))).one_or_none()


def _is_earned(at: datetime) -> tuple[Condition, ...]:
    """It is over, nobody disputes its money, and it does not count as earned yet.

    Changes of one that is waived or refunded are paid by themselves.
    """
    is_served = _columns.status.in_((PeriodStatus.PAID, PeriodStatus.WAIVED, PeriodStatus.REFUNDED))
    return is_served, _columns.delivered_at.is_(None), _columns.period_end <= at, ~_columns.is_suspended


async def earned(db: Unit) -> Sequence[UUID]:
    """Periods that are over and do not count as earned yet, oldest first."""
    statement = select(_columns.id).where(*_is_earned(db.at))
    return (await db.session.scalars(statement.order_by(_columns.period_end).limit(100))).all()


async def still_earned(db: Unit, period_id: UUID) -> SubscriptionPeriod | None:
    """One of them, locked; None where somebody else looks after it, or has done so."""
    statement = select(SubscriptionPeriod).where(_columns.id == period_id, *_is_earned(db.at))
    return await db.session.scalar(statement.with_for_update(skip_locked=True))


async def to_collect(db: Unit) -> Sequence[UUID]:
    """Those whose invoices are due to be charged, oldest first. Those of a parked organization wait."""
    is_due = _columns.collect_at <= db.at, ~is_parked(_columns.organization_id)
    return (await db.session.scalars(select(_columns.id).where(*is_due).order_by(_columns.collect_at).limit(100))).all()


async def locked(db: Unit, period_id: UUID) -> tuple[BillingSubscription, SubscriptionPeriod]:
    """A period as it is now, and its subscription before it."""
    subscription_id = select(_columns.subscription_id).where(_columns.id == period_id)
    subscription = await subscriptions.locked(db, (await db.session.execute(subscription_id)).scalar_one())
    statement = select(SubscriptionPeriod).where(_columns.id == period_id).with_for_update()
    return subscription, (await db.session.scalars(statement.execution_options(populate_existing=True))).one()


async def for_change(db: Unit, period_id: UUID) -> tuple[BillingSubscription, SubscriptionPeriod]:
    """A visible period and its subscription, locked in their order."""
    visible = select(_columns.id).where(_columns.id == period_id, PERIODS.visible_to(db.by))
    return await locked(db, await db.require(visible, "period", "periodId"))


async def attempts_of(db: Unit, period_id: UUID) -> Sequence[DunningAttempt]:
    """All attempts to have a period paid, oldest first and locked: after the period, before its sale."""
    statement = select(DunningAttempt).where(_attempts.period_id == period_id).order_by(_attempts.id).with_for_update()
    return (await db.session.scalars(statement)).all()


def look_again(subscription: BillingSubscription, period: SubscriptionPeriod, at: datetime | None) -> None:
    """When the clock charges a period next: a billed one by itself, another when its subscription is due."""
    if period.is_billed:
        period.collect_at = at
    else:
        subscription.due_at = at


def undecided(attempts: Sequence[DunningAttempt]) -> DunningAttempt | None:
    """The attempt whose outcome is not known yet: meanwhile there is no other."""
    return next((one for one in attempts if one.is_undecided), None)


def scheduled(attempts: Sequence[DunningAttempt]) -> DunningAttempt | None:
    """The attempt that the schedule makes next."""
    waiting = (one for one in attempts if one.trigger is AttemptTrigger.SCHEDULE and one.started_at is None)
    return next((one for one in waiting if one.outcome is None), None)
