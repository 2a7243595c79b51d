"""What Milepost asks of a company that moves money, in its own words; each provider is one adapter of this."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from domain.payment_methods import MethodDetails
from domain.payout_methods import PayeeDetails
from domain.provider_reports import DayReport
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback
from integrations.provider_answers import (
    ActionRequired,
    Answer,
    Authorized,
    CameBack,
    Charged,
    Declined,
    Finding,
    NoAnswer,
    NotFound,
    Onboarded,
    PaidOut,
    PayoutFinding,
    Refunded,
    RefundFinding,
    UnderWay,
    Unusable,
    Voided,
    VoidFinding,
)
from integrations.provider_events import Told
from integrations.provider_requests import (
    Adding,
    Asked,
    Capturing,
    Charge,
    Onboarding,
    PayingOut,
    Refunding,
    Voiding,
)

__all__ = [
    "ActionRequired",
    "Adding",
    "Answer",
    "Asked",
    "Authorized",
    "CameBack",
    "Capturing",
    "Charge",
    "Charged",
    "Declined",
    "Finding",
    "NoAnswer",
    "NotFound",
    "Onboarded",
    "Onboarding",
    "PaidOut",
    "PayingOut",
    "PaymentProvider",
    "PayoutFinding",
    "RefundFinding",
    "Refunded",
    "Refunding",
    "UnderWay",
    "Unusable",
    "VoidFinding",
    "Voided",
    "Voiding",
]


class PaymentProvider(Protocol):
    """A company that moves money, or the simulator. It is never called inside a unit of work.

    A sure no is Declined; whatever leaves open whether money has moved is NoAnswer. An exception counts as no answer.
    """

    async def method_details(self, adding: Adding) -> MethodDetails | Unusable | NoAnswer:
        """Keeps a method for later charges, and tells how people recognize it."""
        ...

    async def payee_details(self, adding: Adding) -> PayeeDetails | Unusable | NoAnswer:
        """How people recognize a payout method, and whether the provider has verified whose it is."""
        ...

    async def onboard(self, onboarding: Onboarding) -> Onboarded | Unusable | NoAnswer:
        """Where a payee tells the provider who they are; Unusable where the provider needs no such thing."""
        ...

    async def charge(self, charge: Charge) -> Answer:
        """Takes or reserves the money, once per key however often it is called."""
        ...

    async def find(self, asked: Asked) -> Finding:
        """What has become of the charge with our key. Asking never charges."""
        ...

    async def capture(self, capturing: Capturing) -> Finding:
        """Takes what was reserved, or a part of it; the rest is released. Once, however often it is called."""
        ...

    async def void(self, voiding: Voiding) -> VoidFinding:
        """Ends a charge that has taken nothing yet: Voided once nothing was taken and nothing will be."""
        ...

    async def refund(self, refunding: Refunding) -> RefundFinding:
        """Gives the money back, once per key however often it is called."""
        ...

    async def find_refund(self, asked: Asked) -> RefundFinding:
        """What has become, by this instant, of the refund with our key. Asking never gives anything back."""
        ...

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        """Pays the money out, once per key however often it is called."""
        ...

    async def find_payout(self, asked: Asked) -> PayoutFinding:
        """What has become, by this instant, of the payout with our key. Asking never pays anything."""
        ...

    async def chargebacks(self, since: datetime, now: datetime) -> Sequence[ReportedChargeback] | NoAnswer:
        """The chargebacks that were opened or have changed after an instant, as they stand now."""
        ...

    async def find_chargeback(self, external_id: str, at: datetime) -> ReportedChargeback | NotFound | NoAnswer:
        """One chargeback as it stands now."""
        ...

    async def answer_chargeback(self, said: ChargebackAnswer) -> Heard | NoAnswer:
        """Says our word about a chargeback; the first one counts, however often it is said."""
        ...

    async def report(self, day: date, now: datetime) -> DayReport | NoAnswer:
        """The provider's own books of one day (UTC), to be compared with ours."""
        ...

    def told(self, headers: Mapping[str, str], body: bytes, real: datetime) -> Sequence[Told]:
        """What a message of the provider says, once it is proved to be the provider's; it asks nobody.

        Raises NotGenuine or Unreadable. The names of headers are in lower case.
        """
        ...
