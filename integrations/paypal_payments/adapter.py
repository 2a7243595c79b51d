"""PayPal behind the port that all providers share."""

from collections.abc import Awaitable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from domain.payment_methods import MethodDetails
from domain.payout_methods import PayeeDetails
from domain.provider_reports import DayReport
from integrations.chargebacks import ChargebackAnswer, Heard, ReportedChargeback
from integrations.opened import Opened
from integrations.payments import (
    Adding,
    Answer,
    Asked,
    Capturing,
    Charge,
    Finding,
    NoAnswer,
    NotFound,
    Onboarded,
    Onboarding,
    PayingOut,
    PayoutFinding,
    RefundFinding,
    Refunding,
    Unusable,
    VoidFinding,
    Voiding,
)
from integrations.paypal_payments import charges, disputes, methods, payees, payouts, refunds, reports, webhooks
from integrations.paypal_payments.certificates import Certificates
from integrations.paypal_payments.connection import Connection, Lost, Unsent
from integrations.provider_events import Told

T = TypeVar("T")


class PayPal:
    """One account at PayPal. It keeps a connection, a token and PayPal's certificates, and nothing else."""

    def __init__(self, opened: Opened) -> None:
        self._api = Connection(opened)
        self._certificates = Certificates(opened)
        self._webhook_ids = opened.webhook_secrets

    @property
    def address(self) -> str:
        """Where it asks."""
        return self._api.address

    async def close(self) -> None:
        """Ends its connections."""
        await self._api.close()

    async def method_details(self, adding: Adding) -> MethodDetails | Unusable | NoAnswer:
        return await _answered(methods.method_details(self._api, adding))

    async def payee_details(self, adding: Adding) -> PayeeDetails | Unusable | NoAnswer:
        return await _answered(payees.payee_details(self._api, adding))

    async def onboard(self, onboarding: Onboarding) -> Onboarded | Unusable | NoAnswer:
        return payees.NO_ONBOARDING

    async def charge(self, charge: Charge) -> Answer:
        return await _answered(charges.charge(self._api, charge))

    async def find(self, asked: Asked) -> Finding:
        return await _answered(charges.find(self._api, asked))

    async def capture(self, capturing: Capturing) -> Finding:
        return await _answered(charges.capture(self._api, capturing))

    async def void(self, voiding: Voiding) -> VoidFinding:
        return await _answered(charges.void(self._api, voiding))

    async def refund(self, refunding: Refunding) -> RefundFinding:
        return await _answered(refunds.refund(self._api, refunding))

    async def find_refund(self, asked: Asked) -> RefundFinding:
        return await _answered(refunds.find(self._api, asked))

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        return await _answered(payouts.pay_out(self._api, paying))

    async def find_payout(self, asked: Asked) -> PayoutFinding:
        return await _answered(payouts.find(self._api, asked))

    async def chargebacks(self, since: datetime, now: datetime) -> Sequence[ReportedChargeback] | NoAnswer:
        return await _answered(disputes.changed_since(self._api, since, now))

    async def find_chargeback(self, external_id: str, at: datetime) -> ReportedChargeback | NotFound | NoAnswer:
        return await _answered(disputes.find(self._api, external_id))

    async def answer_chargeback(self, said: ChargebackAnswer) -> Heard | NoAnswer:
        return await _answered(disputes.answer(self._api, said))

    async def report(self, day: date, now: datetime) -> DayReport | NoAnswer:
        return await _answered(reports.report(self._api, day))

    async def prepare_told(self, headers: Mapping[str, str]) -> None:
        """Fetches the certificate that a message names, where it is PayPal's and not known yet."""
        await self._certificates.learn(headers.get(webhooks.CERTIFICATE_URL, ""))

    def told(self, headers: Mapping[str, str], body: bytes, real: datetime) -> Sequence[Told]:
        return webhooks.told(self._certificates, self._webhook_ids, headers, body, real)


async def _answered(call: Awaitable[T]) -> T | NoAnswer:
    """An answer without what it must have is as good as none."""
    try:
        return await call
    except (Lost, Unsent) as none:
        return NoAnswer(reason=str(none))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        return NoAnswer(reason=f"PayPal's answer cannot be understood: {error!r}")
