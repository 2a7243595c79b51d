"""Credit disputes over time: whoever leads the staff is told of those that nobody has decided in time."""

from datetime import datetime

from domain.actors import SYSTEM
from domain.credit_disputes import CreditDispute
from domain.events import OutboxEvent
from domain.organizations import Organization
from integrations.mail import Letter, send
from persistence import credit_disputes, organizations
from persistence.database import Database
from persistence.unit import Unit, transact


async def escalate_overdue(database: Database, now: datetime) -> int:
    """Flags them and tells of them; nothing is decided by that."""

    async def work(db: Unit) -> int:
        overdue = await credit_disputes.due_to_escalate(db)
        if overdue:
            staff_id = await organizations.platform_id(db)
            for dispute in overdue:
                dispute.escalate(staff_id, at=db.at)
        return len(overdue)

    return await transact(database, work, by=SYSTEM, at=now)


async def mail_overdue_dispute(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To credit_dispute.overdue, unless it has been decided since."""
    async with database.reader() as session:
        dispute = await session.get_one(CreditDispute, event.subject_id)
        owner = await session.get_one(Organization, dispute.organization_id)
        leads = await credit_disputes.addresses_of_leads(session)
    if not dispute.is_overdue:
        return
    text = (
        f"{owner.name} disputes the use of {dispute.requested} credits: {dispute.reason}\n\n"
        f"It should have been decided by {dispute.response_due_at:%d %B %Y, %H:%M} UTC, and is {dispute.status.name}.\n"
        f'See creditDispute(id: "cdp_{dispute.id.hex}").\n'
    )
    for address in leads:
        await send(Letter(address, "A credit dispute is overdue", text))
