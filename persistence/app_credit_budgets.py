"""Queries of budgets: who sees them, what an app has used up in a month, and the check before it uses up more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, case, false, func, or_, select, true

from domain.actors import Actor
from domain.app_credit_budgets import AppCreditBudget, beginning_of, month_of
from domain.credit_transactions import CreditTransactionStatus, CreditTransactionType
from domain.permissions import Permission
from persistence.apps import APPS
from persistence.organizations import ORGANIZATIONS
from persistence.tables.credit_control import app_credit_budgets
from persistence.tables.credits import credit_transactions
from persistence.turns import take_turn
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source

_budgets, _moved = app_credit_budgets.c, credit_transactions.c
_T, _S = CreditTransactionType, CreditTransactionStatus


def visible_to(viewer: Actor) -> Condition:
    """Those of one's own organization; staff for credits see all."""
    if viewer.may(Permission.STAFF_CREDITS):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.CREDITS_READ):
        return false()
    return _budgets.organization_id == viewer.organization_id


APP_CREDIT_BUDGETS = Source(AppCreditBudget, app_credit_budgets, visible_to)
APP, ORGANIZATION = One(APPS, "app_id"), One(ORGANIZATIONS, "organization_id")
LIST = Connection(
    APP_CREDIT_BUDGETS,
    orders={"CREATED_AT": _budgets.created_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "organization_id": lambda id_: _budgets.organization_id == id_,
        "app_id": lambda id_: _budgets.app_id == id_,
    },
)


async def for_setting(db: Unit, organization_id: UUID, app_id: UUID) -> AppCreditBudget | None:
    """The budget of an app, locked, if there is one; nobody else makes it meanwhile."""
    await take_turn(db, "budget of an app", str(organization_id), str(app_id))
    return await _locked(db, organization_id, app_id)


async def _locked(db: Unit, organization_id: UUID, app_id: UUID) -> AppCreditBudget | None:
    which = and_(_budgets.organization_id == organization_id, _budgets.app_id == app_id)
    return (await db.session.scalars(select(AppCreditBudget).where(which).with_for_update())).one_or_none()


async def admit(db: Unit, organization_id: UUID, app_id: UUID, quantity: int) -> None:
    """Refuses LIMIT_REACHED what goes beyond the budget of an app. Call it before the account is locked.

    Two calls of an app wait for each other here, so that each counts what the other has used up.
    """
    budget = await _locked(db, organization_id, app_id)
    if budget is None:
        return
    used = 0 if budget.monthly_limit is None else await used_in_month(db, organization_id, app_id, db.at)
    budget.admit(quantity, used=used, by=db.by, at=db.at)


async def used_in_month(db: Unit, organization_id: UUID, app_id: UUID, at: datetime) -> int:
    """What an app has used up since the month began or has set aside, whatever of it was given back since."""
    of_app = _moved.organization_id == organization_id, _moved.app_id == app_id
    since = _moved.created_at >= beginning_of(month_of(at))
    total = select(func.coalesce(func.sum(used_up()), 0)).where(*of_app, since, uses_up())
    return int(await db.session.scalar(total) or 0)


def uses_up() -> ColumnElement[bool]:
    """Which movements count as use: spends, and holds unless they were released or lapsed."""
    is_hold = and_(_moved.type == _T.HOLD, _moved.status.in_((_S.PENDING, _S.POSTED)))
    return or_(_moved.type == _T.SPEND, is_hold)


def used_up(table: Table = credit_transactions) -> ColumnElement[int]:
    """How many credits such a movement counts for: of a captured hold what was captured."""
    captured = func.coalesce(table.c.captured_quantity, table.c.quantity)
    return case((table.c.type == _T.HOLD, captured), else_=table.c.quantity)
