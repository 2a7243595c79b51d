"""What organizations owe apart from any period, and paying it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.actors import Actor
from domain.permissions import Permission
from domain.sales import Sale, SaleStatus
from integrations.return_pages import checkout_page_of
from persistence import owed_charges, sale_outcomes
from persistence.unit import Unit
from planner.edges import Batch
from resolvers.mutations import Changed

LIST, SUBSCRIPTION, INVOICE = owed_charges.LIST, owed_charges.SUBSCRIPTION, owed_charges.INVOICE


async def _pages(session: AsyncSession, viewer: Actor, owed: Sequence[Sale]) -> Mapping[UUID, str]:
    """Where each is paid, for those who may pay it."""
    return {
        sale.id: checkout_page_of(sale.id)
        for sale in owed
        if sale.status is SaleStatus.PENDING
        and viewer.acts_for(sale.organization_id)
        and viewer.may(Permission.BILLING_MANAGE)
    }


PAGES = Batch(_pages)


async def pay_owed_charge(db: Unit, *, owed_charge_id: UUID) -> Changed:
    seen = await owed_charges.seen(db, owed_charge_id)
    sale = await sale_outcomes.lock(db, seen.id)
    return Changed(payment=await owed_charges.pay(db, sale), owed_charge=sale)
