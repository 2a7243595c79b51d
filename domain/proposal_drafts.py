"""Writing a proposal: its fields and their limits, what hourly work comes to, and handing it in."""

from datetime import datetime
from typing import Any

from domain.actors import Actor
from domain.checks import Checks
from domain.durations import HOURS_OF_A_DAY, MAX_DAYS, hourly_amount
from domain.gigs import Gig, GigPricing
from domain.ids import new_id
from domain.money import MAX_AMOUNT_MINOR, Money
from domain.organizations import FREELANCER_KINDS
from domain.plans import check_terms, require_plan
from domain.proposals import Proposal, ProposalOrigin, ProposalStatus
from domain.refusals import conflict, forbidden
from domain.terms import WorkTerms


def propose(gig: Gig, fields: dict[str, Any], *, by: Actor, at: datetime) -> Proposal:
    """A draft of the actor's organization, with the gig's terms and delivery time where it names none of its own."""
    if by.organization_kind not in {kind.name for kind in FREELANCER_KINDS}:
        raise forbidden("Only a freelancer or an agency can propose.")
    if by.acts_for(gig.organization_id):
        raise forbidden("Your own organization posted this gig.", "gigId")
    gig.require_open("createProposal")
    proposal = Proposal(
        id=new_id(),
        gig_id=gig.id,
        client_organization_id=gig.organization_id,
        freelancer_organization_id=by.require_organization(),
        invitation_id=None,
        origin=ProposalOrigin.PROPOSAL,
        currency=gig.currency,
        gig_terms_version=gig.terms_version,
        submitted_at=None,
        offered_amount_minor=None,
        offered_terms=None,
        offered_terms_version=None,
        offer_expires_at=None,
        offered_at=None,
        seat_no=None,
        decline_reason=None,
        **_checked_columns(gig, fields),
    )
    proposal.born(ProposalStatus.DRAFT, action="createProposal", by=by, at=at)
    return proposal


def change(proposal: Proposal, gig: Gig, fields: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Edits a proposal, which thereby answers the gig's terms as they are now; one handed in stays acceptable."""
    proposal.check("updateProposal", by=by)
    for name, value in _checked_columns(gig, _kept(proposal, gig) | fields).items():
        setattr(proposal, name, value)
    proposal.gig_terms_version = gig.terms_version
    if proposal.status is not ProposalStatus.DRAFT:
        require_plan(proposal.terms, proposal.amount, "terms")
    proposal.record("updated", by=by, at=at)


def submit(proposal: Proposal, gig: Gig, *, by: Actor, at: datetime) -> None:
    """Hands a draft in, if the gig still takes proposals and the plan could be agreed on (rules W2 to W4)."""
    proposal.check("submitProposal", by=by)
    gig.require_open("submitProposal")
    require_current(gig, proposal.gig_terms_version, "The gig's terms have changed: update the proposal first.")
    require_plan(proposal.terms, proposal.amount, "terms")
    proposal.submit(by=by, at=at)


def require_current(gig: Gig, terms_version: int, message: str) -> None:
    """Refuses what answers older terms of the gig than its present ones (rule W5)."""
    if terms_version != gig.terms_version:
        raise conflict(message, "gigTermsVersion")


def _kept(proposal: Proposal, gig: Gig) -> dict[str, Any]:
    """What stays as it is where an update does not name it; a price only while the gig is still priced that way."""
    hourly = gig.pricing is GigPricing.HOURLY
    return {
        "amount": None if hourly else proposal.amount,
        "hourly_rate": proposal.hourly_rate if hourly else None,
        "hours_per_day": proposal.hours_per_day if hourly else None,
        "delivery_days": proposal.delivery_days,
        "terms": proposal.terms,
        "cover_letter": proposal.cover_letter,
        "links": proposal.links,
    }


def _checked_columns(gig: Gig, fields: dict[str, Any]) -> dict[str, Any]:
    """All fields as columns; refuses INVALID naming every one that is out of its limits."""
    days: int = (gig.delivery_days or 1) if fields["delivery_days"] is None else fields["delivery_days"]
    terms: WorkTerms = fields["terms"] or gig.published_terms
    letter, links = fields["cover_letter"] or "", fields["links"] or []
    checks = Checks()
    checks.whole("deliveryDays", days, least=1, most=MAX_DAYS)
    checks.text("coverLetter", letter, most=5000)
    checks.links("links", links)
    with checks.within("terms"):
        check_terms(checks, terms, currency=gig.currency)
    price = _hourly_price if gig.pricing is GigPricing.HOURLY else _fixed_price
    columns = price(checks, gig, fields, days)
    checks.refuse()
    links = [link.strip() for link in links]
    return {**columns, "delivery_days": days, "terms": terms, "cover_letter": letter.strip(), "links": links}


def _fixed_price(checks: Checks, gig: Gig, fields: dict[str, Any], days: int) -> dict[str, Any]:
    amount: Money | None = fields["amount"]
    checks.require(amount is not None, "Name the amount.", "amount")
    checks.money("amount", amount, currency=gig.currency)
    for name, path in (("hourly_rate", "hourlyRate"), ("hours_per_day", "hoursPerDay")):
        checks.require(fields[name] is None, "This gig is priced as one amount.", path)
    return {"amount_minor": amount and amount.amount_minor, "hourly_rate_minor": None, "hours_per_day": None}


def _hourly_price(checks: Checks, gig: Gig, fields: dict[str, Any], days: int) -> dict[str, Any]:
    """Work days times hours times rate (rule W7): a client accepts one amount, never an open clock."""
    rate: Money | None = fields["hourly_rate"]
    hours: int = fields["hours_per_day"] or HOURS_OF_A_DAY
    checks.require(fields["amount"] is None, "The amount follows from rate, hours and days.", "amount")
    checks.require(rate is not None, "This gig is priced by the hour: name your rate.", "hourlyRate")
    checks.money("hourlyRate", rate, currency=gig.currency)
    checks.whole("hoursPerDay", fields["hours_per_day"], least=1, most=12)
    amount = hourly_amount(rate.amount_minor if rate else 1, hours, days)
    checks.require(amount <= MAX_AMOUNT_MINOR, f"This comes to {amount}; at most {MAX_AMOUNT_MINOR}.", "hourlyRate")
    return {"amount_minor": amount, "hourly_rate_minor": rate and rate.amount_minor, "hours_per_day": hours}
