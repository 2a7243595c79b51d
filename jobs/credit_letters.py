"""Letters to organizations about their credits: what is low, what failed, and which app nears its budget."""

from datetime import datetime

from domain.app_credit_budgets import AppCreditBudget
from domain.apps import App
from domain.credit_accounts import CreditAccount
from domain.credit_lots import CreditLot
from domain.events import OutboxEvent
from domain.organizations import Organization
from integrations.mail import Letter, send
from persistence.database import Database


async def mail_balance_low(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To credits.balance_low, as it was then."""
    owner = await _owner(database, event)
    text = (
        f"{owner.name} has {event.data['available']} credits left at Milepost, fewer than {event.data['threshold']}.\n"
        "Buy more with purchaseCredits, or let them be bought by themselves with setAutoTopUp.\n"
    )
    await send(Letter(owner.billing_email, "Few credits are left", text))


async def mail_expiring(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To credits.expiring, a week before."""
    async with database.reader() as session:
        lot = await session.get_one(CreditLot, event.subject_id)
        owner = await session.get_one(Organization, lot.organization_id)
    if not lot.remaining or lot.expires_at is None:
        return
    text = (
        f"{lot.remaining} credits of {owner.name} at Milepost expire on {lot.expires_at:%-d %B %Y at %H:%M} UTC.\n"
        "creditLots shows until when all others can be used.\n"
    )
    await send(Letter(owner.billing_email, "Credits expire soon", text))


async def mail_top_up_failed(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To credits.top_up_failed."""
    owner = await _owner(database, event)
    then = "It is tried again when credits are used up next."
    if event.data["switchedOff"]:
        then = "It was the second time in a row, so this is switched off: setAutoTopUp switches it on again."
    text = (
        f"Credits of {owner.name} at Milepost could not be bought by themselves. {then}\n"
        "Look at your default payment method, or buy with purchaseCredits, where you choose another one.\n"
    )
    await send(Letter(owner.billing_email, "Credits could not be bought", text))


async def mail_budget_alert(database: Database, event: OutboxEvent, now: datetime) -> None:
    """To app_credit_budget.alert_reached."""
    async with database.reader() as session:
        budget = await session.get_one(AppCreditBudget, event.subject_id)
        app = await session.get_one(App, budget.app_id)
        owner = await session.get_one(Organization, budget.organization_id)
    text = (
        f"The app {app.name} has used up {event.data['used']} of the {event.data['limit']} credits that {owner.name}\n"
        "allows it in this month. setAppCreditBudget changes that.\n"
    )
    await send(Letter(owner.billing_email, f"{app.name} has used up most of its credits", text))


async def _owner(database: Database, event: OutboxEvent) -> Organization:
    async with database.reader() as session:
        account = await session.get_one(CreditAccount, event.subject_id)
        return await session.get_one(Organization, account.organization_id)
