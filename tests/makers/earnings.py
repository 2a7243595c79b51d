"""Makers of money that an organization has earned."""

from domain.actors import SYSTEM
from domain.invoices import Invoice
from persistence.unit import unit_of_work
from tests.makers.ledger import Trade, make_trade, open_invoice, pay_invoice
from tests.world import Person, World


async def trade_of(world: World, issuer: Person, currency: str = "EUR") -> Trade:
    """A trade of that issuer with a new client."""
    payer = await world.client_side()
    return await make_trade(world, issuer_id=issuer.organization_id, payer_id=payer.organization_id, currency=currency)


async def earn(
    world: World, trade: Trade, total_minor: int, fee_minor: int = 0, *, paid_minor: int | None = None
) -> Invoice:
    """An invoice that is paid in full or, where said, by some amount."""
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        invoice = await open_invoice(db, trade, total_minor, fee_minor=fee_minor)
        await pay_invoice(db, trade, invoice, total_minor if paid_minor is None else paid_minor)
    return invoice
