"""Queries of credit accounts: who sees them, and the lock under which credits move."""

from functools import cache
from uuid import UUID

from sqlalchemy import Executable, Table, Uuid, bindparam, false, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY

from domain import credit_movements as rules
from domain.actors import SYSTEM, Actor, ActorKind
from domain.app_permissions import AppPermission
from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot
from domain.permissions import Permission
from domain.refusals import not_found
from persistence import app_reach
from persistence.credit_movements import write
from persistence.organizations import ORGANIZATIONS
from persistence.tables.credits import credit_accounts, credit_lots
from persistence.tables.identity import organizations
from persistence.unit import Unit
from planner.edges import Condition, One, Source

READERS = (Permission.CREDITS_READ, Permission.STAFF_CREDITS)


def visible_to(viewer: Actor) -> Condition:
    """One's own organization's, for those who may read its credits; staff who look after credits see all."""
    if viewer.may(Permission.STAFF_CREDITS) or viewer.may(Permission.STAFF_MODERATION):
        return true()
    return of_viewer(viewer, credit_accounts)


def of_viewer(viewer: Actor, table: Table) -> Condition:
    """The rows of the viewer's own organization, or of those that have let the app in that asks."""
    if viewer.kind is ActorKind.APP:
        return app_reach.let_in(viewer, table.c.organization_id, AppPermission.CREDITS_READ)
    if viewer.organization_id is None or not viewer.may(Permission.CREDITS_READ):
        return false()
    return table.c.organization_id == viewer.organization_id


CREDIT_ACCOUNTS = Source(CreditAccount, credit_accounts, visible_to)

ORGANIZATION = One(ORGANIZATIONS, "organization_id")


async def locked(db: Unit, organization_id: UUID) -> CreditAccount:
    """The account of an organization, which is known to exist: locked, with its lots, and without what has expired.

    The database opens one with each organization. Every movement begins here. Two are locked with `both_locked`.
    """
    [account] = await _locked(db, organization_id)
    await _expire(db, account)
    return account


async def expire(db: Unit, organization_id: UUID) -> bool:
    """Posts what has expired; False where somebody else has."""
    return await _expire(db, *await _locked(db, organization_id))


async def both_locked(db: Unit, one_id: UUID, other_id: UUID) -> tuple[CreditAccount, CreditAccount]:
    """Two accounts, locked in one order, whoever sends to whom; nothing of either is posted before both are."""
    accounts = await _locked(db, one_id, other_id)
    await _expire(db, *accounts)
    found = {account.organization_id: account for account in accounts}
    return found[one_id], found[other_id]


async def for_change(db: Unit, organization_id: UUID | None = None) -> CreditAccount:
    """The locked account of the caller's organization, or for staff of any; NOT_FOUND for another's."""
    wanted = db.by.require_organization() if organization_id is None else organization_id
    if not db.by.acts_for(wanted):
        if not db.by.may(Permission.STAFF_CREDITS):
            raise not_found("organization", "organizationId")
        await require_organization(db, wanted, "organizationId")
    return await locked(db, wanted)


async def named(db: Unit, account_id: UUID) -> CreditAccount:
    """A visible account by its own id, locked as `locked` does."""
    owner = select(credit_accounts.c.organization_id).where(credit_accounts.c.id == account_id, visible_to(db.by))
    return await locked(db, await db.require(owner, "credit account", "accountId"))


async def require_organization(db: Unit, organization_id: UUID, *path: str) -> None:
    """Refuses NOT_FOUND where there is no such organization."""
    found = select(organizations.c.id).where(organizations.c.id == organization_id)
    await db.require(found, "organization", *path)


_COLUMNS = (
    *(f"(found.account).{column.name}" for column in credit_accounts.c),
    *(f"(found.lot).{column.name}" for column in credit_lots.c),
)
_LOCKED = "SELECT {} FROM lock_credit_accounts(:owners) AS found"


@cache
def _lock() -> Executable:
    """Locks accounts in one order and reads all their lots that have anything in them, as they are under the lock."""
    rows = text(_LOCKED.format(", ".join(_COLUMNS))).bindparams(bindparam("owners", type_=ARRAY(Uuid)))
    statement = select(CreditAccount, CreditLot).from_statement(rows.columns(*credit_accounts.c, *credit_lots.c))
    # What the session knows of the rows may be older than the lock.
    return statement.execution_options(populate_existing=True)


async def _locked(db: Unit, *organization_ids: UUID) -> list[CreditAccount]:
    lots: dict[CreditAccount, list[CreditLot]] = {}
    for account, lot in await db.session.execute(_lock(), {"owners": organization_ids}):
        of_account = lots.setdefault(account, [])
        if lot is not None:
            of_account.append(lot)
    for account, live in lots.items():
        account.hold_lots(live)
    return list(lots)


async def _expire(db: Unit, *accounts: CreditAccount) -> bool:
    expired = [rules.expire(account, by=SYSTEM, at=db.at) for account in accounts]
    if not any(expired):
        return False
    await write(db, *expired)
    return True
