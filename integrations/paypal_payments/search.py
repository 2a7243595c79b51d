"""PayPal's search of transactions: the books of the account, and the only way from our key to what PayPal has done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.money import Money
from integrations.payments import Asked
from integrations.paypal_payments.amounts import money_of
from integrations.paypal_payments.connection import Connection, Lost

_LONGEST, _SECOND = timedelta(days=31), timedelta(seconds=1)
_PAGE = "500"
LATE = timedelta(minutes=15)
"""How long after we gave up a request may still be carried out, and be missing in what was refreshed before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A line of PayPal's books. The code says what it is, the sign of the amount which way the money went."""

    id: str
    code: str
    status: str
    key: UUID | None
    amount: Money
    fee_minor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Books:
    """What PayPal has of a span of time, as of its last refresh."""

    transactions: tuple[Transaction, ...]
    refreshed_at: datetime


async def books(api: Connection, start: datetime, end: datetime, *, all_records: bool = False) -> Books:
    """The transactions of a span, both ends included; `all_records` adds those that move no money."""
    spans, found, refreshed = [(start, end)], list[Transaction](), datetime.max.replace(tzinfo=UTC)
    while spans:
        first, last = spans.pop()
        if last - first >= _LONGEST:
            spans += [(first + _LONGEST, last), (first, first + _LONGEST - _SECOND)]
            continue
        some = await _span(api, first, last, all_records)
        if some is None:
            middle = first + (last - first) / 2
            spans += [(middle, last), (first, middle - _SECOND)]
            continue
        found += some.transactions
        refreshed = min(refreshed, some.refreshed_at)
    return Books(tuple(found), refreshed)


async def with_key(api: Connection, asked: Asked, *codes: str) -> tuple[Transaction, ...]:
    """Those with our key whose codes begin so. Raises Lost while PayPal's search may lie behind what we did."""
    latest = max(datetime.now(UTC), asked.at)
    found = await books(api, _begun_at(asked, latest), latest, all_records=True)
    matching = tuple(one for one in found.transactions if one.key == asked.key and one.code.startswith(codes))
    if not matching and (asked.sent_at is None or found.refreshed_at < asked.sent_at + LATE):
        raise Lost("PayPal's search has not come so far yet")
    return matching


def _begun_at(asked: Asked, latest: datetime) -> datetime:
    """Nothing was done for a key before it was made, and our keys carry the time of that."""
    made_at = datetime.fromtimestamp((asked.key.int >> 80) / 1000, UTC) if asked.key.version == 7 else latest - _LONGEST
    return min(made_at, asked.sent_at or asked.at) - timedelta(hours=1)


async def _span(api: Connection, start: datetime, end: datetime, all_records: bool) -> Books | None:
    """None: too many for one search, and the span can be halved."""
    query = {
        "start_date": _written(start),
        "end_date": _written(end),
        "fields": "transaction_info",
        "balance_affecting_records_only": "N" if all_records else "Y",
        "page_size": _PAGE,
    }
    found, page, pages, refreshed = list[Transaction](), 1, 1, end
    while page <= pages:
        reply = await api.get("/v1/reporting/transactions", page=str(page), **query)
        if "RESULTSET_TOO_LARGE" in reply.issues and end - start > 2 * _SECOND:
            return None
        if not reply.is_ok:
            raise Lost(f"PayPal's search answered {reply.status}: {' '.join(reply.issues)}")
        found += _transactions(reply.body["transaction_details"])
        pages, page = reply.body["total_pages"], page + 1
        refreshed = datetime.fromisoformat(reply.body["last_refreshed_datetime"])
    return Books(tuple(found), refreshed)


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _transactions(details: Iterable[Mapping[str, Any]]) -> Iterable[Transaction]:
    for detail in details:
        info = detail["transaction_info"]
        fee = info.get("fee_amount")
        yield Transaction(
            id=info["transaction_id"],
            code=info["transaction_event_code"],
            status=info["transaction_status"],
            key=key_in(info.get("custom_field")) or key_in(info.get("invoice_id")),
            amount=money_of(info["transaction_amount"]),
            fee_minor=0 if fee is None else -money_of(fee).amount_minor,
            at=datetime.fromisoformat(info["transaction_initiation_date"]),
        )


def key_in(text: object) -> UUID | None:
    """Our key, where a field of PayPal's carries one."""
    try:
        return UUID(str(text))
    except ValueError:
        return None
