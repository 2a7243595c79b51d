"""How subscriptions begin: with a trial where the plan has one, else incomplete until the first payment."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.actors import SYSTEM, Actor
from domain.billing_calendar import anchored_at
from domain.billing_subscriptions import (
    FIRST_PAYMENT_WAIT,
    TRIAL_NOTICE,
    BillingSubscription,
    SubscriptionStatus,
)
from domain.ids import new_id
from domain.subscription_terms import PeriodTerms


def begun(
    terms: PeriodTerms,
    *,
    organization_id: UUID,
    app_id: UUID | None,
    is_plan: bool,
    checkout_session_id: UUID | None,
    time_zone: str,
    by: Actor,
    at: datetime,
) -> BillingSubscription:
    """A new subscription that gives nothing yet: it waits 23 hours for its first payment."""
    anchor = anchored_at(at, time_zone=time_zone, months=terms.months)
    subscription = BillingSubscription(
        id=new_id(),
        organization_id=organization_id,
        app_id=app_id,
        product_id=terms.product_id,
        is_plan=is_plan,
        checkout_session_id=checkout_session_id,
        currency=terms.currency,
        interval_months=terms.months,
        anchor_at=anchor.at,
        anchor_day=anchor.day,
        time_zone=time_zone,
        trial_end=terms.trial_end,
        grace_days=terms.grace_days,
        dunning_outcome=terms.dunning_outcome,
        features=list(terms.features),
        included_credits=terms.included_credits,
        due_at=at + FIRST_PAYMENT_WAIT,
    )
    subscription.born(SubscriptionStatus.INCOMPLETE, action="beginSubscription", by=by, at=at)
    subscription.record("created", by=by, at=at)
    return subscription


def tried_out(subscription: BillingSubscription, trial_days: int, *, at: datetime) -> None:
    """Begins with a trial: all features at once, until it ends. Credits come with what is paid only (rule 15)."""
    started_at = subscription.anchor_at
    ends_at = started_at + timedelta(days=trial_days)
    subscription.current_period_start, subscription.current_period_end = started_at, ends_at
    subscription.trial_ends_at = ends_at
    subscription.due_at = max(at, ends_at - TRIAL_NOTICE)
    subscription.move_to("beginTrial", by=SYSTEM, at=at)
