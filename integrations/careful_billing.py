"""The same care for calls of a company that bills subscriptions."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from domain.billed_subscriptions import BilledInvoice, BilledRefund, BilledSubscription
from domain.refusals import Refused
from integrations.careful import NOT_SET_UP, answered, none
from integrations.payments import PaymentProvider
from integrations.provider_answers import Declined, NoAnswer, NotFound
from integrations.provider_billing import (
    BilledCheckout,
    BillsSubscriptions,
    ChangingBilled,
    CheckoutOpened,
    EndingBilled,
    OpeningCheckout,
    OpeningPortal,
    PortalOpened,
)

T = TypeVar("T")


class CarefulBilling:
    """Around every adapter that bills subscriptions; one that does not gives no answer."""

    def __init__(self, opened: Callable[[], PaymentProvider]) -> None:
        self._opened = opened

    async def open_checkout(self, opening: OpeningCheckout) -> CheckoutOpened | Declined | NoAnswer:
        return await self._changed(lambda adapter: adapter.open_checkout(opening))

    async def find_checkout(self, session_id: str) -> BilledCheckout | NotFound | NoAnswer:
        return await self._answered(lambda adapter: adapter.find_checkout(session_id))

    async def find_subscription(self, subscription_id: str, at: datetime) -> BilledSubscription | NotFound | NoAnswer:
        return await self._answered(lambda adapter: adapter.find_subscription(subscription_id, at))

    async def find_billed_invoice(self, invoice_id: str, at: datetime) -> BilledInvoice | NotFound | NoAnswer:
        return await self._answered(lambda adapter: adapter.find_billed_invoice(invoice_id, at))

    async def paid_invoices(self, subscription_id: str) -> Sequence[str] | NotFound | NoAnswer:
        return await self._answered(lambda adapter: adapter.paid_invoices(subscription_id))

    async def find_billed_refund(self, refund_id: str) -> BilledRefund | NotFound | NoAnswer:
        return await self._answered(lambda adapter: adapter.find_billed_refund(refund_id))

    async def billed_refunds(self, since: datetime) -> Sequence[BilledRefund] | NoAnswer:
        return await self._answered(lambda adapter: adapter.billed_refunds(since))

    async def changed_subscriptions(self, since: datetime) -> Sequence[str] | NoAnswer:
        return await self._answered(lambda adapter: adapter.changed_subscriptions(since))

    async def change_subscription(
        self, changing: ChangingBilled
    ) -> BilledSubscription | Declined | NotFound | NoAnswer:
        return await self._changed(lambda adapter: adapter.change_subscription(changing))

    async def end_subscription(self, ending: EndingBilled) -> BilledSubscription | Declined | NotFound | NoAnswer:
        return await self._changed(lambda adapter: adapter.end_subscription(ending))

    async def open_portal(self, opening: OpeningPortal) -> PortalOpened | NotFound | NoAnswer:
        return await self._answered(lambda adapter: adapter.open_portal(opening))

    async def _changed(self, call: Callable[[BillsSubscriptions], Awaitable[T]]) -> T | Declined | NoAnswer:
        """The answer of a call that changes something: from a provider that is not set up, a sure no."""
        try:
            self._adapter()
        except Refused:
            return Declined(code=NOT_SET_UP)
        except Exception as error:
            return none(error)
        return await self._answered(call)

    async def _answered(self, call: Callable[[BillsSubscriptions], Awaitable[T]]) -> T | NoAnswer:
        return await answered(self._adapter, call)

    def _adapter(self) -> BillsSubscriptions:
        adapter = self._opened()
        if not isinstance(adapter, BillsSubscriptions):
            raise TypeError(f"{type(adapter).__name__} does not bill subscriptions")
        return adapter
