"""The report of a day: Stripe's balance transactions, each with what it moved and our key of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import stripe
from stripe import BalanceTransaction, StripeError

from domain.provider_reports import DayReport, LineKind, ReportLine
from integrations.payments import NoAnswer
from integrations.stripe_payments.amounts import from_stripe, rounded_from_stripe
from integrations.stripe_payments.connection import Connection, key_in
from integrations.stripe_payments.refusals import no_answer

_KINDS: Mapping[str, LineKind] = {
    "charge": LineKind.CHARGE,
    "payment": LineKind.CHARGE,
    "refund": LineKind.REFUND,
    "payment_refund": LineKind.REFUND,
    "refund_failure": LineKind.REFUND_FAILED,
    "payment_failure_refund": LineKind.REFUND_FAILED,
    "transfer": LineKind.PAYOUT,
    "transfer_refund": LineKind.PAYOUT_RETURNED,
    "transfer_cancel": LineKind.PAYOUT_RETURNED,
    "transfer_failure": LineKind.PAYOUT_RETURNED,
    "payout": LineKind.PAYOUT,
    "payout_cancel": LineKind.PAYOUT_RETURNED,
    "payout_failure": LineKind.PAYOUT_RETURNED,
}
"""By the types of balance transactions. A payout of our own balance to our own bank is one that we know nothing of."""


async def report(connection: Connection, day: date) -> DayReport | NoAnswer:
    """What was moved on a day, and what was there at its end: what is there now, less what was moved since."""
    begin = int(datetime.combine(day, time.min, UTC).timestamp())
    end = begin + int(timedelta(days=1).total_seconds())
    try:
        balances = await _balances(connection)
        lines: dict[tuple[str, LineKind], ReportLine] = {}
        listed = await connection.api.balance_transactions.list_async(
            {"created": {"gte": begin}, "limit": 100, "expand": ["data.source"]}
        )
        async for moved in listed.auto_paging_iter():
            if moved.created >= end:
                balances[moved.currency] -= moved.net
            else:
                line = await _line_of(connection, moved)
                if (line.external_id, line.kind) in lines:
                    line = replace(line, external_id=moved.id)
                lines[line.external_id, line.kind] = line
    except StripeError as error:
        return no_answer(error)
    return DayReport(
        day=day,
        lines=tuple(reversed(lines.values())),
        balances={
            currency.upper(): rounded_from_stripe(units, currency) for currency, units in sorted(balances.items())
        },
    )


async def _balances(connection: Connection) -> Counter[str]:
    """All that Stripe keeps for us now, whether it can be paid out yet or not."""
    balance = await connection.api.balance.retrieve_async()
    units: Counter[str] = Counter()
    for available in balance.available:
        units[available.currency] += available.amount
    for pending in balance.pending:
        units[pending.currency] += pending.amount
    return units


async def _line_of(connection: Connection, moved: BalanceTransaction) -> ReportLine:
    kind, external_id, key = await _subject_of(connection, moved)
    units, fee = abs(moved.amount), moved.fee
    if units == 0:
        kind, units, fee = LineKind.FEE, fee, 0
    return ReportLine(
        external_id=external_id,
        kind=kind,
        key=key,
        amount=from_stripe(units, moved.currency),
        fee_minor=rounded_from_stripe(fee, moved.currency),
        at=datetime.fromtimestamp(moved.created, UTC),
    )


async def _subject_of(connection: Connection, moved: BalanceTransaction) -> tuple[LineKind, str, UUID | None]:
    """What a transaction is about: its kind, the id under which we know it, and our key."""
    kind = _KINDS.get(moved.type, LineKind.FEE if moved.net < 0 else LineKind.ADJUSTMENT)
    match moved.source:
        case stripe.Charge() as charge:
            intent = charge.payment_intent
            intent_id = intent if isinstance(intent, str) or intent is None else intent.id
            return kind, intent_id or charge.id, key_in(charge.metadata)
        case stripe.Refund() as refund:
            return kind, refund.id, key_in(refund.metadata)
        case stripe.Transfer() as transfer:
            return kind, transfer.id, key_in(transfer.metadata)
        case stripe.TransferReversal() as reversal:
            transfer_id = reversal.transfer if isinstance(reversal.transfer, str) else reversal.transfer.id
            return kind, transfer_id, key_in(reversal.metadata)
        case stripe.Dispute() as dispute:
            won = LineKind.CHARGEBACK if moved.amount < 0 else LineKind.CHARGEBACK_WON
            return won, dispute.id, await _key_of_charge(connection, dispute)
        case stripe.Payout() as payout:
            return kind, payout.id, key_in(payout.metadata)
        case _:
            return kind, moved.id, None


async def _key_of_charge(connection: Connection, dispute: stripe.Dispute) -> UUID | None:
    intent = dispute.payment_intent
    if isinstance(intent, str):
        intent = await connection.api.payment_intents.retrieve_async(intent)
    return None if intent is None else key_in(intent.metadata)
