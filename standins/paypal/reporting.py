"""The search of transactions and the balances, as late as the account is told to be."""

from datetime import datetime, timedelta

from standins.paypal.account import Account, Thing, money, written
from standins.paypal.refusals import Refusal

_LONGEST = timedelta(days=31)
MOST = 10_000
"""PayPal refuses searches that find more."""


def transactions(account: Account, query: Thing) -> Thing:
    """A page of what was refreshed already, the oldest first."""
    start, end = (datetime.fromisoformat(query[name]) for name in ("start_date", "end_date"))
    if not timedelta() <= end - start <= _LONGEST:
        raise Refusal(400, "INVALID_REQUEST", "INVALID_DATE_RANGE")
    refreshed = account.clock() - account.search_delay
    found = [
        {"transaction_info": line}
        for position, line in enumerate(account.transactions)
        if written(start) <= line["transaction_initiation_date"] <= min(written(end), written(refreshed))
        and (query.get("balance_affecting_records_only") == "N" or position not in account.moves_nothing)
    ]
    if len(found) > MOST:
        raise Refusal(400, "RESULTSET_TOO_LARGE")
    size, page = int(query.get("page_size", "100")), int(query.get("page", "1"))
    return {
        "transaction_details": found[(page - 1) * size : page * size],
        "account_number": "STANDINSELLER",
        "start_date": query["start_date"],
        "end_date": query["end_date"],
        "last_refreshed_datetime": written(refreshed),
        "page": page,
        "total_items": len(found),
        "total_pages": max(1, -(-len(found) // size)),
    }


def balances(account: Account, query: Thing) -> Thing:
    at = datetime.fromisoformat(query["as_of_time"])
    held = [
        {"currency": currency, "total_balance": money(currency, amount), "available_balance": money(currency, amount)}
        for currency, amount in account.balances(at).items()
    ]
    return {
        "balances": held,
        "account_id": "STANDINSELLER",
        "as_of_time": query["as_of_time"],
        "last_refresh_time": written(account.clock() - account.search_delay),
    }
