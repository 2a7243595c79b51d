"""Repairing what a report shows and nobody here has heard: the provider is asked for the object and it is followed."""

import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from domain.cash_findings import LINE, Fact
from domain.payment_methods import Provider
from jobs import chargebacks, payments, payouts, refunds
from persistence.database import Database

Look = Callable[[Database, Provider, UUID | None, str | None, datetime], Awaitable[bool]]

LOOKS: Mapping[str, Look] = {
    "Payment": payments.look,
    "Refund": refunds.look,
    "Payout": payouts.look,
    "Chargeback": chargebacks.look,
    LINE: chargebacks.look,
}
"""By what a fact is about; of lines that belong to nothing here, only those of chargebacks are asked for."""

SECONDS = 30
"""How long one run asks: it is a turn among other timers' turns. What it did not come to is told as it is, and the next
run asks for it."""

log = logging.getLogger(__name__)


async def ask(database: Database, provider: Provider, facts: Iterable[Fact], now: datetime) -> int:
    """Asks for each object once while there is time; how many were followed. One that fails holds up no other."""
    followed, end = 0, time.monotonic() + SECONDS
    for fact in {(one.subject_type, one.subject_id): one for one in facts}.values():
        if time.monotonic() >= end:
            log.warning("%s had no time to be asked for all that differs; the next run goes on", provider.name)
            break
        try:
            followed += await LOOKS[fact.subject_type](database, provider, fact.key, fact.external_id, now)
        except Exception:
            log.exception("%s of %s could not be followed; the next run asks again", fact.label, provider.name)
    return followed
