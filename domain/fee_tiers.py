"""Fee tiers: for amounts of a size, and for one provider if it says so, another rate and a flat part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from uuid import UUID

from domain.amounts import Amount, OptionalAmount
from domain.checks import Checks
from domain.fees import FeePolicy
from domain.ids import new_id
from domain.money import Money
from domain.payment_methods import Provider
from domain.refusals import wrong_state

MAX_TIERS = 200
"""As many as one policy may have, so that they are read and set together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierTerms:
    """A tier as staff write it. Both ends of the range belong to it; without an upper one it has no limit."""

    provider: Provider | None
    min_amount: Money
    max_amount: Money | None
    bps: int
    flat: Money | None

    def meets(self, other: "TierTerms") -> bool:
        """Whether some amount would have both."""
        same = (self.provider, self.min_amount.currency) == (other.provider, other.min_amount.currency)
        return same and self._begins_within(other) and other._begins_within(self)

    def _begins_within(self, other: "TierTerms") -> bool:
        return other.max_amount is None or self.min_amount.amount_minor <= other.max_amount.amount_minor


@dataclass(eq=False, kw_only=True)
class FeeTier:
    """A tier of a policy; it replaces the policy's rate and adds its flat part."""

    id: UUID
    policy_id: UUID
    position: int
    provider: Provider | None
    currency: str
    min_minor: int
    max_minor: int | None
    bps: int
    flat_minor: int

    min_amount, max_amount, flat = Amount("min_minor"), OptionalAmount("max_minor"), Amount("flat_minor")


def write(policy: FeePolicy, terms: Sequence[TierTerms], *, at: datetime) -> list[FeeTier]:
    """The tiers that a policy will have in place of its earlier ones, while it is not in force yet."""
    if policy.effective_from <= at:
        message = "A policy in force keeps its tiers: documents have been opened by them. Create a policy that follows."
        raise wrong_state(message, from_state="IN_FORCE", allowed=["FUTURE"])
    _checked(terms).refuse()
    return [
        FeeTier(
            id=new_id(),
            policy_id=policy.id,
            position=position,
            provider=one.provider,
            currency=one.min_amount.currency,
            min_minor=one.min_amount.amount_minor,
            max_minor=None if one.max_amount is None else one.max_amount.amount_minor,
            bps=one.bps,
            flat_minor=0 if one.flat is None else one.flat.amount_minor,
        )
        for position, one in enumerate(terms, start=1)
    ]


def _checked(terms: Sequence[TierTerms]) -> Checks:
    checks = Checks()
    checks.count("tiers", terms, most=MAX_TIERS)
    for i, one in enumerate(terms):
        with checks.within("tiers", str(i)):
            currency = one.min_amount.currency
            checks.whole("bps", one.bps, least=0, most=10_000)
            checks.money("minAmount", one.min_amount, least=0)
            checks.money("maxAmount", one.max_amount, least=one.min_amount.amount_minor, currency=currency)
            checks.money("flat", one.flat, least=0, currency=currency)
    for (i, one), (j, other) in combinations(enumerate(terms), 2):
        checks.require(not one.meets(other), f"Its range meets that of tier {i}.", "tiers", str(j), "minAmount")
    return checks
