"""What is owed apart from any period: trying again to charge it, and telling that it was not paid."""

from datetime import datetime
from uuid import UUID

from domain.actors import SYSTEM
from domain.events import OutboxEvent
from domain.organizations import Organization
from domain.sales import Sale, SaleStatus
from integrations.mail import Letter, send
from integrations.return_pages import checkout_page_of
from jobs.one_by_one import each
from persistence import owed_charges, sale_outcomes
from persistence.database import Database
from persistence.unit import Unit, transact


async def charge_due(database: Database, now: datetime) -> int:
    """Each in a transaction of its own; the payment is sent after the commit."""
    return await each(database, await transact(database, owed_charges.due, by=SYSTEM, at=now), _charge, now)


async def _charge(db: Unit, sale_id: UUID) -> bool:
    sale = await sale_outcomes.lock(db, sale_id)
    if not owed_charges.is_due(sale, db.at):
        return False
    await owed_charges.attempt(db, sale)
    return True


async def mail_not_paid(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To sale.payment_failed: with a page to pay on. Nothing where it has been paid meanwhile."""
    async with database.reader() as session:
        sale = await session.get_one(Sale, event.subject_id)
        organization = await session.get_one(Organization, sale.organization_id)
    if sale.status is not SaleStatus.PENDING:
        return
    lines = [f"The payment of {sale.total} has failed ({event.data['code']}): {sale.title}.", ""]
    lines.append(f"Pay here: {checkout_page_of(sale.id)}")
    if sale.next_try_at is not None:
        lines.append(f"We try it again on {sale.next_try_at:%d %B %Y at %H:%M} UTC.")
    await send(Letter(organization.billing_email, "What you owe could not be charged", "\n".join(lines) + "\n"))
