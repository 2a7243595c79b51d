"""Queries of money exceptions: staff see them, one that is undecided keeps its like from being opened again."""

from datetime import date
from uuid import UUID

from sqlalchemy import exists, false, select, true

from domain import money_exceptions as domain
from domain.actors import SYSTEM, Actor
from domain.cash_findings import CashFinding
from domain.memberships import MembershipStatus
from domain.money_exceptions import UNDECIDED, Finding, MoneyException, MoneyExceptionStatus
from domain.permissions import BY_STAFF_ROLE, Permission
from persistence.organizations import ORGANIZATIONS
from persistence.tables.identity import memberships
from persistence.tables.losses import money_exceptions
from persistence.turns import take_turn
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, One, Source


def visible_to(viewer: Actor) -> Condition:
    return true() if viewer.may(Permission.STAFF_MONEY) else false()


MONEY_EXCEPTIONS = Source(MoneyException, money_exceptions, visible_to)

OWNER, DECIDED_BY = One(USERS, "owner_id"), One(USERS, "decided_by_id")
ORGANIZATION = One(ORGANIZATIONS, "organization_id")

LIST = Connection(
    MONEY_EXCEPTIONS,
    orders={"CREATED_AT": money_exceptions.c.created_at},
    default_order=(("CREATED_AT", False),),
    filters={
        "provider": lambda provider: money_exceptions.c.provider == provider,
        "kind": lambda kinds: money_exceptions.c.kind.in_(kinds),
        "status": lambda values: money_exceptions.c.status.in_(values),
        "owner_id": lambda id_: money_exceptions.c.owner_id == id_,
        "organization_id": lambda id_: money_exceptions.c.organization_id == id_,
    },
)


async def open_once(db: Unit, finding: Finding, verb: str | None = None) -> bool:
    """Opens an exception, unless one of its kind is undecided for the same subject. `verb` is a further event of it."""
    await take_turn(db, "money exception", finding.kind.name, finding.subject_type, finding.subject_key)
    if await undecided(db, finding) is not None:
        return False
    exception = domain.opened(finding, at=db.at)
    if verb is not None:
        exception.record(verb, by=SYSTEM, at=db.at, data={"rule": finding.expected})
    db.add(exception)
    return True


async def compared(db: Unit, found: CashFinding, day: date) -> tuple[MoneyException | None, bool]:
    """The undecided exception of a difference, as it is now, and whether it is new; none where it was let be so."""
    finding = found.finding
    await take_turn(db, "money exception", finding.kind.name, finding.subject_type, finding.subject_key)
    exception, is_new = await undecided(db, finding), False
    if exception is None:
        if await _is_waived(db, finding):
            return None, False
        exception, is_new = domain.opened(finding, at=db.at), True
        db.add(exception)
    if is_new or (exception.expected, exception.actual) != (finding.expected, finding.actual):
        exception.expected, exception.actual = finding.expected, finding.actual
        exception.compare(day, found.provider, found.ours, found.theirs)
    return exception, is_new


async def settle(db: Unit, finding: Finding) -> None:
    """Resolves the undecided exception of that kind and subject, if there is one: what did not fit fits now."""
    exception = await undecided(db, finding)
    if exception is not None:
        exception.resolve(finding.actual, by=SYSTEM, at=db.at)


async def seen(db: Unit, exception_id: UUID) -> MoneyException:
    """A visible exception, not locked: what it is about is locked before it."""
    statement = select(MoneyException).where(money_exceptions.c.id == exception_id, visible_to(db.by))
    return await db.require(statement, "money exception", "exceptionId")


async def for_decision(db: Unit, exception_id: UUID) -> MoneyException:
    statement = select(MoneyException).where(money_exceptions.c.id == exception_id, visible_to(db.by))
    afresh = statement.with_for_update().execution_options(populate_existing=True)
    return await db.require(afresh, "money exception", "exceptionId")


async def handles_money(db: Unit, user_id: UUID) -> bool:
    """Whether somebody belongs to the staff who handle money."""
    roles = [role for role, permissions in BY_STAFF_ROLE.items() if Permission.STAFF_MONEY in permissions]
    member = exists().where(
        memberships.c.user_id == user_id,
        memberships.c.status == MembershipStatus.ACTIVE,
        memberships.c.staff_role.in_(roles),
    )
    return (await db.session.execute(select(member))).scalar_one()


async def undecided(db: Unit, finding: Finding) -> MoneyException | None:
    """The undecided exception of that kind and subject, locked."""
    table = money_exceptions.c
    same = (table.subject_type == finding.subject_type, table.subject_key == finding.subject_key)
    statement = select(MoneyException).where(table.kind == finding.kind, *same, table.status.in_(UNDECIDED))
    return await db.session.scalar(statement.with_for_update())


async def _is_waived(db: Unit, finding: Finding) -> bool:
    """Whether the very same was found before and left as it is."""
    table = money_exceptions.c
    subject = (table.subject_type == finding.subject_type, table.subject_key == finding.subject_key)
    facts = (table.kind == finding.kind, table.expected == finding.expected, table.actual == finding.actual)
    waived = exists().where(*subject, *facts, table.status == MoneyExceptionStatus.WAIVED)
    return (await db.session.execute(select(waived))).scalar_one()
