"""What providers answer, in our words."""

from dataclasses import dataclass

from domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """The money was taken, under the provider's own id."""

    provider_id: str
    amount: Money
    fee: Money | None = None
    """What the provider keeps of it; None where only its report will say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorized:
    """The money is reserved and was not taken."""

    provider_id: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequired:
    """The payer has to do something there first: 3-D Secure, or to choose what to pay with."""

    provider_id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """The provider has taken it on and is not done."""

    provider_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voided:
    """Nothing was taken and nothing will be."""

    provider_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """The money was given back, under the provider's own id."""

    provider_id: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOut:
    """The money has arrived, under the provider's own id."""

    provider_id: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """The money was paid out and has come back to the provider."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The money was not moved and will not be."""

    code: str
    provider_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """The provider knows nothing with this key, so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Nothing came back in time, or nothing that can be understood: the money may or may not have been moved."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """The provider knows no such token, or it can never be charged or paid; the reason is shown to the caller."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Onboarded:
    """Where a payee tells the provider who they are, and what the provider calls them."""

    account: str
    url: str


Answer = Charged | Authorized | ActionRequired | UnderWay | Declined | NoAnswer
Finding = Charged | Authorized | ActionRequired | UnderWay | Voided | Declined | NotFound | NoAnswer
VoidFinding = Voided | Charged | NoAnswer
"""Charged: too late, the money was taken."""
RefundFinding = Refunded | UnderWay | Declined | NotFound | NoAnswer
PayoutFinding = PaidOut | UnderWay | CameBack | Declined | NotFound | NoAnswer
