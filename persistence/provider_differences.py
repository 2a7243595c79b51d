"""Posting what a provider reports and the ledger lacks: asked for by one person of staff, agreed to by another."""

from uuid import UUID

from domain import provider_differences as rules
from domain.approval_requests import ApprovalKind, ApprovalRequest
from domain.permissions import Permission
from domain.postings.provider_charges import difference_posted
from domain.provider_differences import DifferenceAccount
from domain.reasons import said
from persistence import approval_requests, ledger, money_exceptions
from persistence.unit import Unit


async def ask(db: Unit, exception_id: UUID, account: DifferenceAccount, reason: str) -> ApprovalRequest:
    """Always waits for a second person; the difference is checked now, and again when it is posted."""
    stated = said(reason, required=True)
    exception = await money_exceptions.for_decision(db, exception_id)
    exception.check("resolveMoneyException", by=db.by)
    rules.provider_of_difference(exception)
    concerned = [] if exception.organization_id is None else [exception.organization_id]
    return await approval_requests.ask(
        db,
        ApprovalKind.PROVIDER_DIFFERENCE,
        exception.id,
        {"account": account.value, "difference": dict(exception.difference)},
        requested_with=Permission.STAFF_MONEY,
        amount=rules.amount_of(exception),
        reason=stated,
        excluded_organization_ids=concerned,
    )


async def post(db: Unit, request: ApprovalRequest) -> None:
    """P14, after which ledger and report agree; that ends the exception."""
    exception = await money_exceptions.for_decision(db, request.subject_id)
    provider = rules.provider_of_difference(exception)
    rules.require_as_asked(exception, request.command["difference"])
    contra = DifferenceAccount(request.command["account"]).code
    await ledger.post(db, difference_posted(exception, provider, contra, request.reason, by=db.by, at=db.at))
    exception.resolve(request.reason or contra.name, by=db.by, at=db.at)
