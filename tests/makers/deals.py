"""Makers of gigs, proposals and invitations in memory, for tests of the rules before agreement."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import proposal_drafts
from domain.acceptance import Vacancy
from domain.actors import SYSTEM, Actor
from domain.gig_invitations import GigInvitation, invite
from domain.gigs import Gig, GigStatus
from domain.money import Money
from domain.organizations import Organization, OrganizationKind, OrganizationStatus
from domain.proposals import Proposal
from domain.refusals import Refused
from domain.terms import WorkTerms
from tests.makers.work import CLIENT, CLIENT_ID, FREELANCER, FREELANCER_ID, START, gig_of, terms_of

CLIENT_PERSON: Actor = replace(CLIENT, organization_kind="CLIENT")
FREELANCER_PERSON: Actor = replace(FREELANCER, organization_kind="FREELANCER")


def open_gig(seats: int = 1, budget_minor: int = 115_000, **changes: Any) -> Gig:
    """A published gig of three unquoted milestones with no seat taken, open for 60 days."""
    gig = gig_of(CLIENT_ID, "A website for a bakery", terms_of(tasks=(1, 1, 1)), budget_minor, 30)
    gig.seats, gig.accepted_seats = seats, 0
    for name, value in changes.items():
        setattr(gig, name, value)
    gig.born(GigStatus.DRAFT, action="createGig", by=SYSTEM, at=START)
    gig.version = 1
    gig.publish(by=CLIENT_PERSON, at=START)
    gig.take_events()
    return gig


def drafted(gig: Gig, **fields: Any) -> Proposal:
    """A draft at the gig's largest budget unless said otherwise."""
    hourly = "hourly_rate" in fields
    given: dict[str, Any] = {
        "amount": None if hourly else Money(gig.budget_max_minor or 0, gig.currency),
        "hourly_rate": None,
        "hours_per_day": None,
        "delivery_days": None,
        "terms": None,
        "cover_letter": None,
        "links": None,
    }
    proposal = proposal_drafts.propose(gig, given | fields, by=FREELANCER_PERSON, at=START)
    proposal.version = 1
    return proposal


def submitted(gig: Gig, **fields: Any) -> Proposal:
    proposal = drafted(gig, **fields)
    proposal_drafts.submit(proposal, gig, by=FREELANCER_PERSON, at=START)
    proposal.take_events()
    return proposal


def organization(kind: OrganizationKind, **changes: Any) -> Organization:
    """The organization of that side, active."""
    one = Organization(
        id=CLIENT_ID if kind is OrganizationKind.CLIENT else FREELANCER_ID,
        kind=kind,
        name=kind.value.title(),
        legal_name=None,
        country="MK",
        time_zone="Europe/Skopje",
        billing_email="billing@example.com",
    )
    one.born(OrganizationStatus.ACTIVE, action="createOrganization", by=SYSTEM, at=START)
    for name, value in changes.items():
        setattr(one, name, value)
    return one


def invited(gig: Gig, amount: Money | None = None, terms: WorkTerms | None = None) -> GigInvitation:
    invitee = organization(OrganizationKind.FREELANCER)
    invitation = invite(gig, invitee, "Please.", amount, terms, by=CLIENT_PERSON, at=START)
    invitation.version = 1
    return invitation


def vacancy(gig: Gig, *taken_seats: int, **sides: Organization) -> Vacancy:
    parties = {
        "client": organization(OrganizationKind.CLIENT),
        "freelancer": organization(OrganizationKind.FREELANCER),
    }
    return Vacancy(gig=gig, taken_seats=taken_seats, **(parties | sides))


def days(number: float) -> datetime:
    """START plus that many days."""
    return START + timedelta(days=number)


def refusal_of(call: Any, *arguments: Any, **named: Any) -> tuple[str, tuple[str, ...]]:
    """Code and path of the refusal that the call must end in."""
    with pytest.raises(Refused) as refused:
        call(*arguments, **named)
    return refused.value.code.name, tuple(refused.value.refusal.path)
