"""What keeps a credit account from being closed besides the credits in it."""

from sqlalchemy import func, select

from domain.credit_accounts import CreditAccount, Holdup
from domain.credit_disputes import UNDECIDED
from domain.credit_purchases import CreditPurchaseStatus
from persistence.tables.credit_control import credit_disputes
from persistence.tables.credit_sales import credit_purchases
from persistence.unit import Unit


async def holdups(db: Unit, account: CreditAccount) -> list[Holdup]:
    """Purchases that may still be paid and disputes that nobody has decided, under the lock of the account."""
    owner = account.organization_id
    buying = (credit_purchases.c.account_id == account.id, credit_purchases.c.status == CreditPurchaseStatus.PENDING)
    arguing = (credit_disputes.c.organization_id == owner, credit_disputes.c.status.in_(UNDECIDED))
    purchases = await db.session.scalar(select(func.count()).select_from(credit_purchases).where(*buying)) or 0
    disputes = await db.session.scalar(select(func.count()).select_from(credit_disputes).where(*arguing)) or 0
    found = []
    if purchases:
        found.append(Holdup(f"{purchases} purchases may still be paid"))
    if disputes:
        found.append(Holdup(f"{disputes} disputes are undecided"))
    return found
