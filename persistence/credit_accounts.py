"""Queries of credit accounts: who sees them, and the lock under which credits move."""

from uuid import UUID

from sqlalchemy import Table, false, select, true

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
    account = await _lock(db, organization_id)
    await _read_lots(db, account)
    await _expire(db, account)
    return account


async def expire(db: Unit, organization_id: UUID) -> bool:
    """Posts what has expired; False where somebody else has."""
    account = await _lock(db, organization_id)
    await _read_lots(db, account)
    return await _expire(db, account)


async def both_locked(db: Unit, one_id: UUID, other_id: UUID) -> tuple[CreditAccount, CreditAccount]:
    """Two accounts, locked in one order, whoever sends to whom."""
    found = {id_: await locked(db, id_) for id_ in sorted((one_id, other_id))}
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


async def _lock(db: Unit, organization_id: UUID) -> CreditAccount:
    statement = select(CreditAccount).where(credit_accounts.c.organization_id == organization_id)
    # What the session knows of the row may be older than the lock.
    fresh = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await db.session.scalars(fresh)).one()


async def _read_lots(db: Unit, account: CreditAccount) -> None:
    """All lots with anything in them, as they are under the lock."""
    live = credit_lots.c.remaining + credit_lots.c.held > 0
    statement = select(CreditLot).where(credit_lots.c.account_id == account.id, live)
    lots = (await db.session.scalars(statement.execution_options(populate_existing=True))).all()
    account.hold_lots(lots)


async def _expire(db: Unit, account: CreditAccount) -> bool:
    expired = rules.expire(account, by=SYSTEM, at=db.at)
    if expired is not None:
        await write(db, expired)
    return expired is not None
