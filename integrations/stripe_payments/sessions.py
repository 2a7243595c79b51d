"""Checkout Sessions: the payer chooses on a page of Stripe's what to pay with."""

from stripe import PaymentIntent
from stripe.checkout import Session

from integrations.payments import ActionRequired, Charge, NoAnswer, Voided
from integrations.stripe_payments.connection import Connection, metadata_of
from integrations.stripe_payments.intents import EXPAND, Outcome, outcome_of

KIND = "checkout"
"""What a PaymentIntent of a session carries: while the session is open, a failed one is tried again by the payer."""

_EXPAND = [f"payment_intent.{EXPAND[0]}"]


def is_session(provider_id: str) -> bool:
    return provider_id.startswith("cs_")


async def opened(connection: Connection, charge: Charge, units: int) -> ActionRequired | NoAnswer:
    """Makes the page. If its answer is lost, so is its address: nobody can pay there, and the session lapses."""
    metadata = metadata_of(charge.key, KIND)
    session = await connection.api.checkout.sessions.create_async(
        {
            "mode": "payment",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": charge.amount.currency.lower(),
                        "unit_amount": units,
                        "product_data": {"name": charge.description},
                    },
                }
            ],
            "payment_intent_data": {
                "metadata": metadata,
                "description": charge.description,
                "capture_method": "manual" if charge.is_manual else "automatic",
            },
            "metadata": metadata,
            "success_url": charge.return_url,
            "cancel_url": charge.return_url,
            **({"customer": charge.customer} if charge.customer else {}),
        },
        {"idempotency_key": str(charge.key)},
    )
    if session.url is None:
        return NoAnswer(reason="a Checkout Session without a page")
    return ActionRequired(provider_id=session.id, url=session.url)


async def outcome(connection: Connection, session_id: str) -> Outcome:
    """What has become of the charge that a session was opened for."""
    session = await connection.api.checkout.sessions.retrieve_async(session_id, {"expand": _EXPAND})
    return _outcome_of(session)


async def outcome_with(connection: Connection, intent: PaymentIntent) -> Outcome:
    """The same, asked by the session's PaymentIntent."""
    if intent.status not in ("requires_payment_method", "requires_confirmation", "requires_action"):
        return outcome_of(intent)
    found = await connection.api.checkout.sessions.list_async({"payment_intent": intent.id, "limit": 1})
    return _outcome_of(found.data[0]) if found.data else outcome_of(intent)


async def expired(connection: Connection, session_id: str) -> Outcome:
    """Closes the page, and says what has become of the charge by then."""
    session = await connection.api.checkout.sessions.retrieve_async(session_id)
    if session.status == "open":
        await connection.api.checkout.sessions.expire_async(session_id)
    return await outcome(connection, session_id)


def _outcome_of(session: Session) -> Outcome:
    if session.status == "open":
        if session.url is None:
            return NoAnswer(reason="a Checkout Session without a page")
        return ActionRequired(provider_id=session.id, url=session.url)
    if session.status == "complete" and isinstance(session.payment_intent, PaymentIntent):
        return outcome_of(session.payment_intent)
    if session.status == "expired":
        return Voided(provider_id=session.id)
    return NoAnswer(reason=f"a Checkout Session that is {session.status}")
