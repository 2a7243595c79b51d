"""Credits that are bought by themselves once a balance is low, and what follows when that fails."""

from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from domain.credit_accounts import CreditAccount
from domain.events import OutboxEvent
from domain.organizations import Organization
from domain.payments import Payment
from domain.refusals import Refused
from domain.sales import Sale, SaleKind
from integrations.mail import Letter, send
from persistence import credit_top_ups
from persistence.database import Database
from persistence.unit import Unit, transact


async def top_up(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To credit_account.top_up_due. What is not sold any more counts as a failure."""
    async with database.reader() as session:
        owner_id: UUID = (await session.get_one(CreditAccount, event.subject_id)).organization_id

    async def buy(db: Unit) -> None:
        await credit_top_ups.buy_if_due(db, owner_id)

    async def count(db: Unit) -> None:
        await credit_top_ups.count_failure(db, owner_id, event.id)

    try:
        await transact(database, buy, by=SYSTEM, at=now)
    except Refused:
        await transact(database, count, by=SYSTEM, at=now)


async def count_outcome(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To credit_purchase.paid, .failed and .expired."""

    async def count(db: Unit) -> None:
        await credit_top_ups.count_outcome(db, event.subject_id)

    await transact(database, count, by=SYSTEM, at=now)


async def ask_somebody(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To payment.action_required: nobody is there to confirm what an account buys by itself, so somebody is asked."""

    async def work(db: Unit) -> Letter | None:
        payment = await db.session.get_one(Payment, event.subject_id)
        sale = None if payment.sale_id is None else await db.session.get_one(Sale, payment.sale_id)
        if sale is None or sale.kind is not SaleKind.CREDIT_PURCHASE or payment.next_action_url is None:
            return None
        if not await credit_top_ups.count_outcome(db, sale.subject_id, waits_for_somebody=True):
            return None
        buyer = await db.session.get_one(Organization, sale.organization_id)
        return _confirmation(buyer, sale, payment.next_action_url)

    letter = await transact(database, work, by=SYSTEM, at=now)
    if letter is not None:
        await send(letter)


def _confirmation(buyer: Organization, sale: Sale, url: str) -> Letter:
    text = (
        f"Credits of {buyer.name} at Milepost were to be bought by themselves, for {sale.total}. The bank wants\n"
        f"somebody to confirm that within the hour:\n\n{url}\n\nNothing is charged until then.\n"
    )
    return Letter(buyer.billing_email, "Confirm a payment for credits", text)
