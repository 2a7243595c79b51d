"""How the built-in provider pays out: what the method's token says, by the platform's clock."""

from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

import asyncpg

from domain.money import Money
from domain.payout_methods import PayeeDetails, PayoutMethodKind
from integrations.payments import CameBack, Declined, NoAnswer, NotFound, PaidOut, PayingOut, PayoutFinding, UnderWay


class PayoutToken(Enum):
    """The tokens of payout methods; each forces one case."""

    OK = "sim_bank_ok"
    UNVERIFIED = "sim_bank_unverified"
    DECLINE = "sim_bank_decline"
    TIMEOUT_PAID = "sim_bank_timeout_paid"
    TIMEOUT_NOT_PAID = "sim_bank_timeout_not_paid"
    LATE = "sim_bank_late"
    RETURNED = "sim_bank_returned"


LATE_AFTER, RETURNED_AFTER = timedelta(hours=1), timedelta(days=2)

_LABELS = {
    PayoutToken.OK: "is paid",
    PayoutToken.UNVERIFIED: "is not verified",
    PayoutToken.DECLINE: "is refused",
    PayoutToken.TIMEOUT_PAID: "is paid without an answer",
    PayoutToken.TIMEOUT_NOT_PAID: "is not paid and gives no answer",
    PayoutToken.LATE: "is paid an hour later",
    PayoutToken.RETURNED: "is paid, and gives it back two days later",
}
_REFUSED, _RETURNED = "ACCOUNT_REFUSED", "ACCOUNT_CLOSED"
_TIMEOUT = NoAnswer(reason="timeout")

_ENTER = """
INSERT INTO simulator_payouts (key, provider_id, token, amount_minor, currency, decline_code, at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""
_LOOK_UP = "SELECT provider_id, token, amount_minor, currency, decline_code, at FROM simulator_payouts WHERE key = $1"
_TOTAL = """
SELECT coalesce(sum(amount_minor), 0)::bigint FROM simulator_payouts
WHERE currency = $1 AND decline_code IS NULL AND (token <> $2 OR at > $3) AND (token <> $4 OR at <= $5)
"""


def payee_of(token: str) -> PayeeDetails | None:
    try:
        known = PayoutToken(token)
    except ValueError:
        return None
    return PayeeDetails(
        token=token,
        kind=PayoutMethodKind.BANK_ACCOUNT,
        label=f"Simulated bank account: {_LABELS[known]}",
        last4=f"{list(PayoutToken).index(known) + 1:04}",
        is_verified=known is not PayoutToken.UNVERIFIED,
    )


async def pay_out(books: asyncpg.Connection, paying: PayingOut) -> PayoutFinding:
    token = PayoutToken(paying.method_token)
    if token is PayoutToken.TIMEOUT_NOT_PAID:
        return _TIMEOUT
    declined = _REFUSED if token is PayoutToken.DECLINE else None
    amount, provider_id = paying.amount, f"simout_{paying.key.hex}"
    await books.execute(
        _ENTER, paying.key, provider_id, token.value, amount.amount_minor, amount.currency, declined, paying.at
    )
    answer = await find(books, paying.key, paying.at)
    return _TIMEOUT if token is PayoutToken.TIMEOUT_PAID or isinstance(answer, NotFound) else answer


async def find(books: asyncpg.Connection, key: UUID, at: datetime) -> PayoutFinding:
    row = await books.fetchrow(_LOOK_UP, key)
    if row is None:
        return NotFound()
    if row["decline_code"] is not None:
        return Declined(code=row["decline_code"])
    token, age = PayoutToken(row["token"]), at - row["at"]
    if token is PayoutToken.LATE and age < LATE_AFTER:
        return UnderWay(provider_id=row["provider_id"])
    if token is PayoutToken.RETURNED and age >= RETURNED_AFTER:
        return CameBack(code=_RETURNED)
    return PaidOut(provider_id=row["provider_id"], amount=Money(row["amount_minor"], row["currency"]))


async def total(books: asyncpg.Connection, currency: str, at: datetime) -> int:
    returned, late = PayoutToken.RETURNED.value, PayoutToken.LATE.value
    return int(await books.fetchval(_TOTAL, currency, returned, at - RETURNED_AFTER, late, at - LATE_AFTER))
