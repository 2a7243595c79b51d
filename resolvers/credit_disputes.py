"""Credit disputes: opening and appealing by the organization, deciding by staff."""

from uuid import UUID

from domain.credit_disputes import CreditDisputeOutcome, open_dispute
from domain.credit_transactions import CreditTransaction, Note
from persistence import credit_accounts, credit_disputes, credit_movements, files
from persistence.neutrality import require_neutral
from persistence.unit import Unit
from resolvers.mutations import Changed

LIST, ORGANIZATION = credit_disputes.LIST, credit_disputes.ORGANIZATION
OPENED_BY, ASSIGNEE = credit_disputes.OPENED_BY, credit_disputes.ASSIGNEE
EVIDENCE, READERS = files.OF_CREDIT_DISPUTE, credit_accounts.READERS


async def open_credit_dispute(
    db: Unit, *, transaction_id: UUID, reason: str, description: str, requested: int
) -> Changed:
    organization_id = db.by.require_organization()
    await credit_disputes.spent_by(db, transaction_id, organization_id)
    await credit_accounts.locked(db, organization_id)
    # Read again under the lock: a refund may have come first.
    spent = await credit_disputes.spent_by(db, transaction_id, organization_id)
    await credit_disputes.require_none_undecided(db, spent.id)
    about = await credit_disputes.disputed(db, spent)
    dispute = open_dispute(about, reason, description, requested, by=db.by, at=db.at)
    db.add(dispute)
    return Changed(dispute=dispute)


async def add_credit_dispute_evidence(db: Unit, *, dispute_id: UUID, file_ids: list[UUID]) -> Changed:
    dispute = await credit_disputes.for_change(db, dispute_id)
    dispute.add_evidence(await files.for_attaching(db, file_ids), by=db.by, at=db.at)
    return Changed(dispute=dispute)


async def withdraw_credit_dispute(db: Unit, *, dispute_id: UUID) -> Changed:
    dispute = await credit_disputes.for_change(db, dispute_id)
    dispute.withdraw(by=db.by, at=db.at)
    return Changed(dispute=dispute)


async def appeal_credit_dispute(db: Unit, *, dispute_id: UUID, reason: str) -> Changed:
    dispute = await credit_disputes.for_change(db, dispute_id)
    dispute.appeal_against(reason, by=db.by, at=db.at)
    return Changed(dispute=dispute)


async def take_credit_dispute(db: Unit, *, dispute_id: UUID) -> Changed:
    dispute = await credit_disputes.for_change(db, dispute_id)
    await require_neutral(db, [dispute.organization_id])
    dispute.take(by=db.by, at=db.at)
    return Changed(dispute=dispute)


async def resolve_credit_dispute(
    db: Unit, *, dispute_id: UUID, outcome: CreditDisputeOutcome, quantity: int | None = None, notes: str
) -> Changed:
    """What it gives back comes into the account in the same transaction."""
    dispute = await credit_disputes.for_change(db, dispute_id)
    account = await credit_accounts.locked(db, dispute.organization_id)
    spent = await db.session.get_one(CreditTransaction, dispute.transaction_id)
    left = (await credit_disputes.disputed(db, spent)).left
    given = dispute.resolve(outcome, quantity, notes, left=left, by=db.by, at=db.at)
    if given:
        note = Note(reference_kind="credit_dispute", reference_id=f"cdp_{dispute.id.hex}", description=dispute.reason)
        await credit_movements.give_back(db, account, spent, given, note=note)
    return Changed(dispute=dispute)


async def reject_credit_dispute(db: Unit, *, dispute_id: UUID, reason: str) -> Changed:
    dispute = await credit_disputes.for_change(db, dispute_id)
    dispute.reject(reason, by=db.by, at=db.at)
    return Changed(dispute=dispute)
