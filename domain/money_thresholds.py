"""From which amount on a second person is asked: by kind of command and currency, each change a row of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actors import Actor
from domain.amounts import Amount
from domain.approval_requests import ApprovalKind
from domain.checks import Checks
from domain.currencies import EXPONENTS
from domain.ids import new_id
from domain.money import Money

DEFAULTS = {ApprovalKind.PAYOUT: 100_000, ApprovalKind.REFUND: 50_000, ApprovalKind.RULING: 100_000}
"""What counts in currencies with two decimals until staff have set something else. All other kinds and currencies wait
whatever the amount."""


@dataclass(eq=False, kw_only=True)
class MoneyThreshold:
    """What was set at an instant; the newest of its kind and currency counts."""

    id: UUID
    kind: ApprovalKind
    currency: str
    amount_minor: int
    set_at: datetime
    set_by_id: UUID | None

    amount = Amount("amount_minor")


def set_thresholds(
    amounts: Mapping[ApprovalKind, Money | None], *, by: Actor, at: datetime
) -> dict[ApprovalKind, MoneyThreshold]:
    """From now on commands over these amounts or more wait for a second person; 0: all of them."""
    given = {kind: amount for kind, amount in amounts.items() if amount is not None}
    checks = Checks()
    checks.require(bool(given), "Give at least one amount.")
    for kind, amount in given.items():
        checks.money(kind.name.lower(), amount, least=0)
    checks.refuse()
    return {
        kind: MoneyThreshold(
            id=new_id(),
            kind=kind,
            currency=amount.currency,
            amount_minor=amount.amount_minor,
            set_at=at,
            set_by_id=by.user_id,
        )
        for kind, amount in given.items()
    }


def needs_second_person(kind: ApprovalKind, amount: Money, newest: MoneyThreshold | None) -> bool:
    """Whether the amount reaches what was set for the kind and its currency; where nothing was, the default decides."""
    if newest is not None:
        return amount.amount_minor >= newest.amount_minor
    default = DEFAULTS.get(kind) if EXPONENTS.get(amount.currency) == 2 else None
    return default is None or amount.amount_minor >= default
