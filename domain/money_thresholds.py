"""From which amount on a second person is asked: by kind of command and currency, each change a row of its own."""

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

DEFAULTS = {ApprovalKind.PAYOUT: 100_000, ApprovalKind.REFUND: 50_000}
"""What counts in currencies with two decimals until staff have set something else."""

ADJUSTABLE = (ApprovalKind.PAYOUT, ApprovalKind.REFUND, ApprovalKind.RULING)
"""Kinds that depend on the amount; all others always wait, or wait where a release policy says so."""


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


def set_threshold(kind: ApprovalKind, amount: Money, *, by: Actor, at: datetime) -> MoneyThreshold:
    """From now on commands of that kind over this amount or more wait for a second person; 0: all of them."""
    checks = Checks()
    named = " and ".join(one.name for one in ADJUSTABLE)
    checks.require(kind in ADJUSTABLE, f"Only {named} depend on an amount.", "kind")
    checks.money("amount", amount, least=0)
    checks.refuse()
    return MoneyThreshold(
        id=new_id(),
        kind=kind,
        currency=amount.currency,
        amount_minor=amount.amount_minor,
        set_at=at,
        set_by_id=by.user_id,
    )


def needs_second_person(kind: ApprovalKind, amount: Money, newest: MoneyThreshold | None) -> bool:
    """Whether the amount reaches what was set for the kind and its currency; where nothing was, the default decides."""
    if newest is not None:
        return amount.amount_minor >= newest.amount_minor
    default = DEFAULTS.get(kind) if EXPONENTS.get(amount.currency) == 2 else None
    return default is None or amount.amount_minor >= default
