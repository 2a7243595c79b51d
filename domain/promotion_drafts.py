"""Writing promotions: what staff may say of a new code, and what of one that is known already."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.actors import Actor
from domain.checks import Checks
from domain.credit_promotions import Audience, CreditPromotion, PromotionKind, PromotionStatus
from domain.ids import new_id
from domain.money import Money

DEFAULT_VALIDITY_DAYS, MAX_VALIDITY_DAYS = 90, 3650
MAX_USES = 1_000_000_000
MAX_CREDITS = 100_000
MAX_PACKAGES, MAX_ORGANIZATIONS = 50, 1000
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{2,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionTerms:
    """A promotion as staff write it: exactly one of bps, amount and credits, as its kind says."""

    code: str
    kind: PromotionKind
    bps: int | None
    amount: Money | None
    credits: int | None
    max_discount: Money | None
    min_purchase: Money | None
    package_ids: list[UUID]
    audience: Audience
    starts_at: datetime
    ends_at: datetime
    max_uses: int | None
    uses_per_organization: int
    credit_validity_days: int


def normal(code: str) -> str:
    """A code as it is stored and looked up: people write it with small letters and blanks around it."""
    return code.strip().upper()


def create(terms: PromotionTerms, *, by: Actor, at: datetime) -> CreditPromotion:
    """A DRAFT that nobody can use until it is activated; refuses INVALID naming everything that does not fit."""
    _checked(terms).refuse()
    amounts = (terms.amount, terms.max_discount, terms.min_purchase)
    promotion = CreditPromotion(
        id=new_id(),
        code=normal(terms.code),
        kind=terms.kind,
        bps=terms.bps,
        amount_minor=_minor(terms.amount),
        credits=terms.credits,
        currency=next((amount.currency for amount in amounts if amount is not None), None),
        max_discount_minor=_minor(terms.max_discount),
        min_purchase_minor=_minor(terms.min_purchase),
        package_ids=list(dict.fromkeys(terms.package_ids)),
        **_of_audience(terms.audience),
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        max_uses=terms.max_uses,
        uses_per_organization=terms.uses_per_organization,
        uses=0,
        credit_validity_days=terms.credit_validity_days,
    )
    promotion.born(PromotionStatus.DRAFT, action="createPromotion", by=by, at=at)
    promotion.record("created", by=by, at=at)
    return promotion


def update(promotion: CreditPromotion, fields: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Changes when, how often and for whom it counts; refuses INVALID naming everything that does not fit."""
    promotion.check("updatePromotion", by=by)
    changed = dict(fields)
    audience = changed.pop("audience", promotion.audience)
    checks = Checks()
    window = (changed.get("starts_at", promotion.starts_at), changed.get("ends_at", promotion.ends_at))
    _check_when(checks, *window)
    per_organization = changed.get("uses_per_organization", promotion.uses_per_organization)
    most = changed.get("max_uses", promotion.max_uses)
    _check_counts(checks, most, per_organization)
    used = most is None or most >= promotion.uses
    checks.require(used, f"It was used {promotion.uses} times already; end it instead.", "maxUses")
    _check_audience(checks, audience)
    checks.refuse()
    promotion.change({**changed, **_of_audience(audience)}, by=by, at=at)


def _checked(terms: PromotionTerms) -> Checks:
    checks = Checks()
    known = _CODE.fullmatch(normal(terms.code)) is not None
    checks.require(known, "Give 3 to 40 letters, digits, hyphens or underscores.", "code")
    _check_kind(checks, terms)
    currency = next((one.currency for one in (terms.amount, terms.max_discount, terms.min_purchase) if one), None)
    checks.money("amount", terms.amount, currency=currency)
    checks.money("maxDiscount", terms.max_discount, currency=currency)
    checks.money("minPurchase", terms.min_purchase, currency=currency)
    checks.count("packageIds", terms.package_ids, most=MAX_PACKAGES)
    _check_when(checks, terms.starts_at, terms.ends_at)
    _check_counts(checks, terms.max_uses, terms.uses_per_organization)
    checks.whole("creditValidityDays", terms.credit_validity_days, least=1, most=MAX_VALIDITY_DAYS)
    _check_audience(checks, terms.audience)
    return checks


def _check_kind(checks: Checks, terms: PromotionTerms) -> None:
    wanted = {
        PromotionKind.PERCENTAGE: "bps",
        PromotionKind.FIXED_AMOUNT: "amount",
        PromotionKind.FREE_CREDITS: "credits",
    }[terms.kind]
    for name in ("bps", "amount", "credits"):
        given = getattr(terms, name) is not None
        message = f"{terms.kind.name} needs it." if name == wanted else f"{terms.kind.name} does not have it."
        checks.require(given == (name == wanted), message, name)
    checks.whole("bps", terms.bps, least=1, most=10_000)
    checks.whole("credits", terms.credits, least=1, most=MAX_CREDITS)
    takes_off = terms.kind is not PromotionKind.FREE_CREDITS
    checks.require(takes_off or terms.max_discount is None, "Free credits take nothing off.", "maxDiscount")
    has_purchase = takes_off or bool(terms.package_ids)
    message = "Free credits without packages come without a purchase."
    checks.require(has_purchase or terms.min_purchase is None, message, "minPurchase")
    first = has_purchase or not terms.audience.first_purchase_only
    checks.require(first, message, "audience", "firstPurchaseOnly")


def _check_when(checks: Checks, starts_at: datetime, ends_at: datetime) -> None:
    checks.require(starts_at < ends_at, "It ends after it has started.", "endsAt")


def _check_counts(checks: Checks, max_uses: int | None, uses_per_organization: int) -> None:
    checks.whole("maxUses", max_uses, least=1, most=MAX_USES)
    checks.whole("usesPerOrganization", uses_per_organization, least=1, most=MAX_USES)


def _check_audience(checks: Checks, audience: Audience) -> None:
    with checks.within("audience"):
        checks.count("organizationIds", audience.organization_ids, most=MAX_ORGANIZATIONS)


def _of_audience(audience: Audience) -> dict[str, Any]:
    return {
        "audience_kinds": [kind.name for kind in dict.fromkeys(audience.kinds)],
        "audience_organization_ids": list(dict.fromkeys(audience.organization_ids)),
        "first_purchase_only": audience.first_purchase_only,
    }


def _minor(amount: Money | None) -> int | None:
    return None if amount is None else amount.amount_minor
