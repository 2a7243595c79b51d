"""Adyen's daily statement of the balance account: each movement, and the balance at the day's end."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from domain.money import Money
from domain.provider_reports import SIGNS, DayReport, LineKind, ReportLine
from integrations.adyen_payments.amounts import exponent_of, from_adyen
from integrations.adyen_payments.heard import Inbox
from integrations.adyen_payments.references import key_of
from integrations.adyen_payments.services import Services, Unsure, asking
from integrations.payments import NoAnswer

_KINDS = {
    "capture": LineKind.CHARGE,
    "refund": LineKind.REFUND,
    "refundReversal": LineKind.REFUND_FAILED,
    "chargeback": LineKind.CHARGEBACK,
    "secondChargeback": LineKind.CHARGEBACK,
    "chargebackReversal": LineKind.CHARGEBACK_WON,
    "bankTransfer": LineKind.PAYOUT,
    "paymentCost": LineKind.FEE,
    "fee": LineKind.FEE,
}
_OTHER_WAY = {
    LineKind.PAYOUT: LineKind.PAYOUT_RETURNED,
    LineKind.FEE: LineKind.ADJUSTMENT,
    LineKind.ADJUSTMENT: LineKind.FEE,
}
"""What a line is that moves money the other way than its kind does."""
_PAYOUTS = (LineKind.PAYOUT, LineKind.PAYOUT_RETURNED)
_CHANGES = (LineKind.REFUND, LineKind.REFUND_FAILED)
_DISPUTES = (LineKind.CHARGEBACK, LineKind.CHARGEBACK_WON)
_ZONES = {"UTC": UTC, "GMT": UTC, "CET": timezone(timedelta(hours=1)), "CEST": timezone(timedelta(hours=2))}

Row = Mapping[str, str]


async def of_day(services: Services, inbox: Inbox, account: str, day: date) -> DayReport | NoAnswer:
    """The statement that Adyen has told of; it comes in the night after the day."""
    url = await inbox.statement_url(day)
    if url is None:
        return NoAnswer(reason=f"Adyen has told of no statement of {day} yet")
    return await asking(_downloaded(services, url, account, day))


async def _downloaded(services: Services, url: str, account: str, day: date) -> DayReport:
    return parsed(await services.download(url), account, day)


def parsed(text: str, account: str, day: date) -> DayReport:
    """The movements and closing balances of one balance account. Raises Unsure for what cannot be understood."""
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row.get("BalanceAccount") == account]
    try:
        lines = _with_fees([(row, _line(row)) for row in rows if row["Transaction Id"]])
        closing = [row for row in rows if row["Ending Balance Currency"]]
        ends = [_money(row["Ending Balance"], row["Ending Balance Currency"]) for row in closing]
    except (KeyError, ValueError, ArithmeticError, TypeError) as broken:
        raise Unsure(f"a line of Adyen's statement cannot be read: {broken}") from broken
    return DayReport(day=day, lines=lines, balances={end.currency: end.amount_minor for end in ends})


def _line(row: Row) -> ReportLine:
    moved, type_ = _money(row["Amount"], row["Currency"]), row["Type"]
    kind = _KINDS.get(type_, LineKind.ADJUSTMENT)
    kind = _OTHER_WAY[kind] if kind in _OTHER_WAY and (moved.amount_minor < 0) is (SIGNS[kind] > 0) else kind
    at = datetime.fromisoformat(row["Booking Date"]).replace(tzinfo=_ZONES[row["Booking Date TimeZone"]])
    return ReportLine(
        external_id=_external_id(row, kind, type_),
        kind=kind,
        key=key_of(_reference(row, kind)),
        amount=Money(abs(moved.amount_minor), moved.currency),
        fee_minor=0,
        at=at,
    )


def _external_id(row: Row, kind: LineKind, type_: str) -> str:
    """What Adyen calls that which was moved: the id by which it is known here as well."""
    if kind in _PAYOUTS:
        return row["Transfer Id"]
    if kind is LineKind.CHARGE:
        return row["Psp Payment Psp Reference"]
    if kind in _CHANGES or kind in _DISPUTES:
        dispute = row["Psp Modification Psp Reference"]
        return f"{dispute}:2" if type_ == "secondChargeback" else dispute
    return row["Transaction Id"]


def _reference(row: Row, kind: LineKind) -> str:
    if kind in _PAYOUTS:
        return row["Reference"]
    return row["Psp Modification Merchant Reference" if kind in _CHANGES else "Psp Payment Merchant Reference"]


def _with_fees(entries: Sequence[tuple[Row, ReportLine]]) -> tuple[ReportLine, ...]:
    """What a payment cost is booked on its own; it is put to the payment where both are of this day."""
    lines: dict[str, ReportLine] = {}
    charged: dict[str, str] = {}
    for row, line in entries:
        if line.kind is LineKind.CHARGE:
            charged[row["Psp Payment Psp Reference"]] = row["Transaction Id"]
        lines[row["Transaction Id"]] = line
    for row, fee in entries:
        charge = charged.get(row["Psp Payment Psp Reference"])
        if fee.kind is LineKind.FEE and charge is not None and lines[charge].amount.currency == fee.amount.currency:
            lines[charge] = replace(lines[charge], fee_minor=lines[charge].fee_minor + fee.amount.amount_minor)
            del lines[row["Transaction Id"]]
    return tuple(lines.values())


def _money(text: str, currency: str) -> Money:
    scaled = Decimal(text).scaleb(exponent_of(currency))
    money = from_adyen(int(scaled), currency)
    if scaled != int(scaled) or money is None:
        raise ValueError(f"{text} {currency}")
    return money
