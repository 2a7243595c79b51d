"""Refunds: asked for once per key, and looked up among those of their charge."""

from stripe import Refund, StripeError

from integrations.decline_codes import DeclineCode
from integrations.payments import Asked, Declined, NoAnswer, NotFound, Refunded, RefundFinding, Refunding, UnderWay
from integrations.stripe_payments.amounts import NotExact, from_stripe, to_stripe
from integrations.stripe_payments.charges import intent_of
from integrations.stripe_payments.connection import Connection, key_in, metadata_of
from integrations.stripe_payments.refusals import answer_to, code_of, is_missing, no_answer


async def refund(connection: Connection, refunding: Refunding) -> RefundFinding:
    """Gives the money back to the card it came from."""
    try:
        units = to_stripe(refunding.amount)
    except NotExact:
        return Declined(code=DeclineCode.AMOUNT_NOT_SUPPORTED.name)
    try:
        return _outcome_of(
            await connection.api.refunds.create_async(
                {
                    "payment_intent": await intent_of(connection, refunding.charge_id),
                    "amount": units,
                    "metadata": metadata_of(refunding.key, "refund"),
                },
                {"idempotency_key": str(refunding.key)},
            )
        )
    except StripeError as error:
        return answer_to(error)


async def find(connection: Connection, asked: Asked) -> RefundFinding:
    """By Stripe's id, else among the refunds of the charge: that list is complete, so that NotFound means something."""
    try:
        if asked.provider_id is not None:
            return _outcome_of(await connection.api.refunds.retrieve_async(asked.provider_id))
        if asked.charge_id is None:
            return NoAnswer(reason="Stripe has no way to find a refund without its id or its charge's")
        intent_id = await intent_of(connection, asked.charge_id)
        listed = await connection.api.refunds.list_async({"payment_intent": intent_id, "limit": 100})
        async for one in listed.auto_paging_iter():
            if key_in(one.metadata) == asked.key:
                return _outcome_of(one)
    except StripeError as error:
        return NotFound() if is_missing(error) else no_answer(error)
    return NotFound()


def _outcome_of(refund: Refund) -> RefundFinding:
    match refund.status:
        case "succeeded":
            return Refunded(provider_id=refund.id, amount=from_stripe(refund.amount, refund.currency))
        case "pending" | "requires_action":
            return UnderWay(provider_id=refund.id)
        case "failed":
            return Declined(code=code_of(getattr(refund, "failure_reason", None)), provider_id=refund.id)
        case "canceled":
            return Declined(code=DeclineCode.CANCELED.name, provider_id=refund.id)
        case unknown:
            return NoAnswer(reason=f"a refund in the status {unknown}")
