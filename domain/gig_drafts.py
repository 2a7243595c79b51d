"""Writing a gig: the draft, its edits, and what it must have before anybody may answer it."""

from datetime import datetime, timedelta
from typing import Any

from domain.actors import Actor
from domain.checks import Checks, camel
from domain.gig_fields import AMOUNTS, check_gig_fields
from domain.gigs import EXPIRES_AFTER_DAYS, Gig, GigPricing, GigStatus
from domain.ids import new_id
from domain.organizations import CLIENT_KINDS
from domain.plans import check_plan, check_terms
from domain.refusals import forbidden, invalid
from domain.terms import WorkTerms


def draft(fields: dict[str, Any], *, by: Actor, at: datetime) -> Gig:
    """A new draft of the actor's organization; it may be incomplete, but what is there must be right."""
    if by.organization_kind not in {kind.name for kind in CLIENT_KINDS}:
        raise forbidden("Only a client or an agency can post a gig.")
    columns = _checked_columns(fields, currency=fields["currency"])
    gig = Gig(
        id=new_id(),
        organization_id=by.require_organization(),
        accepted_seats=0,
        published_at=None,
        terms_version=1,
        close_reason=None,
        **columns,
    )
    gig.born(GigStatus.DRAFT, action="createGig", by=by, at=at)
    return gig


def publish(gig: Gig, *, by: Actor, at: datetime) -> None:
    """Opens a complete draft, whose plan fits its budget, to proposals."""
    gig.check("publishGig", by=by)
    check_publishable(gig, at)
    gig.publish(by=by, at=at)


def change(gig: Gig, fields: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Edits a gig until it is filled. Proposals have to answer anew when what they agreed to has changed."""
    gig.check("updateGig", by=by)
    if gig.status is not GigStatus.DRAFT and fields.get("currency", gig.currency) != gig.currency:
        raise invalid("The currency is fixed once a gig is published.", "currency")
    before = _answered(gig)
    for name, value in _checked_columns(fields, currency=fields.get("currency", gig.currency), gig=gig).items():
        setattr(gig, name, value)
    if gig.status is not GigStatus.DRAFT:
        gig.expires_on = gig.expires_on or gig.today(at) + timedelta(days=EXPIRES_AFTER_DAYS)
        check_publishable(gig, at)
    if _answered(gig) != before:
        gig.terms_version += 1
    gig.record("updated", by=by, at=at)
    if gig.accepted_seats > 0:
        gig.fill_if_full(at=at)


def _answered(gig: Gig) -> object:
    """What proposals answer; a change of any of it makes a new version of the terms."""
    terms = gig.terms
    return gig.currency, terms and (terms.invoicing_method, terms.funding_mode, terms.milestones)


def _checked_columns(fields: dict[str, Any], *, currency: str, gig: Gig | None = None) -> dict[str, Any]:
    """The given fields as columns; refuses INVALID naming every one that is out of its limits."""
    checks = Checks()
    check_gig_fields(checks, fields, currency=currency)
    if gig is not None:
        _check_against(checks, gig, fields, currency)
    for low, high in (AMOUNTS[:2], AMOUNTS[2:]):
        least = fields.get(low, getattr(gig, low, None))
        most = fields.get(high, getattr(gig, high, None))
        in_order = least is None or most is None or least.amount_minor <= most.amount_minor
        checks.require(in_order, "The smaller amount may not be above the larger one.", camel(low))
    checks.refuse()
    amounts = {f"{name}_minor": value and value.amount_minor for name, value in fields.items() if name in AMOUNTS}
    texts = {name: fields[name].strip() for name in ("title", "description") if name in fields}
    lists = {name: [text.strip() for text in fields[name]] for name in ("skills", "tools", "tags") if name in fields}
    return {name: value for name, value in fields.items() if name not in AMOUNTS} | amounts | texts | lists


def _check_against(checks: Checks, gig: Gig, fields: dict[str, Any], currency: str) -> None:
    """What an edit may not contradict in the gig as it is."""
    seats = fields.get("seats", gig.seats)
    checks.require(seats >= gig.accepted_seats, f"{gig.accepted_seats} seats are taken.", "seats")
    kept: WorkTerms | None = gig.terms if "terms" not in fields else None
    if kept is not None and currency != gig.currency:
        with checks.within("terms"):
            check_terms(checks, kept, currency=currency)


def check_publishable(gig: Gig, at: datetime) -> None:
    """Refuses INVALID naming all that a gig lacks before anybody may answer it (rule W1)."""
    checks = Checks()
    checks.text("description", gig.description, least=1, most=20_000)
    checks.require(gig.category_id is not None, "Choose a category.", "categoryId")
    checks.require(gig.budget_max_minor is not None, "Name the largest budget.", "budgetMax")
    checks.require(gig.delivery_days is not None, "Say in how many days it shall be delivered.", "deliveryDays")
    checks.require(not gig.is_over(at), "This day has passed.", "expiresOn")
    if gig.pricing is GigPricing.HOURLY:
        checks.require(gig.rate_min_minor is not None, "An hourly gig needs a range of rates.", "rateMin")
        checks.require(gig.rate_max_minor is not None, "An hourly gig needs a range of rates.", "rateMax")
    if checks.require(gig.terms is not None, "Say how it is billed.", "terms") and gig.terms and gig.budget_max_minor:
        with checks.within("terms"):
            check_plan(checks, gig.terms, budget_minor=gig.budget_max_minor)
    checks.refuse()
