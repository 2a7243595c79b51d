"""Adyen behind Milepost's port: one account, put together from what each part of it does."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from domain.payment_methods import MethodDetails
from domain.payout_methods import PayeeDetails
from domain.provider_reports import DayReport
from integrations.adyen_payments import statement, webhooks
from integrations.adyen_payments.charges import Charges
from integrations.adyen_payments.disputes import Disputes
from integrations.adyen_payments.heard import Inbox
from integrations.adyen_payments.methods import Methods
from integrations.adyen_payments.payees import Payees
from integrations.adyen_payments.refunds import Refunds
from integrations.adyen_payments.services import Services
from integrations.adyen_payments.transfers import Transfers
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
from integrations.provider_events import Told


class Adyen:
    """What its documents call Checkout, Transfers, Legal entity management and Disputes, with one set of keys."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        credentials = opened.credentials
        merchant, self._balance_account = credentials["merchantAccount"], credentials["balanceAccount"]
        self._services, self._inbox = Services(opened), Inbox(opened.database_url)
        self._charges = Charges(self._services, self._inbox, merchant)
        self._refunds = Refunds(self._services, self._inbox, merchant)
        self._disputes = Disputes(self._services, self._inbox, merchant)
        self._methods = Methods(self._services, merchant)
        self._payees = Payees(self._services)
        self._transfers = Transfers(self._services, self._balance_account)

    async def method_details(self, adding: Adding) -> MethodDetails | Unusable | NoAnswer:
        return await self._methods.details(adding)

    async def payee_details(self, adding: Adding) -> PayeeDetails | Unusable | NoAnswer:
        return await self._payees.details(adding)

    async def onboard(self, onboarding: Onboarding) -> Onboarded | Unusable | NoAnswer:
        return await self._payees.onboard(onboarding)

    async def charge(self, charge: Charge) -> Answer:
        return await self._charges.charge(charge)

    async def find(self, asked: Asked) -> Finding:
        return await self._charges.find(asked)

    async def capture(self, capturing: Capturing) -> Finding:
        return await self._charges.capture(capturing)

    async def void(self, voiding: Voiding) -> VoidFinding:
        return await self._charges.void(voiding)

    async def refund(self, refunding: Refunding) -> RefundFinding:
        return await self._refunds.refund(refunding)

    async def find_refund(self, asked: Asked) -> RefundFinding:
        return await self._refunds.find(asked)

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        return await self._transfers.pay_out(paying)

    async def find_payout(self, asked: Asked) -> PayoutFinding:
        return await self._transfers.find(asked)

    async def chargebacks(self, since: datetime, now: datetime) -> Sequence[ReportedChargeback] | NoAnswer:
        return await self._disputes.changed_since(since)

    async def find_chargeback(self, external_id: str, at: datetime) -> ReportedChargeback | NotFound | NoAnswer:
        return await self._disputes.find(external_id)

    async def answer_chargeback(self, said: ChargebackAnswer) -> Heard | NoAnswer:
        return await self._disputes.answer(said)

    async def report(self, day: date, now: datetime) -> DayReport | NoAnswer:
        return await statement.of_day(self._services, self._inbox, self._balance_account, day)

    def told(self, headers: Mapping[str, str], body: bytes, real: datetime) -> Sequence[Told]:
        """Adyen signs no time of sending and repeats a message for days: that it was seen before is what guards us."""
        return webhooks.told(headers, body, self._opened.webhook_secrets, self._opened.credentials)
