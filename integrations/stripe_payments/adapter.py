"""The adapter: each thing that Milepost asks of a provider, and where Stripe's answer to it is made."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from domain.billed_subscriptions import BilledInvoice, BilledRefund, BilledSubscription
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
from integrations.provider_answers import Declined
from integrations.provider_billing import (
    BilledCheckout,
    ChangingBilled,
    CheckoutOpened,
    EndingBilled,
    OpeningCheckout,
    OpeningPortal,
    PortalOpened,
)
from integrations.provider_events import Told
from integrations.stripe_payments import (
    billed_invoices,
    billed_refunds,
    billed_subscriptions,
    billing_pages,
    charges,
    disputes,
    methods,
    payees,
    payouts,
    refunds,
    reports,
    webhooks,
)
from integrations.stripe_payments.connection import Connection


class Stripe:
    """One account at Stripe, in test mode or live."""

    def __init__(self, opened: Opened) -> None:
        self._opened, self._connection = opened, Connection(opened)

    async def close(self) -> None:
        """Gives the connections back; afterwards nothing can be asked any more."""
        await self._connection.close()

    async def method_details(self, adding: Adding) -> MethodDetails | Unusable | NoAnswer:
        return await methods.method_details(self._connection, adding)

    async def payee_details(self, adding: Adding) -> PayeeDetails | Unusable | NoAnswer:
        return await payees.payee_details(self._connection, adding)

    async def onboard(self, onboarding: Onboarding) -> Onboarded | Unusable | NoAnswer:
        return await payees.onboard(self._connection, onboarding)

    async def charge(self, charge: Charge) -> Answer:
        return await charges.charge(self._connection, charge)

    async def find(self, asked: Asked) -> Finding:
        return await charges.find(self._connection, asked)

    async def capture(self, capturing: Capturing) -> Finding:
        return await charges.capture(self._connection, capturing)

    async def void(self, voiding: Voiding) -> VoidFinding:
        return await charges.void(self._connection, voiding)

    async def refund(self, refunding: Refunding) -> RefundFinding:
        return await refunds.refund(self._connection, refunding)

    async def find_refund(self, asked: Asked) -> RefundFinding:
        return await refunds.find(self._connection, asked)

    async def pay_out(self, paying: PayingOut) -> PayoutFinding:
        return await payouts.pay_out(self._connection, paying)

    async def find_payout(self, asked: Asked) -> PayoutFinding:
        return await payouts.find(self._connection, asked)

    async def chargebacks(self, since: datetime, now: datetime) -> Sequence[ReportedChargeback] | NoAnswer:
        return await disputes.changed(self._connection, since)

    async def find_chargeback(self, external_id: str, at: datetime) -> ReportedChargeback | NotFound | NoAnswer:
        return await disputes.find(self._connection, external_id, at)

    async def answer_chargeback(self, said: ChargebackAnswer) -> Heard | NoAnswer:
        return await disputes.answer(self._connection, said)

    async def report(self, day: date, now: datetime) -> DayReport | NoAnswer:
        return await reports.report(self._connection, day)

    async def open_checkout(self, opening: OpeningCheckout) -> CheckoutOpened | Declined | NoAnswer:
        return await billing_pages.open_checkout(self._connection, opening)

    async def find_checkout(self, session_id: str) -> BilledCheckout | NotFound | NoAnswer:
        return await billing_pages.find_checkout(self._connection, session_id)

    async def find_subscription(self, subscription_id: str, at: datetime) -> BilledSubscription | NotFound | NoAnswer:
        return await billed_subscriptions.find(self._connection, subscription_id, at)

    async def find_billed_invoice(self, invoice_id: str, at: datetime) -> BilledInvoice | NotFound | NoAnswer:
        return await billed_invoices.find(self._connection, invoice_id, at)

    async def paid_invoices(self, subscription_id: str) -> Sequence[str] | NotFound | NoAnswer:
        return await billed_invoices.paid(self._connection, subscription_id)

    async def find_billed_refund(self, refund_id: str) -> BilledRefund | NotFound | NoAnswer:
        return await billed_refunds.find(self._connection, refund_id)

    async def billed_refunds(self, since: datetime) -> Sequence[BilledRefund] | NoAnswer:
        return await billed_refunds.since(self._connection, since)

    async def changed_subscriptions(self, since: datetime) -> Sequence[str] | NoAnswer:
        return await billed_subscriptions.changed(self._connection, since)

    async def change_subscription(
        self, changing: ChangingBilled
    ) -> BilledSubscription | Declined | NotFound | NoAnswer:
        return await billed_subscriptions.change(self._connection, changing)

    async def end_subscription(self, ending: EndingBilled) -> BilledSubscription | Declined | NotFound | NoAnswer:
        return await billed_subscriptions.end(self._connection, ending)

    async def open_portal(self, opening: OpeningPortal) -> PortalOpened | NotFound | NoAnswer:
        return await billing_pages.open_portal(self._connection, opening)

    def told(self, headers: Mapping[str, str], body: bytes, real: datetime) -> Sequence[Told]:
        opened = self._opened
        return webhooks.told(headers, body, real, secrets=opened.webhook_secrets, is_live=opened.is_live)
