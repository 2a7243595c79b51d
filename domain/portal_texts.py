"""What the portal says of a subscription, in a few words."""

from datetime import datetime

from domain.billing_subscriptions import BillingSubscription, SubscriptionStatus

_S = SubscriptionStatus


def standing(subscription: BillingSubscription) -> str:
    """How it stands and what comes next."""
    one = subscription
    match one.status:
        case _S.TRIALING:
            return f"on trial until {_day(one.trial_ends_at)}"
        case _S.ACTIVE if one.cancel_at_period_end:
            return f"active, ends on {_day(one.current_period_end)}"
        case _S.ACTIVE if one.pause_at is not None:
            return f"active, rests from {_day(one.pause_at)} until {_day(one.resumes_at)}"
        case _S.ACTIVE:
            return f"active, renews on {_day(one.current_period_end)}"
        case _S.PAST_DUE:
            return f"not paid since {_day(one.past_due_at)}; access ends on {_day(one.access_ends_at)}"
        case _S.UNPAID:
            return "not paid, and closed until it is"
        case _S.PAUSED:
            return "resting" if one.resumes_at is None else f"resting until {_day(one.resumes_at)}"
        case _:
            return one.status.name.lower().replace("_", " ")


def _day(at: datetime | None) -> str:
    return "further notice" if at is None else f"{at:%d %B %Y}"
