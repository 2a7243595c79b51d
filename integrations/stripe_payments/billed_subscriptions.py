"""Subscriptions as they stand at Stripe, in our words, and the changes that we ask for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from stripe import RequestOptions, StripeError, Subscription

from domain.billed_subscriptions import BilledItem, BilledSubscription
from domain.billing_calendar import Span
from domain.billing_subscriptions import SubscriptionStatus
from integrations.decline_codes import DeclineCode
from integrations.provider_answers import Declined, NoAnswer, NotFound
from integrations.provider_billing import ChangingBilled, Ending, EndingBilled, Prorating
from integrations.stripe_payments.connection import Connection, id_of, key_in
from integrations.stripe_payments.refusals import answer_to, is_missing, no_answer

if TYPE_CHECKING:
    from stripe.params import SubscriptionUpdateParamsItem

_CHANGES = [f"customer.subscription.{change}" for change in ("created", "updated", "deleted", "paused", "resumed")]
_STATUSES = {status.value.lower(): status for status in SubscriptionStatus}
_PRORATIONS = {
    Prorating.NOW: "always_invoice",
    Prorating.WITH_NEXT_PERIOD: "create_prorations",
    Prorating.NOT_AT_ALL: "none",
}


async def find(connection: Connection, subscription_id: str, at: datetime) -> BilledSubscription | NotFound | NoAnswer:
    try:
        return _standing(await connection.api.subscriptions.retrieve_async(subscription_id), at)
    except StripeError as error:
        return NotFound() if is_missing(error) else no_answer(error)


async def changed(connection: Connection, since: datetime) -> Sequence[str] | NoAnswer:
    """Those that events of the last 30 days tell of, which is as long as Stripe keeps them, and all that were begun."""
    earliest = int(since.timestamp())
    try:
        events = await connection.api.events.list_async({"types": _CHANGES, "created": {"gte": earliest}, "limit": 100})
        ids = {event.data.object["id"]: None async for event in events.auto_paging_iter()}
        begun = await connection.api.subscriptions.list_async(
            {"status": "all", "created": {"gte": earliest}, "limit": 100}
        )
        ids |= {subscription.id: None async for subscription in begun.auto_paging_iter()}
    except StripeError as error:
        return no_answer(error)
    return list(ids)


async def change(
    connection: Connection, changing: ChangingBilled
) -> BilledSubscription | Declined | NotFound | NoAnswer:
    """A change that is to be paid at once and is not leaves all as it was."""
    try:
        items = (await connection.api.subscriptions.retrieve_async(changing.subscription_id))["items"].data
        if len(items) != 1:
            return Declined(code=DeclineCode.PROVIDER_REFUSED.name)
        # What may be another when the same is asked again stays out: a key stands for one request, to the letter.
        item: SubscriptionUpdateParamsItem = {"id": items[0].id, "quantity": changing.quantity}
        if changing.price is not None:
            item["price"] = changing.price
        await connection.api.subscriptions.update_async(
            changing.subscription_id,
            {
                "items": [item],
                "proration_behavior": _PRORATIONS[changing.prorating],
                "payment_behavior": "error_if_incomplete",
            },
            {"idempotency_key": str(changing.key)},
        )
    except StripeError as error:
        return NotFound() if is_missing(error) else answer_to(error)
    # Repeated, the answer to the key is that of the first time: how it stands now is asked for.
    return await find(connection, changing.subscription_id, changing.at)


async def end(connection: Connection, ending: EndingBilled) -> BilledSubscription | Declined | NotFound | NoAnswer:
    """What has ended already is as it shall be, whoever ended it."""
    subscriptions = connection.api.subscriptions
    options: RequestOptions = {"idempotency_key": str(ending.key)}
    try:
        if ending.when is Ending.NOW:
            await subscriptions.cancel_async(ending.subscription_id, {}, options)
        else:
            is_flagged = ending.when is Ending.WITH_PERIOD
            await subscriptions.update_async(ending.subscription_id, {"cancel_at_period_end": is_flagged}, options)
    except StripeError as error:
        if not is_missing(error):
            return answer_to(error)
    return await find(connection, ending.subscription_id, ending.at)


def _standing(subscription: Subscription, at: datetime) -> BilledSubscription | NoAnswer:
    """Items that are billed in different periods do not come from us: the shortest one counts."""
    items = subscription["items"].data
    status = _STATUSES.get(subscription.status)
    if status is None or not items:
        return NoAnswer(reason=f"a subscription of {len(items)} items in the status {subscription.status}")
    shortest = min(items, key=lambda item: item.current_period_end)
    return BilledSubscription(
        subscription_id=subscription.id,
        key=key_in(subscription.metadata),
        customer=id_of(subscription.customer) or "",
        status=status,
        currency=subscription.currency.upper(),
        items=tuple(BilledItem(price=item.price.id, quantity=getattr(item, "quantity", None) or 1) for item in items),
        period=Span(instant(shortest.current_period_start), instant(shortest.current_period_end)),
        anchor_at=instant(subscription.billing_cycle_anchor),
        trial_ends_at=_instant_or_none(subscription.trial_end),
        cancel_at=_instant_or_none(subscription.cancel_at),
        cancels_at_period_end=subscription.cancel_at_period_end,
        ended_at=_instant_or_none(subscription.ended_at),
        latest_invoice=id_of(subscription.latest_invoice),
        as_of=at,
    )


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _instant_or_none(seconds: int | None) -> datetime | None:
    return None if seconds is None else instant(seconds)
