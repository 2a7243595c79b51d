"""What Milepost asks of a company that bills subscriptions by itself: it decides and charges, and Milepost follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol, runtime_checkable
from uuid import UUID

from domain.billed_subscriptions import BilledInvoice, BilledRefund, BilledSubscription
from domain.checkout_sessions import CheckoutStatus
from integrations.provider_answers import Declined, NoAnswer, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningCheckout:
    """A page where somebody may begin a subscription; the same key opens the same page."""

    key: UUID
    organization_id: UUID
    customer: str | None
    """The provider's name for the organization, where it has given one before."""
    price: str
    """The provider's own id of the price."""
    quantity: int
    trial_days: int
    success_url: str
    cancel_url: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutOpened:
    """Where the browser is sent, and what the provider calls the page and the organization."""

    session_id: str
    customer: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledCheckout:
    """A page as it stands now. COMPLETE: its subscription has begun."""

    session_id: str
    key: UUID | None
    status: CheckoutStatus
    subscription: str | None


class Prorating(Enum):
    """What a change costs for the rest of the period, and when."""

    NOW = "NOW"
    """The change is made only once it is paid."""
    WITH_NEXT_PERIOD = "WITH_NEXT_PERIOD"
    NOT_AT_ALL = "NOT_AT_ALL"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangingBilled:
    """So many of a price; None: of the one that it has."""

    key: UUID
    subscription_id: str
    price: str | None = None
    quantity: int
    prorating: Prorating
    at: datetime


class Ending(Enum):
    """When a subscription shall end."""

    NOW = "NOW"
    WITH_PERIOD = "WITH_PERIOD"
    NOT_AT_ALL = "NOT_AT_ALL"
    """It was to end with its period, and goes on after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingBilled:
    """End it, or let it go on."""

    key: UUID
    subscription_id: str
    when: Ending
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningPortal:
    """A page of the provider's where a customer sees invoices, gives another card or cancels."""

    customer: str
    return_url: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalOpened:
    """Where the browser is sent; good for minutes."""

    url: str


@runtime_checkable
class BillsSubscriptions(Protocol):
    """An adapter whose company bills subscriptions. It is never called inside a unit of work.

    Declined is a sure no: nothing has changed there. Whatever leaves that open is NoAnswer.
    """

    async def open_checkout(self, opening: OpeningCheckout) -> CheckoutOpened | Declined | NoAnswer:
        """Makes the page, once per key."""
        ...

    async def find_checkout(self, session_id: str) -> BilledCheckout | NotFound | NoAnswer:
        """One page as it stands now."""
        ...

    async def find_subscription(self, subscription_id: str, at: datetime) -> BilledSubscription | NotFound | NoAnswer:
        """One subscription as it stands now."""
        ...

    async def find_billed_invoice(self, invoice_id: str, at: datetime) -> BilledInvoice | NotFound | NoAnswer:
        """One invoice as it stands now, and what it was paid with."""
        ...

    async def paid_invoices(self, subscription_id: str) -> Sequence[str] | NotFound | NoAnswer:
        """The ids of all its invoices that are paid, oldest first."""
        ...

    async def find_billed_refund(self, refund_id: str) -> BilledRefund | NotFound | NoAnswer:
        """One refund, whoever asked for it."""
        ...

    async def billed_refunds(self, since: datetime) -> Sequence[BilledRefund] | NoAnswer:
        """All that were asked for after an instant, of whatever charge."""
        ...

    async def changed_subscriptions(self, since: datetime) -> Sequence[str] | NoAnswer:
        """The ids of all that were begun or have changed after an instant, as far as the provider remembers."""
        ...

    async def change_subscription(
        self, changing: ChangingBilled
    ) -> BilledSubscription | Declined | NotFound | NoAnswer:
        """Makes the change, once per key, and says how the subscription stands then."""
        ...

    async def end_subscription(self, ending: EndingBilled) -> BilledSubscription | Declined | NotFound | NoAnswer:
        """Ends it or lets it go on, once per key, and says how it stands then."""
        ...

    async def open_portal(self, opening: OpeningPortal) -> PortalOpened | NotFound | NoAnswer:
        """Makes a page for the customer; a new one each time."""
        ...
