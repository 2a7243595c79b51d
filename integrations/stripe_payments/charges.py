"""Charges: asked for in one request each, looked up, captured and voided."""

from typing import TYPE_CHECKING

from stripe import PaymentIntent, RequestOptions, StripeError

from integrations.decline_codes import DeclineCode
from integrations.payments import (
    Answer,
    Asked,
    Capturing,
    Charge,
    Charged,
    Declined,
    Finding,
    NoAnswer,
    NotFound,
    Voided,
    VoidFinding,
    Voiding,
)
from integrations.stripe_payments import sessions
from integrations.stripe_payments.amounts import NotExact, to_stripe
from integrations.stripe_payments.connection import KIND, Connection, key_in, metadata_of
from integrations.stripe_payments.intents import EXPAND, Outcome, TooMany, outcome_of, retrieved, with_key
from integrations.stripe_payments.refusals import answer_to, is_missing, no_answer

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams

_NOT_EXACT = Declined(code=DeclineCode.AMOUNT_NOT_SUPPORTED.name)
_REFUSED = (400, 402, 404)
"""A request that Stripe has looked at and found wrong."""


async def charge(connection: Connection, charge: Charge) -> Answer:
    """Takes or reserves the money; without a method, has the payer choose one on Stripe's page."""
    try:
        units = to_stripe(charge.amount)
    except NotExact:
        return _NOT_EXACT
    try:
        if charge.method_token is None:
            return await sessions.opened(connection, charge, units)
        outcome = await _confirmed(connection, charge, units, charge.method_token)
    except StripeError as error:
        return answer_to(error)
    if isinstance(outcome, Voided):
        return Declined(code=DeclineCode.CANCELED.name, provider_id=outcome.provider_id)
    return outcome


async def find(connection: Connection, asked: Asked) -> Finding:
    """By Stripe's id where we know it, else by our key."""
    try:
        if asked.provider_id is not None:
            return await _outcome(connection, asked.provider_id)
        intent = await _told_of(connection, asked) or await with_key(connection, asked)
        if intent is None:
            return NotFound()
        if intent.metadata.to_dict().get(KIND) == sessions.KIND:
            return await sessions.outcome_with(connection, intent)
        return outcome_of(intent)
    except TooMany as error:
        return NoAnswer(reason=str(error))
    except StripeError as error:
        return NotFound() if is_missing(error) else no_answer(error)


async def capture(connection: Connection, capturing: Capturing) -> Finding:
    """Takes what was reserved, or less; repeated, it says what has been taken."""
    try:
        units = to_stripe(capturing.amount)
    except NotExact:
        return _NOT_EXACT
    try:
        intent_id = await intent_of(connection, capturing.charge_id)
        # Without a key of ours: what was reserved can be taken once anyhow, and Stripe repeats what it has answered to
        # a key for a day, a passing failure, too.
        intent = await connection.api.payment_intents.capture_async(
            intent_id, {"amount_to_capture": units, "expand": EXPAND}
        )
        return outcome_of(intent)
    except StripeError as error:
        if error.code != "payment_intent_unexpected_state":
            # What did not get through has ended nothing: the money is still reserved.
            return answer_to(error) if error.http_status in _REFUSED else no_answer(error)
    return await find(connection, Asked(key=capturing.key, provider_id=capturing.charge_id, at=capturing.at))


async def void(connection: Connection, voiding: Voiding) -> VoidFinding:
    """Ends a charge that has taken nothing. What cannot be found yet cannot be ended: it is asked for again."""
    try:
        charge_id = voiding.charge_id
        if charge_id is None:
            found = await with_key(connection, Asked(key=voiding.key, provider_id=None, at=voiding.at))
            if found is None:
                return NoAnswer(reason="Stripe does not know the charge so far")
            charge_id = found.id
        outcome = await _ended(connection, charge_id)
    except StripeError as error:
        return no_answer(error)
    if isinstance(outcome, Voided | Charged):
        return outcome
    return NoAnswer(reason=f"the charge is {type(outcome).__name__}")


async def intent_of(connection: Connection, provider_id: str) -> str:
    """The id of the PaymentIntent, where we may still know the session only."""
    if not sessions.is_session(provider_id):
        return provider_id
    intent = (await connection.api.checkout.sessions.retrieve_async(provider_id)).payment_intent
    return provider_id if intent is None else intent if isinstance(intent, str) else intent.id


async def _confirmed(connection: Connection, charge: Charge, units: int, method: str) -> Outcome:
    params: PaymentIntentCreateParams = {
        "amount": units,
        "currency": charge.amount.currency.lower(),
        "payment_method": method,
        "confirm": True,
        "capture_method": "manual" if charge.is_manual else "automatic",
        "description": charge.description,
        "return_url": charge.return_url,
        "metadata": metadata_of(charge.key, "charge"),
        "expand": EXPAND,
    }
    if charge.customer is not None:
        params["customer"] = charge.customer
    if charge.is_off_session:
        params["off_session"] = True
    options: RequestOptions = {"idempotency_key": str(charge.key)}
    intent = await connection.api.payment_intents.create_async(params, options)
    return outcome_of(intent)


async def _told_of(connection: Connection, asked: Asked) -> PaymentIntent | None:
    """The one that a message named, which searching may not know yet; if it is ours."""
    if asked.told_as is None or not asked.told_as.startswith("pi_"):
        return None
    intent = await retrieved(connection, asked.told_as)
    return intent if key_in(intent.metadata) == asked.key else None


async def _outcome(connection: Connection, provider_id: str) -> Outcome:
    if sessions.is_session(provider_id):
        return await sessions.outcome(connection, provider_id)
    return outcome_of(await retrieved(connection, provider_id))


async def _ended(connection: Connection, charge_id: str) -> Outcome:
    """Canceled by this request, or as it stands when Stripe says that it is too late."""
    if sessions.is_session(charge_id):
        outcome = await sessions.expired(connection, charge_id)
        if isinstance(outcome, Charged | Voided):
            return outcome
        charge_id = await intent_of(connection, charge_id)
    try:
        return outcome_of(await connection.api.payment_intents.cancel_async(charge_id))
    except StripeError as error:
        if error.code != "payment_intent_unexpected_state":
            raise
    return await _outcome(connection, charge_id)
