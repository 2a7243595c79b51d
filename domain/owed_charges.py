"""Owed charges: sales apart from any period, like the fee of a contract, which the clock tries again like periods."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.actors import SYSTEM
from domain.dunning import HARD_DECLINES, next_due
from domain.sales import Sale

ASKED_AGAIN_AFTER = timedelta(hours=1)
"""While its payer is paying it, the clock waits for what comes of that."""


def owe(sale: Sale, subscription_id: UUID, *, at: datetime) -> None:
    """From now on a new sale is charged like the periods of that subscription: now, and 2, 7, 14 and 21 days later."""
    sale.subscription_id, sale.tries = subscription_id, 0
    sale.tried_due_at = sale.next_try_at = at


def begin_try(sale: Sale) -> None:
    """The clock waits for what becomes of it."""
    sale.next_try_at = None


def wait(sale: Sale, *, at: datetime) -> None:
    """Somebody is paying it: the clock looks again later."""
    sale.next_try_at = at + ASKED_AGAIN_AFTER


def fail(sale: Sale, code: str, method_id: UUID | None, *, is_scheduled: bool, at: datetime) -> None:
    """A try came to nothing: the next is planned, and people are told. What they try themselves uses up none."""
    sale.failure_code, sale.failed_method_id = code, method_id
    if is_scheduled:
        _plan(sale)
    sale.record("payment_failed", by=SYSTEM, at=at, data={"code": code})


def skip(sale: Sale) -> None:
    """Not charged: the method was declined for good, and it is the same one still."""
    _plan(sale)


def is_hopeless(sale: Sale, method_id: UUID | None) -> bool:
    """Whether what would be charged now was declined for good before."""
    return sale.failure_code in HARD_DECLINES and method_id == sale.failed_method_id


def _plan(sale: Sale) -> None:
    if sale.tries is None or sale.tried_due_at is None:
        raise LookupError(f"sale {sale.id} is not charged by the clock")
    sale.next_try_at = next_due(sale.tries, sale.tried_due_at)
    if sale.next_try_at is not None:
        sale.tries, sale.tried_due_at = sale.tries + 1, sale.next_try_at
