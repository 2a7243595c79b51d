"""Proposals, offers and invitations by the rules alone."""

from dataclasses import replace
from typing import Any

import pytest

from domain import offers, proposal_drafts
from domain.actors import SYSTEM
from domain.gig_invitations import invite
from domain.gigs import GigPricing
from domain.money import Money
from domain.organizations import OrganizationKind, OrganizationStatus
from domain.proposals import Proposal, ProposalStatus
from tests.makers.deals import (
    CLIENT_PERSON,
    FREELANCER_PERSON,
    days,
    drafted,
    invited,
    open_gig,
    organization,
    refusal_of,
    submitted,
)
from tests.makers.work import CLIENT_ID, FREELANCER_ID, START, events_of, terms_of


def audience_of(proposal: Proposal) -> set[Any]:
    (event,) = proposal.take_events()
    return set(event.organization_ids)


def test_only_freelancers_and_agencies_propose_and_nobody_to_their_own_gig() -> None:
    gig = open_gig()
    own_agency = replace(CLIENT_PERSON, organization_kind="AGENCY")
    fields = dict.fromkeys(
        ("amount", "hourly_rate", "hours_per_day", "delivery_days", "terms", "cover_letter", "links")
    )
    for somebody in (replace(FREELANCER_PERSON, organization_kind="CLIENT"), own_agency):
        assert refusal_of(proposal_drafts.propose, gig, fields, by=somebody, at=START)[0] == "FORBIDDEN"


def test_a_proposal_takes_from_the_gig_what_it_does_not_name() -> None:
    gig = open_gig()
    proposal = drafted(gig)
    assert (proposal.terms, proposal.delivery_days, proposal.gig_terms_version) == (gig.terms, 30, 1)
    own = drafted(gig, terms=terms_of("COMPLETION"), delivery_days=7, amount=Money(90_000, "EUR"))
    assert (own.terms, own.delivery_days, own.amount) == (terms_of("COMPLETION"), 7, Money(90_000, "EUR"))


def test_an_hourly_proposal_is_one_amount() -> None:
    gig = open_gig(pricing=GigPricing.HOURLY)
    proposal = drafted(gig, hourly_rate=Money(5_000, "EUR"), hours_per_day=6, delivery_days=10)
    assert (proposal.amount, proposal.hourly_rate) == (Money(8 * 6 * 5_000, "EUR"), Money(5_000, "EUR"))
    fields = {"delivery_days": 7}
    proposal_drafts.change(proposal, gig, fields, by=FREELANCER_PERSON, at=START)
    assert proposal.amount == Money(5 * 6 * 5_000, "EUR")


def test_a_price_is_named_the_way_the_gig_is_priced() -> None:
    fixed, hourly = open_gig(), open_gig(pricing=GigPricing.HOURLY)
    assert refusal_of(drafted, fixed, amount=None) == ("INVALID", ("amount",))
    assert refusal_of(drafted, fixed, hours_per_day=8) == ("INVALID", ("hoursPerDay",))
    assert refusal_of(drafted, fixed, amount=Money(1, "USD")) == ("INVALID", ("amount", "currency"))
    assert refusal_of(drafted, hourly, hourly_rate=None) == ("INVALID", ("hourlyRate",))
    rate = Money(5_000, "EUR")
    assert refusal_of(drafted, hourly, hourly_rate=rate, amount=rate) == ("INVALID", ("amount",))
    assert refusal_of(drafted, hourly, hourly_rate=rate, hours_per_day=13) == ("INVALID", ("hoursPerDay",))
    assert refusal_of(drafted, hourly, hourly_rate=Money(10**12, "EUR")) == ("INVALID", ("hourlyRate",))


def test_a_proposal_is_repriced_when_the_gig_is() -> None:
    gig = open_gig()
    proposal = submitted(gig)
    gig.pricing = GigPricing.HOURLY
    edit = {"hourly_rate": Money(1_000, "EUR"), "hours_per_day": None}
    proposal_drafts.change(proposal, gig, edit, by=FREELANCER_PERSON, at=START)
    assert proposal.amount == Money(22 * 8 * 1_000, "EUR")


def test_a_plan_that_cannot_be_agreed_on_is_a_draft_but_never_handed_in() -> None:
    gig = open_gig()
    proposal = drafted(gig, amount=Money(2, "EUR"))
    refused = refusal_of(proposal_drafts.submit, proposal, gig, by=FREELANCER_PERSON, at=START)
    assert (refused, proposal.status) == (("INVALID", ("terms", "milestones")), ProposalStatus.DRAFT)
    good = submitted(gig)
    change = {"amount": Money(2, "EUR")}
    assert refusal_of(proposal_drafts.change, good, gig, change, by=FREELANCER_PERSON, at=START)[0] == "INVALID"


def test_terms_that_changed_in_between_have_to_be_answered_anew() -> None:
    gig = open_gig()
    proposal = drafted(gig)
    gig.terms_version = 2
    refused = refusal_of(proposal_drafts.submit, proposal, gig, by=FREELANCER_PERSON, at=START)
    assert refused == ("CONFLICT", ("gigTermsVersion",))
    proposal_drafts.change(proposal, gig, {"cover_letter": "Still."}, by=FREELANCER_PERSON, at=START)
    proposal_drafts.submit(proposal, gig, by=FREELANCER_PERSON, at=START)
    assert (proposal.gig_terms_version, proposal.submitted_at) == (2, START)


def test_a_draft_and_what_becomes_of_it_concern_its_author_alone() -> None:
    gig = open_gig()
    withdrawn, expired = drafted(gig), drafted(gig)
    withdrawn.withdraw(by=FREELANCER_PERSON, at=START)
    expired.end_with_gig("GIG_FILLED", expired=False, at=START)
    assert (withdrawn.status, expired.status) == (ProposalStatus.WITHDRAWN, ProposalStatus.EXPIRED)
    assert audience_of(withdrawn) == audience_of(expired) == {FREELANCER_ID}


def test_a_shortlist_is_the_clients_own_until_it_makes_an_offer() -> None:
    gig = open_gig()
    proposal = submitted(gig)
    proposal.shortlist(by=CLIENT_PERSON, at=START)
    assert audience_of(proposal) == {CLIENT_ID}
    assert proposal.status_for(CLIENT_PERSON) is ProposalStatus.SHORTLISTED
    assert proposal.status_for(SYSTEM) is ProposalStatus.SHORTLISTED
    assert proposal.status_for(FREELANCER_PERSON) is ProposalStatus.SUBMITTED
    offers.offer(proposal, gig, None, None, by=CLIENT_PERSON, at=START)
    proposal.take_events()
    proposal.decline_offer(by=FREELANCER_PERSON, at=START)
    assert proposal.status_for(FREELANCER_PERSON) is ProposalStatus.SHORTLISTED
    assert audience_of(proposal) == {CLIENT_ID, FREELANCER_ID}


def test_an_offer_is_as_proposed_where_it_names_nothing_else_and_stands_for_a_week() -> None:
    gig = open_gig()
    proposal = submitted(gig)
    offers.offer(proposal, gig, Money(100_000, "EUR"), None, by=CLIENT_PERSON, at=START)
    assert (proposal.offered_amount, proposal.offered_terms) == (Money(100_000, "EUR"), proposal.terms)
    assert (proposal.offer_expires_at, proposal.amount) == (days(7), Money(115_000, "EUR"))
    assert not proposal.offer_is_over(days(6.99))
    assert proposal.offer_is_over(days(7))


@pytest.mark.parametrize("end", ["decline_offer", "revoke_offer", "expire_offer"])
def test_an_offer_that_came_to_nothing_leaves_no_trace_in_the_proposal(end: str) -> None:
    gig = open_gig()
    proposal = submitted(gig)
    offers.offer(proposal, gig, None, None, by=CLIENT_PERSON, at=START)
    events_of(proposal)
    by = {"decline_offer": FREELANCER_PERSON, "revoke_offer": CLIENT_PERSON}.get(end)
    getattr(proposal, end)(at=START, **({"by": by} if by else {}))
    assert (proposal.status, events_of(proposal)) == (ProposalStatus.SHORTLISTED, ["proposal.shortlisted"])
    fields = ("offered_amount_minor", "offered_terms", "offered_terms_version", "offer_expires_at")
    assert [getattr(proposal, name) for name in fields] == [None] * 4


def test_an_offer_on_outdated_terms_has_to_name_its_own() -> None:
    gig = open_gig()
    proposal = submitted(gig)
    gig.terms_version = 2
    refused = refusal_of(offers.offer, proposal, gig, None, None, by=CLIENT_PERSON, at=START)
    assert (refused, proposal.status) == (("CONFLICT", ("gigTermsVersion",)), ProposalStatus.SUBMITTED)
    offers.offer(proposal, gig, None, terms_of(), by=CLIENT_PERSON, at=START)
    assert proposal.offered_terms_version == 2


def test_a_gig_that_ends_declines_what_is_handed_in_and_one_that_runs_out_expires_it() -> None:
    gig = open_gig()
    declined, expired = submitted(gig), submitted(gig)
    declined.end_with_gig("GIG_CLOSED", expired=False, at=START)
    expired.end_with_gig("GIG_EXPIRED", expired=True, at=START)
    assert (declined.status, declined.decline_reason) == (ProposalStatus.DECLINED, "GIG_CLOSED")
    assert (expired.status, expired.decline_reason) == (ProposalStatus.EXPIRED, None)
    assert events_of(declined, expired) == ["proposal.declined", "proposal.expired"]


def test_a_range_that_says_nothing_excludes_nothing() -> None:
    proposal = submitted(open_gig())
    assert not proposal.is_outside((None, None), (None, None))
    assert not proposal.is_outside((115_000, 115_000), (1, 2))
    assert proposal.is_outside((None, 114_999), (None, None))
    assert proposal.is_outside((115_001, None), (None, None))


def test_an_invitation_names_amount_and_terms_or_neither() -> None:
    gig = open_gig()
    assert refusal_of(invited, gig, Money(1, "EUR"), None) == ("INVALID", ("amount",))
    assert refusal_of(invited, gig, None, terms_of()) == ("INVALID", ("amount",))
    assert refusal_of(invited, gig, Money(2, "EUR"), terms_of(tasks=(1, 1, 1)))[1] == ("terms", "milestones")
    invitation = invited(gig, Money(3, "EUR"), terms_of(tasks=(1, 1, 1)))
    assert (invitation.expires_at, events_of(invitation)) == (days(14), ["gig_invitation.sent"])


def test_nobody_but_active_freelancers_and_agencies_can_be_invited() -> None:
    gig = open_gig()
    nobody = [
        organization(OrganizationKind.CLIENT),
        organization(OrganizationKind.FREELANCER, status=OrganizationStatus.SUSPENDED),
        organization(OrganizationKind.AGENCY, id=CLIENT_ID),
    ]
    for invitee in nobody:
        refused = refusal_of(invite, gig, invitee, "", None, None, by=CLIENT_PERSON, at=START)
        assert refused == ("INVALID", ("organizationId",))


def test_an_invitation_is_not_declined_after_its_time() -> None:
    invitation = invited(open_gig())
    assert refusal_of(invitation.decline, by=FREELANCER_PERSON, at=days(14))[0] == "WRONG_STATE"
    invitation.decline(by=FREELANCER_PERSON, at=days(13.9))
    assert invitation.status.name == "DECLINED"
