"""What a reconciliation compares: the objects of each stage, how they are compared, and how they are repaired."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from domain.actors import SYSTEM
from domain.billed_subscriptions import BilledRefund, BilledSubscription
from domain.billing_differences import differences, ended_here_alone
from domain.billing_reconciliations import ReconciliationRun, ReconciliationStage
from domain.billing_subscriptions import LIVE, BillingSubscription
from domain.payment_methods import Provider
from domain.reconciliation_findings import (
    OURS,
    REFUND_THERE,
    THEIRS,
    Compared,
    Difference,
    ReconciliationFindingKind,
    ReconciliationResolution,
)
from domain.refusals import RefusalCode, Refused
from integrations.payments import NoAnswer, NotFound
from integrations.providers import BILLING
from jobs import provider_subscriptions, refunds
from jobs.providers import reach_billing, unanswered
from persistence import billed_invoices, provider_accounts
from persistence import reconciled_subscriptions as here
from persistence.database import Database
from persistence.unit import transact

_K, _R = ReconciliationFindingKind, ReconciliationResolution
Compare = Callable[[Database, ReconciliationRun, datetime], Awaitable[Compared | None]]
"""None: it is of another catalogue, or was compared already."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One object to be compared; a run that stops goes on after its cursor."""

    cursor: str
    subject_type: str
    subject_key: str
    compare: Compare


async def listed(
    database: Database, run: ReconciliationRun, stage: ReconciliationStage, now: datetime
) -> Sequence[Thing]:
    """What a stage compares, in the order of their cursors. Refuses PROVIDER_UNAVAILABLE where nobody says what."""
    if stage is ReconciliationStage.OURS:
        ids = await transact(database, lambda db: here.living(db, run.app_id), by=SYSTEM, at=now)
        return [Thing(str(id_), OURS, str(id_), partial(_ours, id_)) for id_ in ids]
    things: list[Thing] = []
    for provider in sorted(BILLING & set(await provider_accounts.reachable(database)), key=lambda one: one.name):
        billing = await reach_billing(database, provider)
        if stage is ReconciliationStage.THEIRS:
            changed = await billing.changed_subscriptions(run.since)
            if isinstance(changed, NoAnswer):
                raise unanswered(provider, changed)
            things += [_thing(provider, THEIRS, id_, partial(_theirs, provider, id_)) for id_ in sorted(changed)]
        else:
            made = await billing.billed_refunds(run.since)
            if isinstance(made, NoAnswer):
                raise unanswered(provider, made)
            by_id = sorted((one for one in made if not one.has_failed), key=lambda one: one.refund_id)
            things += [_thing(provider, REFUND_THERE, one.refund_id, partial(_refund, provider, one)) for one in by_id]
    return things


def _thing(provider: Provider, subject_type: str, subject_key: str, compare: Compare) -> Thing:
    return Thing(f"{provider.name} {subject_key}", subject_type, subject_key, compare)


async def _ours(subscription_id: UUID, database: Database, run: ReconciliationRun, now: datetime) -> Compared | None:
    """One that lives here: asked for, compared, followed where it differs, and compared once more."""
    subscription = await _as_it_is(database, subscription_id, now)
    if not subscription.is_live:
        return None
    compared = Compared(
        subject_type=OURS, subject_key=str(subscription_id), organization_id=subscription.organization_id
    )
    billed, found = await _differing(database, subscription, now)
    if not found or run.dry_run:
        return replace(compared, differences=found)
    if billed is None:
        return replace(compared, differences=_resolved(found, _R.FOR_PEOPLE))
    provider, _ = _named(subscription)
    await _followed(database, provider, billed, now)
    _, after = await _differing(database, await _as_it_is(database, subscription_id, now), now)
    still = {one.kind for one in after}
    resolved = [replace(one, resolution=_R.FOR_PEOPLE if one.kind in still else _R.REPAIRED) for one in found]
    return replace(compared, differences=tuple(resolved))


async def _theirs(
    provider: Provider, external_id: str, database: Database, run: ReconciliationRun, now: datetime
) -> Compared | None:
    """One that the provider has lately begun or changed, and that does not live here."""
    known = await transact(database, lambda db: here.named(db, provider, external_id), by=SYSTEM, at=now)
    if known is not None and (known.is_live or known.app_id != run.app_id):
        return None
    billed = await (await reach_billing(database, provider)).find_subscription(external_id, now)
    if isinstance(billed, NoAnswer):
        raise unanswered(provider, billed)
    if isinstance(billed, NotFound):
        return None
    if known is not None:
        found = ended_here_alone(known, billed)
        return Compared(
            subject_type=OURS,
            subject_key=str(known.id),
            organization_id=known.organization_id,
            differences=found if run.dry_run else _resolved(found, _R.FOR_PEOPLE),
        )
    return await _unknown(provider, billed, database, run, now)


async def _unknown(
    provider: Provider, billed: BilledSubscription, database: Database, run: ReconciliationRun, now: datetime
) -> Compared | None:
    """Begun here where customer and price are known. What came to its end before anybody knew of it stays unknown."""
    if billed.status not in LIVE or await _catalogue_of(database, billed, now) != run.app_id:
        return None
    missing = (Difference(kind=_K.MISSING_LOCALLY, local="none", remote=billed.status.name),)
    compared = Compared(subject_type=THEIRS, subject_key=billed.subscription_id, differences=missing)
    if run.dry_run:
        return compared
    is_here = await _followed(database, provider, billed, now)
    return replace(compared, differences=_resolved(missing, _R.REPAIRED if is_here else _R.FOR_PEOPLE))


async def _refund(
    provider: Provider, made: BilledRefund, database: Database, run: ReconciliationRun, now: datetime
) -> Compared | None:
    """One that was made there of what was paid for a subscription, and that nobody here has heard of."""
    if not await transact(database, lambda db: here.lacks_refund(db, provider, made, run.app_id), by=SYSTEM, at=now):
        return None
    missing = (Difference(kind=_K.REFUND, local="none", remote=f"{made.amount} of {made.charge_id}"),)
    compared = Compared(subject_type=REFUND_THERE, subject_key=made.refund_id, differences=missing)
    if run.dry_run:
        return compared
    is_here = await _is_mended(refunds.look(database, provider, made.key, made.refund_id, now))
    return replace(compared, differences=_resolved(missing, _R.REPAIRED if is_here else _R.FOR_PEOPLE))


async def _differing(
    database: Database, subscription: BillingSubscription, now: datetime
) -> tuple[BilledSubscription | None, tuple[Difference, ...]]:
    """How it stands there, and what differs. What is here is read last: a message may be followed meanwhile."""
    provider, external_id = _named(subscription)
    billing = await reach_billing(database, provider)
    billed, paid = await billing.find_subscription(external_id, now), await billing.paid_invoices(external_id)
    for answer in (billed, paid):
        if isinstance(answer, NoAnswer):
            raise unanswered(provider, answer)
    if not isinstance(billed, BilledSubscription):
        missing = Difference(kind=_K.MISSING_AT_PROVIDER, local=subscription.status.name, remote="none")
        return None, (missing,)
    invoices = () if isinstance(paid, NotFound | NoAnswer) else paid
    unrecorded = await transact(
        database, lambda db: billed_invoices.unrecorded(db, provider, invoices), by=SYSTEM, at=now
    )
    kept = await transact(database, lambda db: here.kept(db, subscription.id), by=SYSTEM, at=now)
    return billed, differences(kept, billed, unrecorded)


async def _followed(database: Database, provider: Provider, billed: BilledSubscription, now: datetime) -> bool:
    """The way of every message."""
    return await _is_mended(provider_subscriptions.look(database, provider, billed.key, billed.subscription_id, now))


async def _is_mended(look: Awaitable[bool]) -> bool:
    """Whether looking at it has put it right; what the rules refuse stays as it is."""
    try:
        return await look
    except Refused as refused:
        if refused.code is RefusalCode.PROVIDER_UNAVAILABLE:
            raise
        return False


async def _as_it_is(database: Database, subscription_id: UUID, now: datetime) -> BillingSubscription:
    return (await transact(database, lambda db: here.kept(db, subscription_id), by=SYSTEM, at=now)).subscription


async def _catalogue_of(database: Database, billed: BilledSubscription, now: datetime) -> UUID | None:
    return await transact(database, lambda db: here.catalogue_of(db, billed), by=SYSTEM, at=now)


def _named(subscription: BillingSubscription) -> tuple[Provider, str]:
    if subscription.provider is None or subscription.external_id is None:
        raise LookupError(f"subscription {subscription.id} is billed by a provider that has no name for it")
    return subscription.provider, subscription.external_id


def _resolved(found: tuple[Difference, ...], resolution: ReconciliationResolution) -> tuple[Difference, ...]:
    return tuple(replace(one, resolution=resolution) for one in found)
