"""What one period of a subscription was sold as: copied from the catalogue, so that no later edit reaches it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self
from uuid import UUID

from domain.prices import TaxBehavior
from domain.subscription_plans import CreditSchedule, DunningOutcome, TrialEnd

Features = tuple[dict[str, Any], ...]
"""One JSON object for each feature: featureId, code, kind, value (null: unlimited) and mode, as texts and numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodTerms:
    """A price at a quantity, and all that the plan and the product said when the period opened."""

    price_id: UUID
    product_id: UUID
    name: str
    tax_code: str | None
    tax_behavior: TaxBehavior
    quantity: int
    currency: str
    amount_minor: int
    """For the whole period, without what waits from changes and usage; it contains the tax where that is inclusive."""
    months: int
    rank: int
    seat_min: int
    seat_max: int | None
    trial_end: TrialEnd
    grace_days: int
    dunning_outcome: DunningOutcome
    included_credits: int
    credit_schedule: CreditSchedule
    features: Features
    metered: Mapping[str, str] = field(default_factory=dict)
    """By the id of each meter that is charged for: that of its price. What was used in it is charged by these."""

    def as_document(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "price_id": str(self.price_id),
            "product_id": str(self.product_id),
            "tax_behavior": self.tax_behavior.value,
            "trial_end": self.trial_end.value,
            "dunning_outcome": self.dunning_outcome.value,
            "credit_schedule": self.credit_schedule.value,
            "features": list(self.features),
        }

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Self:
        enums = {
            "tax_behavior": TaxBehavior(document["tax_behavior"]),
            "trial_end": TrialEnd(document["trial_end"]),
            "dunning_outcome": DunningOutcome(document["dunning_outcome"]),
            "credit_schedule": CreditSchedule(document["credit_schedule"]),
        }
        ids = {name: UUID(document[name]) for name in ("price_id", "product_id")}
        return cls(**{**document, **enums, **ids, "features": tuple(document["features"])})
