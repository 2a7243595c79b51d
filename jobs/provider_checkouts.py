"""Checkouts of subscriptions that a provider bills: our page sends the browser to the provider's, and back."""

from datetime import datetime
from functools import partial
from uuid import UUID

from domain.actors import SYSTEM
from domain.checkout_sessions import CheckoutSession, CheckoutStatus
from domain.checkout_visits import Leave, Stay
from domain.payment_texts import Returning
from integrations.payments import Declined
from integrations.provider_billing import BilledCheckout, CheckoutOpened, OpeningCheckout
from integrations.return_pages import back_at_checkout
from jobs.provider_subscriptions import look
from jobs.providers import reach_billing
from persistence import checkout_sessions, subscription_checkouts
from persistence.database import Database
from persistence.payment_methods import customer_at
from persistence.subscription_checkouts import BILLED_BY, Offer
from persistence.unit import Unit, transact

_ONE_MOMENT = Returning("One moment", "This page looks again by itself.", is_open=True)
_NOT_NOW = Returning(
    "Not now", "Nothing can be subscribed to here, and nothing was paid. Start again where you came from."
)


async def visited(database: Database, session_id: UUID, now: datetime, *, is_back: bool) -> Leave | Stay | None:
    """Where the browser goes on to; None where the provider bills no such checkout.

    The provider's page is made when somebody comes: the session's id is its key, so that there is one, however often.
    """
    session = await checkout_sessions.as_it_is(database, session_id)
    if session is not None and is_back and session.status is CheckoutStatus.OPEN:
        await _ask(database, session, now)
        session = await checkout_sessions.as_it_is(database, session_id)
    if session is None or session.sale_id is not None:
        return None
    if session.status is not CheckoutStatus.OPEN:
        return Leave(session.success_url if session.status is CheckoutStatus.COMPLETE else session.cancel_url)
    return Stay(_ONE_MOMENT) if is_back else await _opened(database, session, now)


async def _opened(database: Database, session: CheckoutSession, now: datetime) -> Leave | Stay:
    offer = await transact(database, partial(_offer, session.id), by=SYSTEM, at=now)
    customer = offer.customer or await customer_at(database, session.organization_id, BILLED_BY)
    answer = await (await reach_billing(database, BILLED_BY)).open_checkout(
        OpeningCheckout(
            key=session.id,
            organization_id=session.organization_id,
            customer=customer,
            price=offer.provider_price_id,
            quantity=session.quantity,
            trial_days=offer.trial_days,
            success_url=back_at_checkout(session.id),
            cancel_url=session.cancel_url,
            at=now,
        )
    )
    if isinstance(answer, CheckoutOpened):
        await transact(database, partial(_name, session.id, answer.session_id), by=SYSTEM, at=now)
        return Leave(answer.url)
    return Stay(_NOT_NOW, back_url=session.cancel_url) if isinstance(answer, Declined) else Stay(_ONE_MOMENT)


async def _ask(database: Database, session: CheckoutSession, now: datetime) -> None:
    """The browser proves nothing: the provider is asked at once, and what cannot be told yet comes as a message."""
    if session.external_id is None:
        return
    found = await (await reach_billing(database, BILLED_BY)).find_checkout(session.external_id)
    if isinstance(found, BilledCheckout) and found.subscription is not None:
        await look(database, BILLED_BY, session.id, found.subscription, now)


async def _offer(session_id: UUID, db: Unit) -> Offer:
    return await subscription_checkouts.offer_of(db, await checkout_sessions.locked(db, session_id))


async def _name(session_id: UUID, external_id: str, db: Unit) -> None:
    (await checkout_sessions.locked(db, session_id)).external_id = external_id
