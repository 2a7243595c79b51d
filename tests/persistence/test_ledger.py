"""Postings in the database: accounts, entries and balances of one transaction, and of many at once."""

from domain.actors import SYSTEM
from persistence.unit import unit_of_work
from tests.makers.ledger import make_trade, open_invoice, pay_invoice, void_invoice
from tests.world import World


async def test_smoke(world: World) -> None:
    trade = await make_trade(world)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        invoice = await open_invoice(db, trade, 10_000, fee_minor=500)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        invoice = await db.session.merge(invoice, load=True)
        await pay_invoice(db, trade, invoice, 3_333)
        await pay_invoice(db, trade, invoice, 7_000)
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        invoice = await open_invoice(db, trade, 10_000, fee_minor=500, sequence=2)
        await void_invoice(db, invoice)
