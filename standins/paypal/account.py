"""One account at the stand-in, all in memory: what it was asked to do, its books, and whom it tells."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

Thing = dict[str, Any]
WHOLE = frozenset({"HUF", "JPY", "TWD"})
_CHARGE_SHARE, _CHARGE_FIXED = Decimal("0.029"), Decimal("0.30")
PAYOUT_FEE = Decimal("0.25")


def real_time() -> datetime:
    return datetime.now(UTC)


@dataclass(eq=False, slots=True, kw_only=True)
class Account:
    """`search_delay` is how far the search lies behind; nothing is ever removed."""

    address: str
    clock: Callable[[], datetime] = real_time
    search_delay: timedelta = timedelta()
    tell: Callable[[str, str, Thing], None] = lambda event_type, resource_type, resource: None
    orders: dict[str, Thing] = field(default_factory=dict)
    captures: dict[str, Thing] = field(default_factory=dict)
    authorizations: dict[str, Thing] = field(default_factory=dict)
    refunds: dict[str, Thing] = field(default_factory=dict)
    payouts: dict[str, Thing] = field(default_factory=dict)
    disputes: dict[str, Thing] = field(default_factory=dict)
    transactions: list[Thing] = field(default_factory=list)
    moves_nothing: set[int] = field(default_factory=set)
    """The positions of the transactions that do not change a balance."""
    sign_ins: dict[str, str] = field(default_factory=dict)
    """Emails of payees by the codes that their sign-ins brought."""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_id(self, letter: str, length: int = 17) -> str:
        return f"{letter}{next(self.numbers):0{length - len(letter)}d}"

    def now(self) -> str:
        return written(self.clock())

    def link(self, path: str, relation: str = "self", method: str = "GET") -> Thing:
        return {"href": f"{self.address}{path}", "rel": relation, "method": method}

    def enter(
        self, code: str, transaction_id: str, amount: Thing, *, key: str | None, fee: Decimal | None = None, **more: Any
    ) -> None:
        """A line of the books."""
        line = {
            "transaction_id": transaction_id,
            "transaction_event_code": code,
            "transaction_initiation_date": self.now(),
            "transaction_updated_date": self.now(),
            "transaction_amount": amount,
            "transaction_status": more.pop("status", "S"),
        }
        line |= {} if key is None else {"custom_field": key}
        line |= {} if fee is None else {"fee_amount": money(amount["currency_code"], -fee)}
        if more.pop("moves_nothing", False):
            self.moves_nothing.add(len(self.transactions))
        self.transactions.append(line | more)

    def balances(self, at: datetime) -> dict[str, Decimal]:
        """What the account holds by then, by currency."""
        held: dict[str, Decimal] = {}
        for position, line in enumerate(self.transactions):
            if position not in self.moves_nothing and line["transaction_initiation_date"] < written(at):
                parts = [line["transaction_amount"], *([line["fee_amount"]] if "fee_amount" in line else [])]
                currency = parts[0]["currency_code"]
                held[currency] = held.get(currency, Decimal()) + sum(Decimal(part["value"]) for part in parts)
        return held


def written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def money(currency: str, amount: Decimal) -> Thing:
    return {"currency_code": currency, "value": f"{amount:.{0 if currency in WHOLE else 2}f}"}


def negative(amount: Thing) -> Thing:
    return money(amount["currency_code"], -Decimal(amount["value"]))


def charge_fee(amount: Thing) -> Decimal:
    """What the stand-in keeps of a charge."""
    fee = Decimal(amount["value"]) * _CHARGE_SHARE + _CHARGE_FIXED
    least = Decimal(1) if amount["currency_code"] in WHOLE else Decimal("0.01")
    return min(Decimal(amount["value"]), fee.quantize(least, ROUND_HALF_UP))
