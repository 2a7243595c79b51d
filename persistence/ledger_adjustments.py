"""Ledger adjustments: asking for one, and posting it once a second person has agreed."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, insert, select

from domain import ledger_adjustments as rules
from domain.approval_requests import ApprovalKind, ApprovalRequest
from domain.ledger_adjustments import Correction, CorrectionLine
from domain.ledger_records import LedgerAccount, LedgerEntry, LedgerTransfer
from domain.permissions import Permission
from domain.postings.adjustments import corrected_entries, reversed_entries
from domain.reasons import said
from domain.refusals import not_found
from persistence import approval_requests, ledger
from persistence.ledger_accounts import visible_to
from persistence.ledger_transfers import transfers_visible_to
from persistence.outbox import outbox_row
from persistence.tables.money import ledger_accounts, ledger_entries, ledger_transfers
from persistence.tables.platform import outbox
from persistence.unit import Unit


async def ask(db: Unit, transfer_id: UUID, lines: Sequence[CorrectionLine], reason: str) -> ApprovalRequest:
    """An adjustment always waits for a second person; everything is checked now, and again when it is posted."""
    stated = said(reason, required=True)
    correction = await _correction(db, transfer_id, lines)
    return await approval_requests.ask(
        db,
        ApprovalKind.LEDGER_ADJUSTMENT,
        transfer_id,
        rules.command_of(lines),
        requested_with=Permission.STAFF_MONEY,
        reason=stated,
        excluded_organization_ids=correction.owners(),
    )


async def adjust(db: Unit, request: ApprovalRequest) -> None:
    """Posts the reversal and the correction of an approved adjustment together: never one without the other."""
    correction = await _correction(db, request.subject_id, rules.lines_of(request.command))
    transfers = [reversed_entries(correction, request, by=db.by, at=db.at)]
    if correction.lines:
        transfers.append(corrected_entries(correction, request, by=db.by, at=db.at))
    await ledger.post(db, *transfers)
    await _tell(db, correction, request)


async def _correction(db: Unit, transfer_id: UUID, lines: Sequence[CorrectionLine]) -> Correction:
    """The transfer, locked so that it is reversed once at most, with all that says whether it can be corrected."""
    wrong = await db.require(
        select(LedgerTransfer)
        .where(ledger_transfers.c.id == transfer_id, transfers_visible_to(db.by))
        .with_for_update(key_share=True),
        "transfer",
        "transferId",
    )
    of_transfer = select(LedgerEntry).where(ledger_entries.c.transfer_id == transfer_id).order_by(ledger_entries.c.id)
    entries = (await db.session.scalars(of_transfer)).all()
    correction = Correction(wrong, entries, lines, await _accounts(db, entries, lines))
    rules.check_lines(lines)
    undone = select(exists().where(ledger_transfers.c.reverses_id == transfer_id))
    rules.check_correction(correction, is_reversed=bool((await db.session.execute(undone)).scalar_one()))
    guarded = [rules.key_of(account) for account in correction.accounts.values() if account.guarded]
    rules.check_covered(correction, await ledger.balances_of(db, *guarded) if guarded else {})
    return correction


async def _accounts(
    db: Unit, entries: Sequence[LedgerEntry], lines: Sequence[CorrectionLine]
) -> dict[UUID, LedgerAccount]:
    named = {entry.account_id for entry in entries} | {line.account_id for line in lines}
    statement = select(LedgerAccount).where(ledger_accounts.c.id.in_(named), visible_to(db.by))
    accounts = {account.id: account for account in await db.session.scalars(statement)}
    for position, line in enumerate(lines):
        if line.account_id not in accounts:
            raise not_found("account", "lines", str(position), "accountId")
    return accounts


async def _tell(db: Unit, correction: Correction, request: ApprovalRequest) -> None:
    """`ledger.adjusted` of the wrong transfer, for the organizations whose accounts it has changed."""
    data = {"approvalId": request.id.hex}
    correction.wrong.record(
        "adjusted", by=db.by, at=db.at, data=data, to=[*correction.owners(), *request.concerned_organizations()]
    )
    rows = [outbox_row(correction.wrong, 1, event, db.request_id) for event in correction.wrong.take_events()]
    await db.session.execute(insert(outbox), rows)
