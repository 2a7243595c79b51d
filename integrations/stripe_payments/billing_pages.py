"""Pages of Stripe's where subscriptions begin, and the portal where customers look after them."""

from typing import TYPE_CHECKING

from stripe import StripeError

from domain.checkout_sessions import CheckoutStatus
from integrations.provider_answers import Declined, NoAnswer, NotFound
from integrations.provider_billing import (
    BilledCheckout,
    CheckoutOpened,
    OpeningCheckout,
    OpeningPortal,
    PortalOpened,
)
from integrations.stripe_payments.connection import Connection, id_of, key_in, metadata_of
from integrations.stripe_payments.methods import customer_of
from integrations.stripe_payments.refusals import answer_to, is_missing, no_answer

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParamsSubscriptionData

KIND = "subscription"
"""What a session of the mode subscription carries, and the subscription that it begins."""


async def open_checkout(connection: Connection, opening: OpeningCheckout) -> CheckoutOpened | Declined | NoAnswer:
    """A page for one price. Repeated, Stripe answers with the first one."""
    metadata = metadata_of(opening.key, KIND)
    data: SessionCreateParamsSubscriptionData = {"metadata": metadata}
    if opening.trial_days:
        data["trial_period_days"] = opening.trial_days
    try:
        customer = opening.customer or await customer_of(connection, opening.organization_id)
        session = await connection.api.checkout.sessions.create_async(
            {
                "mode": "subscription",
                "customer": customer,
                "line_items": [{"price": opening.price, "quantity": opening.quantity}],
                "subscription_data": data,
                "metadata": metadata,
                "success_url": opening.success_url,
                "cancel_url": opening.cancel_url,
            },
            {"idempotency_key": str(opening.key)},
        )
    except StripeError as error:
        return answer_to(error)
    if session.url is None:
        return NoAnswer(reason="a Checkout Session without a page")
    return CheckoutOpened(session_id=session.id, customer=customer, url=session.url)


async def find_checkout(connection: Connection, session_id: str) -> BilledCheckout | NotFound | NoAnswer:
    try:
        session = await connection.api.checkout.sessions.retrieve_async(session_id)
    except StripeError as error:
        return NotFound() if is_missing(error) else no_answer(error)
    if session.mode != "subscription" or session.status is None:
        return NotFound()
    return BilledCheckout(
        session_id=session.id,
        key=key_in(session.metadata),
        status=CheckoutStatus[session.status.upper()],
        subscription=id_of(session.subscription),
    )


async def open_portal(connection: Connection, opening: OpeningPortal) -> PortalOpened | NotFound | NoAnswer:
    """Which pages it has is set in Stripe's dashboard."""
    try:
        session = await connection.api.billing_portal.sessions.create_async(
            {"customer": opening.customer, "return_url": opening.return_url}
        )
    except StripeError as error:
        return NotFound() if is_missing(error) else no_answer(error)
    return PortalOpened(url=session.url)
