"""Makers of open invoices that can be paid or are collected, and what the books say about them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from domain.actors import SYSTEM
from domain.books import BookCheck
from domain.invoices import CollectionMode, Invoice
from domain.ledger import AccountCode
from domain.payments import Payment
from domain.postings.invoices import invoice_opened
from domain.provider_reports import LineKind
from persistence import number_series
from persistence.books import check_books
from persistence.ledger import post
from persistence.payments import start_collection
from persistence.tables.money import ledger_accounts, ledger_entries, ledger_transfers, payments
from persistence.tables.platform import outbox
from persistence.unit import unit_of_work
from tests.makers.ledger import ISSUE_ON, Trade, make_trade, new_invoice
from tests.makers.payment_methods import make_method
from tests.makers.simulator import moved
from tests.world import Person, World


@dataclass(slots=True)
class Claim:
    """Two sides and the open invoice between them."""

    world: World
    issuer: Person
    payer: Person
    trade: Trade
    invoice_id: UUID

    @property
    def id(self) -> str:
        return f"inv_{self.invoice_id.hex}"

    async def invoice(self) -> Invoice:
        """The invoice as it is stored now."""
        async with self.world.database.reader() as session:
            return await session.get_one(Invoice, self.invoice_id)

    async def payments(self) -> list[str]:
        """The states of its payments, oldest first."""
        async with self.world.database.reader() as session:
            mine = select(payments.c.status).where(payments.c.invoice_id == self.invoice_id)
            return [status.name for status in await session.scalars(mine.order_by(payments.c.created_at))]

    async def payment(self) -> Payment:
        """Its newest payment."""
        async with self.world.database.reader() as session:
            mine = select(Payment).where(payments.c.invoice_id == self.invoice_id)
            return (await session.scalars(mine.order_by(payments.c.created_at.desc()).limit(1))).one()

    async def events(self, subject: str) -> list[str]:
        """The verbs of the recorded events of invoice or payment, in order, without those of its making."""
        async with self.world.database.reader() as session:
            types = await session.scalars(
                select(outbox.c.type)
                .where(outbox.c.subject_type == subject, outbox.c.topics.contains([self.invoice_id]))
                .order_by(outbox.c.written)
            )
            return [type_.removeprefix(f"{subject}.") for type_ in types]

    async def pay(self, *, method: str | None = None, amount_minor: int | None = None) -> str:
        """The id of the payment that the payer has started."""
        amount = None if amount_minor is None else {"amountMinor": str(amount_minor), "currency": self.trade.currency}
        paid = await self.payer.do(
            "payInvoice",
            "payment { id }",
            invoiceId=self.id,
            methodId=method,
            amount=amount,
            idempotencyKey=self.world.key(),
        )
        return str(paid["payment"]["id"])


async def make_claim(
    world: World,
    *,
    token: str | None = None,
    mode: CollectionMode = CollectionMode.MANUAL,
    total_minor: int = 100_000,
    fee_minor: int = 5_000,
    sides: Claim | None = None,
) -> Claim:
    """An opened invoice of 1000.00 EUR that carries a fee of 50.00. In mode AUTO its first charge has been started.

    `token` makes the payer a default method first. `sides` are those of an earlier claim; else two new ones appear.
    """
    if sides is None:
        issuer, payer = await world.freelancer_side(), await world.client_side()
        trade = await make_trade(world, issuer_id=issuer.organization_id, payer_id=payer.organization_id)
    else:
        issuer, payer, trade = sides.issuer, sides.payer, sides.trade
    if token is not None:
        await make_method(payer, token)
    invoice = new_invoice(trade, total_minor, fee_minor=fee_minor)
    await _open(world, invoice, mode)
    return Claim(world, issuer, payer, trade, invoice.id)


async def _open(world: World, invoice: Invoice, mode: CollectionMode) -> None:
    at = world.clock.now()
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        invoice.collection_mode = mode
        await post(db, invoice_opened(invoice, by=SYSTEM, at=at))
        number = await number_series.take(db, invoice.issuer_id, ISSUE_ON, in_order=False)
        invoice.series, invoice.year, invoice.sequence = number.series, number.year, number.sequence
        invoice.number = str(number)
        db.add(invoice)
        await db.flush()
        await start_collection(db, invoice)


async def charged(world: World, currency: str = "EUR") -> int:
    """What the simulator says it has taken."""
    return await moved(world, LineKind.CHARGE, currency)


async def balances(world: World) -> dict[str, int]:
    """Every account that is not empty, summed from its entries over all organizations: debit > 0, credit < 0."""
    total = func.sum(ledger_entries.c.amount_minor)
    statement = (
        select(ledger_accounts.c.code, total)
        .join(ledger_entries, ledger_entries.c.account_id == ledger_accounts.c.id)
        .group_by(ledger_accounts.c.code)
        .having(total != 0)
    )
    async with world.database.reader() as session:
        rows = (await session.execute(statement)).all()
    return {AccountCode(code).value: int(amount) for code, amount in rows}


async def postings(world: World) -> list[str]:
    """The kinds of all transfers, in order."""
    async with world.database.reader() as session:
        kinds = await session.scalars(select(ledger_transfers.c.kind).order_by(ledger_transfers.c.id))
        return [kind.value for kind in kinds]


async def unsound(world: World) -> list[BookCheck]:
    """The rules of the books that do not hold."""
    return await check_books(world.database, world.clock.now())
