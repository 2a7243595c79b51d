"""Offers: the client answers a proposal with amount and terms that the freelancer may accept as they stand."""

from datetime import datetime

from domain.actors import Actor
from domain.checks import Checks
from domain.gigs import Gig
from domain.money import Money
from domain.plans import check_terms, require_plan
from domain.proposal_drafts import require_current
from domain.proposals import Proposal
from domain.terms import WorkTerms


def offer(
    proposal: Proposal, gig: Gig, amount: Money | None, terms: WorkTerms | None, *, by: Actor, at: datetime
) -> None:
    """What the offer does not name is as proposed, and then has to answer the gig's present terms."""
    proposal.check("offerProposal", by=by)
    checks = Checks()
    checks.money("amount", amount, currency=gig.currency)
    if terms is not None:
        with checks.within("terms"):
            check_terms(checks, terms, currency=gig.currency)
    checks.refuse()
    if terms is None:
        require_current(gig, proposal.gig_terms_version, "The gig's terms have changed: name the terms you offer.")
    amount, terms = amount or proposal.amount, terms or proposal.terms
    require_plan(terms, amount, "terms")
    proposal.offer(amount, terms, gig.terms_version, by=by, at=at)
