"""What Milepost asks of a company that moves money, in its own words; each provider is one adapter of this."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.money import Money
from domain.payment_methods import MethodDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """Take this amount from this method. `key` is ours: the same key never charges twice."""

    key: UUID
    amount: Money
    method_token: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """The money was taken, under the provider's own id."""

    provider_id: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The money was not taken and will not be."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """The provider knows no charge with this key, so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Nothing came back in time, or nothing that can be understood: the money may or may not have been taken."""

    reason: str


Answer = Charged | Declined | NoAnswer
Finding = Charged | Declined | NotFound | NoAnswer


class PaymentProvider(Protocol):
    """A company that moves money, or the simulator. Only `details_of` may be called inside a unit of work."""

    def details_of(self, token: str) -> MethodDetails | None:
        """What is known of a method's token without asking anybody; None for a token that can never be charged."""
        ...

    async def charge(self, charge: Charge) -> Answer:
        """Takes the money, once per key however often it is called."""
        ...

    async def find(self, key: UUID) -> Finding:
        """What became of the charge with our key. Asking never charges."""
        ...

    async def charged_total(self, currency: str) -> int:
        """The provider's own books: all it has taken for Milepost in a currency, in minor units."""
        ...
