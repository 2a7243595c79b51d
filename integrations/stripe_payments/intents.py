"""PaymentIntents as they stand at Stripe, in our words, and how the one with our key is found."""

from datetime import timedelta

from stripe import BalanceTransaction, Charge, PaymentIntent

from domain.money import Money
from integrations.decline_codes import DeclineCode
from integrations.payments import (
    ActionRequired,
    Asked,
    Authorized,
    Charged,
    Declined,
    NoAnswer,
    UnderWay,
    Voided,
)
from integrations.stripe_payments.amounts import from_stripe, rounded_from_stripe
from integrations.stripe_payments.connection import KEY, Connection, key_in
from integrations.stripe_payments.refusals import code_of

EXPAND = ["latest_charge.balance_transaction"]
"""What tells the fee."""

Outcome = Charged | Authorized | ActionRequired | UnderWay | Voided | Declined | NoAnswer

_EARLIER, _LATER = timedelta(minutes=5), timedelta(minutes=15)
"""How far Stripe's clock may differ from ours, and a call may have taken."""

MOST_SCANNED = 1000


def outcome_of(intent: PaymentIntent) -> Outcome:
    """What a PaymentIntent means for the charge it was made for. Only an API key could confirm it once more."""
    match intent.status:
        case "succeeded":
            amount = from_stripe(intent.amount_received, intent.currency)
            return Charged(provider_id=intent.id, amount=amount, fee=_fee_of(intent))
        case "requires_capture":
            return Authorized(provider_id=intent.id, amount=from_stripe(intent.amount_capturable, intent.currency))
        case "requires_action":
            page = getattr(intent.next_action, "redirect_to_url", None)
            if page is None:
                return UnderWay(provider_id=intent.id)
            return ActionRequired(provider_id=intent.id, url=page.url)
        case "processing":
            return UnderWay(provider_id=intent.id)
        case "canceled":
            return Voided(provider_id=intent.id)
        case "requires_payment_method" | "requires_confirmation":
            return Declined(code=_refusal_of(intent), provider_id=intent.id)
        case unknown:
            return NoAnswer(reason=f"a PaymentIntent in the status {unknown}")


async def retrieved(connection: Connection, intent_id: str) -> PaymentIntent:
    return await connection.api.payment_intents.retrieve_async(intent_id, {"expand": EXPAND})


async def with_key(connection: Connection, asked: Asked) -> PaymentIntent | None:
    """By searching, which may not know yet what was just made; then by looking through what was made at that time."""
    query = f"metadata['{KEY}']:'{asked.key}'"
    searched = await connection.api.payment_intents.search_async({"query": query, "expand": [f"data.{EXPAND[0]}"]})
    if searched.data:
        return searched.data[0]
    if asked.sent_at is None:
        return None
    earliest, latest = (int(time.timestamp()) for time in (asked.sent_at - _EARLIER, asked.sent_at + _LATER))
    made = await connection.api.payment_intents.list_async(
        {"created": {"gte": earliest, "lte": latest}, "limit": 100, "expand": [f"data.{EXPAND[0]}"]}
    )
    scanned = 0
    async for intent in made.auto_paging_iter():
        scanned += 1
        if key_in(intent.metadata) == asked.key:
            return intent
        if scanned == MOST_SCANNED:
            raise TooMany(f"more than {MOST_SCANNED} PaymentIntents were made around {asked.sent_at}")
    return None


class TooMany(Exception):
    """There is too much to look through: that nothing was found would prove nothing."""


def _fee_of(intent: PaymentIntent) -> Money | None:
    """What Stripe kept, where it settles in the currency that was charged."""
    charge = intent.latest_charge
    line = charge.balance_transaction if isinstance(charge, Charge) else None
    if not isinstance(line, BalanceTransaction) or line.currency != intent.currency:
        return None
    return Money(rounded_from_stripe(line.fee, line.currency), line.currency.upper())


def _refusal_of(intent: PaymentIntent) -> str:
    error = intent.last_payment_error
    if error is None:
        return DeclineCode.PROVIDER_REFUSED.name
    # Stripe leaves out what does not apply, and its SDK has no attribute then, whatever the types say.
    return code_of(getattr(error, "code", None), getattr(error, "decline_code", None))
