"""Refunds as Stripe has them, also those that somebody asked for in its dashboard."""

from collections.abc import Sequence
from datetime import datetime

from stripe import Refund, StripeError

from domain.billed_subscriptions import BilledRefund
from integrations.provider_answers import NoAnswer, NotFound
from integrations.stripe_payments.amounts import from_stripe
from integrations.stripe_payments.connection import Connection, id_of, key_in
from integrations.stripe_payments.refusals import is_missing, no_answer


async def find(connection: Connection, refund_id: str) -> BilledRefund | NotFound | NoAnswer:
    try:
        return _standing(await connection.api.refunds.retrieve_async(refund_id))
    except StripeError as error:
        return NotFound() if is_missing(error) else no_answer(error)


async def since(connection: Connection, at: datetime) -> Sequence[BilledRefund] | NoAnswer:
    try:
        listed = await connection.api.refunds.list_async({"created": {"gte": int(at.timestamp())}, "limit": 100})
        return [_standing(one) async for one in listed.auto_paging_iter()]
    except StripeError as error:
        return no_answer(error)


def _standing(refund: Refund) -> BilledRefund:
    """Charges are known by their PaymentIntents, where they have one."""
    return BilledRefund(
        refund_id=refund.id,
        key=key_in(refund.metadata),
        charge_id=id_of(refund.payment_intent) or id_of(refund.charge) or "",
        amount=from_stripe(refund.amount, refund.currency),
        has_failed=refund.status in ("failed", "canceled"),
    )
