"""What Milepost asks of a company that moves money, in its own words; each provider is one adapter of this."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.money import Money
from domain.payment_methods import MethodDetails
from domain.payout_methods import PayeeDetails
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback


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
class Refunding:
    """Give this amount of a charge back to where it came from. The same key never gives back twice."""

    key: UUID
    charge_id: str
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """The money was given back, under the provider's own id."""

    provider_id: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PayingOut:
    """Pay this amount out to this method. `key` is ours: the same key never pays twice."""

    key: UUID
    amount: Money
    method_token: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOut:
    """The money has arrived, under the provider's own id."""

    provider_id: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OnItsWay:
    """The provider has taken the payout on and is not done."""

    provider_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """The money was paid out and has come back to the provider."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The money was not moved and will not be."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """The provider knows nothing with this key, so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Nothing came back in time, or nothing that can be understood: the money may or may not have been moved."""

    reason: str


Answer = Charged | Declined | NoAnswer
Finding = Charged | Declined | NotFound | NoAnswer
RefundFinding = Refunded | Declined | NotFound | NoAnswer
PayoutFinding = PaidOut | OnItsWay | CameBack | Declined | NotFound | NoAnswer


class PaymentProvider(Protocol):
    """A company that moves money, or the simulator. Inside a unit of work only `…_of` is called: it asks nobody."""

    def details_of(self, token: str) -> MethodDetails | None:
        """What is known of a method's token without asking anybody; None for a token that can never be charged."""
        ...

    def payee_of(self, token: str) -> PayeeDetails | None:
        """What is known of the token of a payout method; None for one that can never be paid out to."""
        ...

    async def charge(self, charge: Charge) -> Answer:
        """Takes the money, once per key however often it is called."""
        ...

    async def find(self, key: UUID) -> Finding:
        """What became of the charge with our key. Asking never charges."""
        ...

    async def refund(self, refunding: Refunding) -> RefundFinding:
        """Gives the money back, once per key however often it is called."""
        ...

    async def find_refund(self, key: UUID, at: datetime) -> RefundFinding:
        """What has become, by this instant, of the refund with our key. Asking never gives anything back."""
        ...

    async def refunded_total(self, currency: str) -> int:
        """The provider's own books: all it has given back for Milepost in a currency, in minor units."""
        ...

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        """Pays the money out, once per key however often it is called."""
        ...

    async def find_payout(self, key: UUID, at: datetime) -> PayoutFinding:
        """What has become, by this instant, of the payout with our key. Asking never pays anything."""
        ...

    async def paid_out_total(self, currency: str, at: datetime) -> int:
        """The provider's own books: all that has arrived and not come back by then, in minor units."""
        ...

    async def chargebacks(self, since: datetime, now: datetime) -> Sequence[ReportedChargeback] | NoAnswer:
        """The chargebacks that were opened or have changed after an instant, as they stand now."""
        ...

    async def answer_chargeback(self, said: ChargebackAnswer) -> Heard | NoAnswer:
        """Says our word about a chargeback; the first one counts, however often it is said."""
        ...

    async def charged_back_total(self, currency: str, at: datetime) -> int:
        """The provider's own books: all that banks have taken back and not returned by then, in minor units."""
        ...

    async def charged_total(self, currency: str) -> int:
        """The provider's own books: all it has taken for Milepost in a currency, in minor units."""
        ...
