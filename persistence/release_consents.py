"""The second person that a release policy asks for: who decides, and what follows from a yes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select

from domain.approval_requests import ApprovalKind, ApprovalRequest
from domain.escrow_holds import EscrowHold
from domain.milestones import MilestoneStatus
from domain.permissions import Permission
from persistence import approval_requests
from persistence.tables.keys import api_keys
from persistence.tables.platform import status_changes
from persistence.tables.projects import tasks
from persistence.unit import Unit


async def ask(db: Unit, hold: EscrowHold, *, requested_with: Permission | None = None) -> ApprovalRequest | None:
    """Asks for consent to the release that waits, where its policy wants it.

    Neither the payee's side nor whoever approved the milestone or a task of it decides.
    """
    if not hold.awaits_approval:
        return None
    await db.flush()
    return await approval_requests.ask(
        db,
        ApprovalKind.RELEASE,
        hold.id,
        {"invoiceId": str(hold.release_invoice_id)},
        organization_id=hold.client_organization_id,
        requested_with=requested_with,
        amount=hold.release_amount,
        excluded_user_ids=await _approvers(db, hold.milestone_id),
        excluded_organization_ids=[hold.freelancer_organization_id],
    )


async def pending(db: Unit, hold: EscrowHold) -> ApprovalRequest | None:
    """What waits for a second person, if anything does."""
    return await approval_requests.pending_for(db, ApprovalKind.RELEASE, hold.id) if hold.awaits_approval else None


async def _approvers(db: Unit, milestone_id: UUID) -> Sequence[UUID]:
    """Who approved the milestone or a task of it and, where a key did, who was shown that."""
    changes, of_task, key = status_changes.c, tasks.c, api_keys.c
    of_both = or_(
        changes.subject_id == milestone_id,
        changes.subject_id.in_(select(of_task.id).where(of_task.milestone_id == milestone_id)),
    )
    approved = (of_both, changes.now == MilestoneStatus.APPROVED.name)
    people = select(changes.actor_user_id).where(*approved, changes.actor_user_id.is_not(None))
    behind_keys = select(key.created_by_id).join(status_changes, changes.actor_key_id == key.id).where(*approved)
    return (await db.session.scalars(people.union(behind_keys))).all()
