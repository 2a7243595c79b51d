"""Queries of conversions of wallets: the quotes, and the locks of their use."""

from uuid import UUID

from sqlalchemy import false, select, true

from domain.actors import Actor
from domain.permissions import Permission
from domain.wallet_conversions import WalletConversion
from persistence.organizations import ORGANIZATIONS
from persistence.tables.payouts import wallet_conversions
from persistence.unit import Unit
from planner.edges import Condition, One, Source


def visible_to(viewer: Actor) -> Condition:
    """One's own organization's, for those who may read its money; staff who may handle money see all."""
    if viewer.may(Permission.STAFF_MONEY):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.MONEY_READ):
        return false()
    return wallet_conversions.c.organization_id == viewer.organization_id


WALLET_CONVERSIONS = Source(WalletConversion, wallet_conversions, visible_to)

ORGANIZATION = One(ORGANIZATIONS, "organization_id")


async def for_change(db: Unit, conversion_id: UUID) -> WalletConversion:
    """A visible quote, locked: it is used once."""
    statement = select(WalletConversion).where(wallet_conversions.c.id == conversion_id, visible_to(db.by))
    return await db.require(statement.with_for_update(), "quote", "quoteId")
