"""Handling what providers have told: the object that a message names is asked for, and followed as it stands now."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import partial
from uuid import UUID

from domain.actors import SYSTEM
from domain.inbound_webhooks import InboundWebhook, SubjectKind
from domain.payment_methods import Provider
from domain.refusals import RefusalCode, Refused
from jobs import chargebacks, payees, payment_methods, payments, payouts, provider_subscriptions, refunds
from jobs.one_by_one import each
from persistence import inbound_webhooks
from persistence.database import Database
from persistence.unit import Unit, transact

LANES, MOST = 5, 100
"""How many are handled at the same time, and in one run, so that the other timers get their turn."""
SECONDS = 60

Look = Callable[[Database, Provider, UUID | None, str | None, datetime], Awaitable[bool]]
"""Asks a provider for one object, by our key or its own id, and follows it; False where nobody here knows it. It does
so in transactions of its own, and does nothing where there is nothing left to do: it may run any number of times."""

LOOKS: Mapping[SubjectKind, Look] = {
    SubjectKind.CHARGE: payments.look,
    SubjectKind.REFUND: refunds.look,
    SubjectKind.PAYOUT: payouts.look,
    SubjectKind.CHARGEBACK: chargebacks.look,
    SubjectKind.PAYEE: payees.look,
    SubjectKind.METHOD: payment_methods.look,
    SubjectKind.SUBSCRIPTION: provider_subscriptions.look,
}
_PASSING = frozenset({RefusalCode.CONFLICT, RefusalCode.RATE_LIMITED, RefusalCode.PROVIDER_UNAVAILABLE})

log = logging.getLogger(__name__)


class Came(Enum):
    """What came of looking at an object."""

    FOLLOWED = "FOLLOWED"
    UNKNOWN = "UNKNOWN"
    IMPOSSIBLE = "IMPOSSIBLE"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Leased:
    """A message that this process alone handles now. Where nothing is to be asked, it is done already."""

    id: UUID
    provider: Provider
    kind: SubjectKind
    key: UUID | None
    provider_id: str | None
    attempt: int
    is_done: bool


async def handle_due(database: Database, now: datetime) -> int:
    """Handles what has come and what failed before; several workers never handle the same at once."""
    ids = await transact(database, inbound_webhooks.lapsed, by=SYSTEM, at=now)
    lapsed = await each(database, ids, _lapse, now)
    if await _handle_one(database, now) is None:
        # Mostly nothing has come: one look says so, and the lanes stay empty.
        return lapsed
    results = await asyncio.gather(*(_lane(database, now) for _ in range(LANES)), return_exceptions=True)
    handled = 1
    for result in results:
        if isinstance(result, BaseException):
            raise result
        handled += result
    return lapsed + handled


async def forget_old(database: Database, now: datetime) -> int:
    return await transact(database, inbound_webhooks.forget_old, by=SYSTEM, at=now)


async def _lane(database: Database, now: datetime) -> int:
    """One after the other while there are more; one that failed ends it, since the provider may be away."""
    handled = 0
    while handled < MOST // LANES:
        came = await _handle_one(database, now)
        if came is None:
            break
        handled += 1
        if came is Came.FAILED:
            break
    return handled


async def _handle_one(database: Database, now: datetime) -> Came | None:
    """The object is followed first and its message marked afterwards: whoever dies between the two leaves a lease that
    lapses, and the next one finds the object where it should be."""
    leased = await transact(database, _lease, by=SYSTEM, at=now)
    if leased is None:
        return None
    if leased.is_done:
        return Came.FOLLOWED
    came, text = await _look(database, leased, now)
    await transact(database, partial(_record, leased, came, text), by=SYSTEM, at=now)
    return came


async def _lease(db: Unit) -> Leased | None:
    webhook = await inbound_webhooks.due(db)
    if webhook is None:
        return None
    webhook.lease(at=db.at)
    is_done = True
    if webhook.kind is SubjectKind.NOTHING:
        webhook.ignore("This type has no effect here.", at=db.at)
    elif webhook.names_nothing:
        webhook.refuse("It names no object.", at=db.at)
        await _leave_to_people(db, webhook)
    elif await inbound_webhooks.is_stale(db, webhook):
        webhook.ignore("Its object was followed for something that happened later.", at=db.at)
    else:
        is_done = False
    return Leased(
        webhook.id, webhook.provider, webhook.kind, webhook.key, webhook.provider_id, webhook.attempts, is_done
    )


async def _look(database: Database, leased: Leased, now: datetime) -> tuple[Came, str]:
    """What came of it, and in which words. What a second try could mend has failed; what the rules refuse stays so."""
    try:
        async with asyncio.timeout(SECONDS):
            is_known = await LOOKS[leased.kind](database, leased.provider, leased.key, leased.provider_id, now)
    except Refused as refused:
        came = Came.FAILED if refused.code in _PASSING else Came.IMPOSSIBLE
        return came, f"{refused.code.name}: {refused}"
    except Exception as error:
        log.warning("webhook %s could not be handled", leased.id, exc_info=error)
        return Came.FAILED, type(error).__name__
    if is_known:
        return Came.FOLLOWED, "Followed to where it stands at the provider."
    return Came.UNKNOWN, f"Nobody here knows this {leased.kind.name.lower()}."


async def _record(leased: Leased, came: Came, text: str, db: Unit) -> None:
    webhook = await inbound_webhooks.locked(db, leased.id)
    if not webhook.is_held_by(leased.attempt):
        # The lease has lapsed meanwhile, and somebody else says what comes of it.
        return
    match came:
        case Came.FOLLOWED:
            webhook.apply(text, at=db.at)
            await inbound_webhooks.follow(db, webhook)
        case Came.UNKNOWN:
            webhook.miss(text, at=db.at)
        case Came.IMPOSSIBLE:
            webhook.refuse(text, at=db.at)
        case Came.FAILED:
            webhook.fail(text, at=db.at)
    await _leave_to_people(db, webhook)


async def _leave_to_people(db: Unit, webhook: InboundWebhook) -> None:
    if webhook.is_for_people:
        log.error("webhook %s of %s waits for people: %s", webhook.id, webhook.provider.name, webhook.error)
        await inbound_webhooks.ask_people(db, webhook)


async def _lapse(db: Unit, webhook_id: UUID) -> bool:
    webhook = await inbound_webhooks.locked(db, webhook_id)
    if webhook.lease_until is None or webhook.lease_until > db.at:
        return False
    webhook.fail("Whoever handled it never came back.", at=db.at)
    await _leave_to_people(db, webhook)
    return True
