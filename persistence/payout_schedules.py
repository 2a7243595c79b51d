"""Queries of payout schedules: setting them, and the payouts of the days that have come."""

from uuid import UUID

from sqlalchemy import false, select, true

from domain.actors import Actor
from domain.ids import new_id
from domain.ledger import AccountCode
from domain.money import Money
from domain.payout_schedules import OccurrenceOutcome, PayoutOccurrence, PayoutSchedule, new_schedule
from domain.payouts import Payout, PayoutTrigger
from domain.permissions import Permission
from domain.postings.kit import own
from persistence import ledger, payout_methods, payouts
from persistence.organizations import ORGANIZATIONS
from persistence.parking import stands_still
from persistence.tables.payouts import payout_occurrences, payout_schedules
from persistence.turns import take_turn
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source, Within


def visible_to(viewer: Actor) -> Condition:
    """One's own organization's, for those who may read its money; staff who may handle money see all."""
    if viewer.may(Permission.STAFF_MONEY):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.MONEY_READ):
        return false()
    return payout_schedules.c.organization_id == viewer.organization_id


PAYOUT_SCHEDULES = Source(PayoutSchedule, payout_schedules, visible_to)
OCCURRENCES = Source(PayoutOccurrence, payout_occurrences, Within(PAYOUT_SCHEDULES, payout_occurrences, "schedule_id"))

ORGANIZATION, SET_BY = One(ORGANIZATIONS, "organization_id"), One(USERS, "set_by_id")
PAYOUT = One(payouts.PAYOUTS, "payout_id")
LIST = Connection(
    PAYOUT_SCHEDULES,
    orders={"CURRENCY": payout_schedules.c.currency},
    default_order=(("CURRENCY", False),),
    filters={"currency": lambda currency: payout_schedules.c.currency == currency},
)
OCCURRENCES_OF_SCHEDULE = Connection(
    OCCURRENCES,
    orders={"DUE_ON": payout_occurrences.c.due_on},
    default_order=(("DUE_ON", True),),
    column="schedule_id",
)


_MOVED = (AccountCode.WALLET_AVAILABLE, AccountCode.WALLET_HELD)


async def for_setting(db: Unit, organization_id: UUID, currency: str) -> PayoutSchedule:
    """The schedule of a wallet, locked; a new one that pays nothing where there is none."""
    await take_turn(db, "payout schedule", str(organization_id), currency)
    statement = select(PayoutSchedule).where(
        payout_schedules.c.organization_id == organization_id, payout_schedules.c.currency == currency
    )
    found = await db.session.scalar(statement.with_for_update())
    if found is None:
        found = new_schedule(organization_id, currency)
        db.add(found)
    return found


async def due(db: Unit) -> PayoutSchedule | None:
    """A schedule whose day has come, locked."""
    moving = ~stands_still(payout_schedules.c.organization_id)
    statement = select(PayoutSchedule).where(payout_schedules.c.next_at <= db.at, moving)
    statement = statement.order_by(payout_schedules.c.next_at, payout_schedules.c.id).limit(1)
    return await db.session.scalar(statement.with_for_update(skip_locked=True))


async def keep(db: Unit, schedule: PayoutSchedule) -> PayoutOccurrence:
    """The payout of the day that has come, of all that is available, and the next day. Each day comes once."""
    due_on = schedule.reach(db.at)
    outcome, payout = await _pay_out(db, schedule)
    occurrence = PayoutOccurrence(
        id=new_id(),
        schedule_id=schedule.id,
        due_on=due_on,
        outcome=outcome,
        payout_id=None if payout is None else payout.id,
        at=db.at,
    )
    db.add(occurrence)
    return occurrence


async def _pay_out(db: Unit, schedule: PayoutSchedule) -> tuple[OccurrenceOutcome, Payout | None]:
    method = await payout_methods.default_of(db, schedule.organization_id, schedule.currency)
    if method is None or not method.is_usable:
        return OccurrenceOutcome.NO_METHOD, None
    moved = [own(code, schedule.organization_id, schedule.currency) for code in _MOVED]
    available = (await ledger.balances_of(db, *moved))[moved[0]]
    if available < schedule.threshold_minor:
        return OccurrenceOutcome.BELOW_THRESHOLD, None
    amount = Money(available, schedule.currency)
    payout, _ = await payouts.request(
        db,
        method,
        amount,
        trigger=PayoutTrigger.SCHEDULE,
        requested_by_id=schedule.set_by_id,
        requested_by_key_id=schedule.set_by_key_id,
    )
    return OccurrenceOutcome.REQUESTED, payout
