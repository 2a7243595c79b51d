"""The hourly look at the books in the database: whose turn it is, and what follows from what was found."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, insert, select, text

from domain.actors import SYSTEM
from domain.books import BookCheck, Sample
from domain.ids import new_id
from domain.money_exceptions import Finding, MoneyExceptionKind
from domain.organizations import Organization, OrganizationKind
from persistence import money_exceptions
from persistence.tables.identity import organizations
from persistence.tables.losses import integrity_runs
from persistence.turns import take_turn
from persistence.unit import Unit

EVERY = timedelta(hours=1)

_OWNERS = {
    "Organization": "SELECT CAST(:id AS uuid)",
    "Invoice": "SELECT issuer_id FROM invoices WHERE id = CAST(:id AS uuid)",
    "Payment": "SELECT issuer_id FROM payments WHERE id = CAST(:id AS uuid)",
    "RecordedPayment": "SELECT issuer_id FROM recorded_payments WHERE id = CAST(:id AS uuid)",
    "Chargeback": "SELECT issuer_id FROM chargebacks WHERE id = CAST(:id AS uuid)",
    "Refund": "SELECT issuer_id FROM refunds WHERE id = CAST(:id AS uuid)",
    "Payout": "SELECT organization_id FROM payouts WHERE id = CAST(:id AS uuid)",
    "Wallet": "SELECT organization_id FROM ledger_accounts WHERE id = CAST(:id AS uuid)",
    "LedgerAccount": "SELECT organization_id FROM ledger_accounts WHERE id = CAST(:id AS uuid)",
    "LedgerTransfer": "SELECT a.organization_id FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id"
    " WHERE e.transfer_id = CAST(:id AS uuid)",
    "EscrowHold": "SELECT unnest(ARRAY[client_organization_id, freelancer_organization_id]) FROM escrow_holds"
    " WHERE id = CAST(:id AS uuid)",
    "Sale": "SELECT organization_id FROM sales WHERE id = CAST(:id AS uuid)",
    "Milestone": "SELECT freelancer_organization_id FROM milestones WHERE id = CAST(:id AS uuid)",
    "CreditAccount": "SELECT organization_id FROM credit_accounts WHERE id = CAST(:id AS uuid)",
    "CreditLot": "SELECT organization_id FROM credit_lots WHERE id = CAST(:id AS uuid)",
    "CreditTransaction": "SELECT organization_id FROM credit_transactions WHERE id = CAST(:id AS uuid)",
    "Project": "SELECT freelancer_organization_id FROM projects WHERE id = CAST(:id AS uuid)",
}
"""Whose books an object of a broken rule belongs to; rules over the whole platform belong to nobody's."""


async def is_due(db: Unit) -> bool:
    """Whether an hour has passed since the last look; true for one caller only. The first look starts the clock."""
    await take_turn(db, "money.integrity")
    last = await db.session.scalar(select(func.max(integrity_runs.c.started_at)))
    if last is not None and last > db.at - EVERY:
        return False
    await db.session.execute(insert(integrity_runs).values(id=new_id(), started_at=db.at))
    return last is not None


async def follow_up(check: BookCheck, db: Unit) -> None:
    """Each place where a rule is broken becomes an exception, and the organizations concerned are parked."""
    for sample in check.samples:
        owners = await _owners(db, check, sample)
        finding = Finding(
            MoneyExceptionKind.INVARIANT,
            check.subject or check.code,
            sample.id,
            f"{check.code}: {sample.expected}",
            sample.actual,
            owners[0] if len(owners) == 1 else None,
        )
        await money_exceptions.open_once(db, finding, verb="integrity.violated")
        for organization_id in owners:
            await _park(db, organization_id, check)


async def _owners(db: Unit, check: BookCheck, sample: Sample) -> list[UUID]:
    query = _OWNERS.get(check.subject or "")
    if query is None or sample.id == "none":
        return []
    return [one for one in dict.fromkeys(await db.session.scalars(text(query), {"id": sample.id})) if one is not None]


async def _park(db: Unit, organization_id: UUID, check: BookCheck) -> None:
    named = (organizations.c.id == organization_id, organizations.c.kind != OrganizationKind.PLATFORM)
    moving = select(Organization).where(*named, organizations.c.parked_at.is_(None)).with_for_update()
    organization = await db.session.scalar(moving)
    if organization is not None:
        organization.park(f"A rule of its books does not hold: {check.rule}", by=SYSTEM, at=db.at)
