"""Makers of what a period of a subscription was sold as."""

from domain.ids import new_id
from domain.prices import TaxBehavior
from domain.subscription_plans import CreditSchedule, DunningOutcome, TrialEnd
from domain.subscription_terms import PeriodTerms


def make_terms(
    name: str,
    amount_minor: int,
    *,
    rank: int,
    quantity: int = 1,
    months: int = 1,
    currency: str = "EUR",
    included_credits: int = 0,
) -> PeriodTerms:
    """A plan that is paid by the month, unless said."""
    return PeriodTerms(
        price_id=new_id(),
        product_id=new_id(),
        name=name,
        tax_code=None,
        tax_behavior=TaxBehavior.EXCLUSIVE,
        quantity=quantity,
        currency=currency,
        amount_minor=amount_minor,
        months=months,
        rank=rank,
        seat_min=1,
        seat_max=None,
        trial_end=TrialEnd.PAUSE,
        grace_days=3,
        dunning_outcome=DunningOutcome.MARK_UNPAID,
        included_credits=included_credits,
        credit_schedule=CreditSchedule.PER_PERIOD,
        features=(),
    )
