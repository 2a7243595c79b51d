"""Queries of movements of credits: who sees them, the locks of holds and refunds, and what waits too long."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select, true

from domain import credit_holds
from domain import credit_movements as rules
from domain.actors import Actor, ActorKind
from domain.app_permissions import AppPermission
from domain.credit_accounts import CreditAccount
from domain.credit_transactions import CreditConsumption, CreditTransaction, CreditTransactionStatus
from domain.credit_transactions import CreditTransactionType as Type
from domain.permissions import Permission
from persistence import app_reach, credit_accounts, credit_movements
from persistence.api_keys import API_KEYS
from persistence.apps import APPS
from persistence.credit_accounts import CREDIT_ACCOUNTS
from persistence.credit_lots import CREDIT_LOTS
from persistence.database import Database
from persistence.ledger_transfers import LEDGER_TRANSFERS
from persistence.organizations import ORGANIZATIONS
from persistence.tables.credits import credit_consumptions, credit_transactions
from persistence.unit import Unit
from persistence.users import USERS
from planner.edges import Condition, Connection, Many, One, Source, Within

BATCH = 100
"""How many holds end in one run of the timer at most."""

_moved = credit_transactions.c


def visible_to(viewer: Actor) -> Condition:
    """As the account is; an app sees its own movements only, also where it may use credits up without reading more."""
    if viewer.may(Permission.STAFF_CREDITS):
        return true()
    if viewer.kind is ActorKind.APP:
        is_in = app_reach.let_in(viewer, _moved.organization_id, AppPermission.CREDITS_CONSUME)
        return and_(_moved.app_id == viewer.app_id, is_in)
    return credit_accounts.of_viewer(viewer, credit_transactions)


CREDIT_TRANSACTIONS = Source(CreditTransaction, credit_transactions, visible_to)
CREDIT_CONSUMPTIONS = Source(
    CreditConsumption, credit_consumptions, Within(CREDIT_TRANSACTIONS, credit_consumptions, "transaction_id")
)

ACCOUNT, ORGANIZATION = One(CREDIT_ACCOUNTS, "account_id"), One(ORGANIZATIONS, "organization_id")
APP, USER, API_KEY = One(APPS, "app_id"), One(USERS, "actor_user_id"), One(API_KEYS, "actor_key_id")
REVERSES, TRANSFER = One(CREDIT_TRANSACTIONS, "reverses_id"), One(LEDGER_TRANSFERS, "ledger_transfer_id")
UNDONE_BY = Many(CREDIT_TRANSACTIONS, "reverses_id", "created_at")
CONSUMPTIONS = Many(CREDIT_CONSUMPTIONS, "transaction_id", "position")
TRANSACTION, LOT = One(CREDIT_TRANSACTIONS, "transaction_id"), One(CREDIT_LOTS, "lot_id")

LIST = Connection(
    CREDIT_TRANSACTIONS,
    orders={"CREATED_AT": _moved.created_at},
    default_order=(("CREATED_AT", True),),
    filters={
        "organization_id": lambda id_: _moved.organization_id == id_,
        "type": lambda values: _moved.type.in_(values),
        "status": lambda values: _moved.status.in_(values),
        "app_id": lambda id_: _moved.app_id == id_,
        "reference": lambda text: _moved.reference_id == text,
        "created_from": lambda at: _moved.created_at >= at,
        "created_before": lambda at: _moved.created_at < at,
    },
)


async def for_change(db: Unit, transaction_id: UUID) -> tuple[CreditAccount, CreditTransaction]:
    """A visible movement, both it and its account locked."""
    owner = select(_moved.organization_id).where(_moved.id == transaction_id, visible_to(db.by))
    account = await credit_accounts.locked(db, await db.require(owner, "credit transaction", "transactionId"))
    return account, await _locked(db, transaction_id)


async def _locked(db: Unit, transaction_id: UUID) -> CreditTransaction:
    statement = select(CreditTransaction).where(_moved.id == transaction_id).with_for_update(key_share=True)
    return (await db.session.scalars(statement.execution_options(populate_existing=True))).one()


async def sent_today(db: Unit, organization_id: UUID) -> int:
    """What an organization has sent to others since midnight (UTC). Ask under the lock of its account."""
    midnight = db.at.replace(hour=0, minute=0, second=0, microsecond=0)
    sent = (_moved.organization_id == organization_id, _moved.type == Type.TRANSFER_OUT, _moved.created_at >= midnight)
    return int(await db.session.scalar(select(func.coalesce(func.sum(_moved.quantity), 0)).where(*sent)) or 0)


async def lapse(db: Unit, transaction_id: UUID) -> bool:
    """Frees what was set aside for longer than was said; False where somebody has ended the hold."""
    account, hold = await for_change(db, transaction_id)
    if hold.status is not CreditTransactionStatus.PENDING:
        return False
    reserved, _ = await credit_movements.touched_by(db, hold)
    freed = credit_holds.lapse(account, hold, reserved, at=db.at)
    await credit_movements.write(db, freed, rules.expire(account, by=db.by, at=db.at))
    return True


async def due_holds(database: Database, now: datetime) -> Sequence[UUID]:
    """The holds whose time is over, in the order in which it ended."""
    due = (_moved.status == CreditTransactionStatus.PENDING, _moved.hold_expires_at <= now)
    statement = select(_moved.id).where(*due).order_by(_moved.hold_expires_at, _moved.id).limit(BATCH)
    async with database.reader() as session:
        return (await session.scalars(statement)).all()
