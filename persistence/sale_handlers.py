"""What each kind of sale does when money comes or goes: the contract between sales and what is sold by them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from domain.payments import Payment
from domain.sales import Sale
from persistence.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleHandler:
    """Called in the transaction that records the outcome, with the subject, the sale and the payment locked.

    Refunds are not among them: whoever asks for one (`sale_refunds.refund`) knows what follows from it.
    """

    lock: Callable[[Unit, Sale], Awaitable[None]]
    """Locks the rows of the subject. It comes before the locks of sale and payment: the sale is as it was read."""
    paid: Callable[[Unit, Sale, Payment | None], Awaitable[None]]
    """The money is there, the invoice paid; without a payment the sale was free."""
    not_paid: Callable[[Unit, Sale, Payment], Awaitable[None]]
    """A payment has failed or was canceled. The sale waits on: end it by `sales.cancel` where it is not paid again."""
    disputed: Callable[[Unit, Sale], Awaitable[None]]
    """The buyer's bank has taken the money, and nobody knows yet for good."""
    dispute_won: Callable[[Unit, Sale], Awaitable[None]]
    charged_back: Callable[[Unit, Sale, int], Awaitable[int]]
    """So much, tax included, is lost for good. Says how much of its net was not earned yet (P22)."""
