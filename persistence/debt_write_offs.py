"""Giving up debts: what an organization owes and will not pay, by two people of staff."""

from uuid import UUID

from sqlalchemy import select

from domain.approval_requests import ApprovalKind, ApprovalRequest
from domain.checks import Checks
from domain.ledger import AccountCode, AccountKey
from domain.money import Money
from domain.permissions import Permission
from domain.postings.kit import own
from domain.postings.write_offs import debt_written_off
from domain.reasons import said
from domain.refusals import RefusalCode, Refused
from persistence import approval_requests, ledger, organizations
from persistence.tables.money import ledger_accounts
from persistence.unit import Unit


async def ask(db: Unit, organization_id: UUID, amount: Money, reason: str) -> ApprovalRequest:
    """It always waits for a second person; the debt is looked at now, and again when it is given up."""
    stated = said(reason, required=True)
    checks = Checks()
    checks.money("amount", amount)
    checks.refuse()
    await organizations.named(db, organization_id)
    debt = _debt(organization_id, amount.currency)
    await _require_owed(db, debt, amount)
    return await approval_requests.ask(
        db,
        ApprovalKind.DEBT_WRITE_OFF,
        await _account_id(db, debt),
        {"organizationId": organization_id.hex, "amountMinor": amount.amount_minor, "currency": amount.currency},
        requested_with=Permission.STAFF_MONEY,
        amount=amount,
        reason=stated,
        excluded_organization_ids=[organization_id],
    )


async def write_off(db: Unit, request: ApprovalRequest) -> None:
    """P18: the platform bears it."""
    amount = Money(request.command["amountMinor"], request.command["currency"])
    debt = _debt(UUID(request.command["organizationId"]), amount.currency)
    await _require_owed(db, debt, amount)
    await ledger.post(db, debt_written_off(request.id, debt, amount, request.reason, by=db.by, at=db.at))


async def _require_owed(db: Unit, debt: AccountKey, amount: Money) -> None:
    owed = Money((await ledger.balances_of(db, debt))[debt], amount.currency)
    if owed.amount_minor < amount.amount_minor:
        message = f"The organization owes {owed}: no more can be given up."
        raise Refused(RefusalCode.INSUFFICIENT_FUNDS, message, path=("amount",), required=amount, available=owed)


async def _account_id(db: Unit, debt: AccountKey) -> UUID:
    table = ledger_accounts.c
    named = (table.code == debt.code, table.currency == debt.currency, table.organization_id == debt.organization_id)
    found: UUID = (await db.session.scalars(select(table.id).where(*named))).one()
    return found


def _debt(organization_id: UUID, currency: str) -> AccountKey:
    return own(AccountCode.ORG_DEBT, organization_id, currency)
