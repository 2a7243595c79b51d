"""Adyen's accounting reports: the last place to look for a payment of which no webhook ever came."""

import asyncio
import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from integrations.adyen_payments.amounts import exponent_of, from_adyen
from integrations.adyen_payments.outcomes import taken
from integrations.adyen_payments.references import key_of, reference_of
from integrations.adyen_payments.services import Services, Unsure
from integrations.decline_codes import DeclineCode
from integrations.payments import Asked, Declined, Finding, NotFound, Voided

_TAKEN, _CANCELED = ("SentForSettle", "Settled", "SettledExternally"), ("Cancelled", "Expired")
_REFUSED = ("Refused", "Error")

Row = Mapping[str, str]


async def find(services: Services, merchant: str, asked: Asked, sent_at: datetime) -> Finding:
    """What the reports say of a payment. They list whatever Adyen received: what is in none was never received.

    A report's day is one of the account's own time zone, so that those before and after are looked at as well. A
    payer whom Adyen was waiting for has had a day to act.
    """
    is_known = asked.provider_id is not None
    days = [sent_at.date() + timedelta(days=number) for number in range(-1, 3 if is_known else 2)]
    names = [f"payments_accounting_report_{day:%Y_%m_%d}.csv" for day in days]
    reports = await asyncio.gather(*(services.report(merchant, name) for name in names))
    texts = [text for text in reports if text is not None]
    if len(texts) < len(days):
        raise Unsure("Adyen has not told of it, and its reports of those days are not complete yet")
    rows = [row for text in texts for row in csv.DictReader(io.StringIO(text))]
    try:
        found = _standing([row for row in rows if _is_of(row, merchant, asked)])
    except (KeyError, ValueError, ArithmeticError) as broken:
        raise Unsure(f"Adyen's report cannot be read: {broken}") from broken
    if is_known and isinstance(found, NotFound):
        raise Unsure("Adyen has taken it on, and its reports do not name it")
    return found


def _is_of(row: Row, merchant: str, asked: Asked) -> bool:
    return row["Merchant Account"] == merchant and key_of(row["Merchant Reference"]) == asked.key


def _standing(rows: Sequence[Row]) -> Finding:
    """What was taken counts most: on a page a payer may be refused, and pay with the next card."""
    if not rows:
        return NotFound()
    by_type = {row["Record Type"]: row for row in rows}
    if failed := by_type.get("CaptureFailed"):
        return Declined(code=DeclineCode.PROVIDER_REFUSED.name, provider_id=failed["Psp Reference"])
    if settled := _first(by_type, _TAKEN):
        return _taken(settled, is_manual=False)
    if canceled := _first(by_type, _CANCELED):
        return Voided(provider_id=canceled["Psp Reference"])
    if authorised := by_type.get("Authorised"):
        reference = reference_of(authorised["Merchant Reference"])
        return _taken(authorised, is_manual=reference is not None and reference.is_manual)
    if refused := _first(by_type, _REFUSED):
        return Declined(code=DeclineCode.PROVIDER_REFUSED.name, provider_id=refused["Psp Reference"])
    raise Unsure("Adyen has received it, and its reports say no more")


def _taken(row: Row, *, is_manual: bool) -> Finding:
    currency = row["Main Currency"]
    value = Decimal(row["Main Amount"]).scaleb(exponent_of(currency))
    return taken(row["Psp Reference"], from_adyen(int(value), currency), is_manual=is_manual)


def _first(rows: Mapping[str, Row], types: Sequence[str]) -> Row | None:
    return next((rows[one] for one in types if one in rows), None)
