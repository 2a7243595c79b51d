"""Comparing a subscription as it is kept here with how it stands at the provider that bills it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.billed_subscriptions import BilledSubscription
from domain.billing_calendar import Span
from domain.billing_subscriptions import LIVE, BillingSubscription
from domain.reconciliation_findings import Difference, ReconciliationFindingKind

_K = ReconciliationFindingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A subscription as it is kept here, with what of it is billed."""

    subscription: BillingSubscription
    provider_price_id: str | None
    quantity: int


def differences(kept: Kept, billed: BilledSubscription, unrecorded: Sequence[str]) -> tuple[Difference, ...]:
    """All that differs. `unrecorded` are the provider's paid invoices that have had no effect here."""
    return tuple(_differences(kept, billed, unrecorded))


def ended_here_alone(subscription: BillingSubscription, billed: BilledSubscription) -> tuple[Difference, ...]:
    """What has ended here stays so; that it lives on there, and is charged for, is for people."""
    if billed.status not in LIVE:
        return ()
    return (Difference(kind=_K.STATUS, local=subscription.status.name, remote=billed.status.name),)


def _differences(kept: Kept, billed: BilledSubscription, unrecorded: Sequence[str]) -> Iterator[Difference]:
    ours, item = kept.subscription, billed.items[0]
    compared = (
        (_K.STATUS, ours.status.name, billed.status.name),
        (_K.PERIOD, _span(ours.current_period), _span(billed.period)),
        (
            _K.CANCEL_FLAG,
            _ending(ours.cancel_at_period_end, ours.cancel_at),
            _ending(billed.cancels_at_period_end, billed.cancel_at),
        ),
        (_K.QUANTITY, str(kept.quantity), str(item.quantity)),
        (_K.AMOUNT, f"price {kept.provider_price_id}", f"price {item.price}"),
    )
    for kind, local, remote in compared:
        if local != remote:
            yield Difference(kind=kind, local=local, remote=remote)
    for invoice in unrecorded:
        yield Difference(kind=_K.AMOUNT, local="not recorded", remote=f"invoice {invoice} is paid")


def _span(span: Span | None) -> str:
    return "none" if span is None else f"{_instant(span.start)} to {_instant(span.end)}"


def _ending(is_flagged: bool, at: datetime | None) -> str:
    flag = "ends with its period" if is_flagged else "goes on"
    return flag if at is None else f"{flag}, ends at {_instant(at)}"


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
