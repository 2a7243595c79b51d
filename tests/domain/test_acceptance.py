"""Acceptance by the rules alone: what it makes, and what it refuses."""

from domain import acceptance, offers
from domain.agreements import Agreement
from domain.gigs import GigStatus
from domain.money import Money
from domain.organizations import OrganizationKind, OrganizationStatus
from domain.proposals import ProposalOrigin, ProposalStatus
from tests.makers.deals import (
    CLIENT_PERSON,
    FREELANCER_PERSON,
    days,
    invited,
    open_gig,
    organization,
    refusal_of,
    submitted,
    vacancy,
)
from tests.makers.work import START, events_of, terms_of


def test_an_accepted_proposal_becomes_a_project_with_milestones_and_tasks() -> None:
    gig = open_gig()
    proposal = submitted(gig)
    made = acceptance.accept_proposal(proposal, vacancy(gig), 1, by=CLIENT_PERSON, at=START)
    assert (proposal.status, proposal.seat_no, gig.status) == (ProposalStatus.ACCEPTED, 1, GigStatus.FILLED)
    project = made.project
    assert (project.budget, project.upfront_minor, project.title) == (Money(115_000, "EUR"), 0, gig.title)
    assert (project.client_contact_id, project.team) == (CLIENT_PERSON.membership_id, [])
    assert [(one.position, one.amount_minor) for one in made.milestones] == [(1, 38_333), (2, 38_334), (3, 38_333)]
    assert [(task.title, task.is_agreed, task.position) for task in made.tasks] == [
        ("Task 1.1", True, 1),
        ("Task 2.1", True, 1),
        ("Task 3.1", True, 1),
    ]
    assert events_of(gig, proposal, project) == ["gig.filled", "proposal.accepted", "project.created"]


def test_an_accepted_offer_counts_as_offered_and_puts_who_accepted_on_the_team() -> None:
    gig = open_gig()
    proposal = submitted(gig)
    offers.offer(proposal, gig, Money(330_000, "EUR"), terms_of("COMPLETION", (1, 1)), by=CLIENT_PERSON, at=START)
    made = acceptance.accept_offer(proposal, vacancy(gig), 1, by=FREELANCER_PERSON, at=days(6))
    assert (made.project.budget.amount_minor, made.project.upfront_minor) == (330_000, 39_600)
    assert (made.project.client_contact_id, made.project.team) == (None, [FREELANCER_PERSON.membership_id])


def test_an_accepted_invitation_makes_its_own_accepted_proposal() -> None:
    gig = open_gig()
    invitation = invited(gig, Money(55_000, "EUR"), terms_of("COMPLETION"))
    made = acceptance.accept_invitation(invitation, vacancy(gig), 1, by=FREELANCER_PERSON, at=START)
    assert invitation.status.name == "ACCEPTED"
    proposal = made.proposal
    assert (proposal.origin, proposal.status, proposal.seat_no) == (
        ProposalOrigin.INVITATION,
        ProposalStatus.ACCEPTED,
        1,
    )
    assert (proposal.invitation_id, proposal.amount) == (invitation.id, Money(55_000, "EUR"))
    assert [one.amount_minor for one in made.milestones] == [48_400]


def test_the_lowest_free_seat_is_taken() -> None:
    def seat(*taken: int) -> int | None:
        gig = open_gig(seats=5)
        accepted = acceptance.accept_proposal(submitted(gig), vacancy(gig, *taken), 1, by=CLIENT_PERSON, at=START)
        return accepted.proposal.seat_no

    assert [seat(), seat(1), seat(2, 3), seat(1, 2, 4)] == [1, 2, 1, 3]


def test_whoever_comes_second_to_the_last_seat_is_told_of_a_conflict() -> None:
    gig = open_gig()
    winner, rival = submitted(gig), submitted(gig)
    invitation = invited(gig, Money(55_000, "EUR"), terms_of())
    acceptance.accept_proposal(winner, vacancy(gig), 1, by=CLIENT_PERSON, at=START)
    rival.end_with_gig("GIG_FILLED", expired=False, at=START)
    invitation.revoke(by=CLIENT_PERSON, at=START)
    assert (
        refusal_of(acceptance.accept_proposal, rival, vacancy(gig, 1), 1, by=CLIENT_PERSON, at=START)[0] == "CONFLICT"
    )
    late = refusal_of(acceptance.accept_invitation, invitation, vacancy(gig, 1), 1, by=FREELANCER_PERSON, at=START)
    assert late[0] == "CONFLICT"
    again = refusal_of(acceptance.accept_proposal, winner, vacancy(gig, 1), 1, by=CLIENT_PERSON, at=START)
    assert again[0] == "WRONG_STATE"


def test_each_side_accepts_only_what_the_other_has_said() -> None:
    gig = open_gig()
    proposal = submitted(gig)
    by_author = refusal_of(acceptance.accept_proposal, proposal, vacancy(gig), 1, by=FREELANCER_PERSON, at=START)
    assert by_author[0] == "FORBIDDEN"
    offers.offer(proposal, gig, None, None, by=CLIENT_PERSON, at=START)
    by_offerer = refusal_of(acceptance.accept_offer, proposal, vacancy(gig), 1, by=CLIENT_PERSON, at=START)
    assert by_offerer[0] == "FORBIDDEN"
    offered = refusal_of(acceptance.accept_proposal, proposal, vacancy(gig), 1, by=CLIENT_PERSON, at=START)
    assert offered[0] == "WRONG_STATE"
    assert (gig.accepted_seats, proposal.seat_no) == (0, None)


def test_what_has_run_out_or_names_no_terms_cannot_be_accepted() -> None:
    gig = open_gig()
    proposal = submitted(gig)
    offers.offer(proposal, gig, None, None, by=CLIENT_PERSON, at=START)
    late = refusal_of(acceptance.accept_offer, proposal, vacancy(gig), 1, by=FREELANCER_PERSON, at=days(7))
    assert late[0] == "WRONG_STATE"
    expired = invited(gig, Money(55_000, "EUR"), terms_of())
    late = refusal_of(acceptance.accept_invitation, expired, vacancy(gig), 1, by=FREELANCER_PERSON, at=days(14))
    assert late[0] == "WRONG_STATE"
    bare = invited(gig)
    assert refusal_of(acceptance.accept_invitation, bare, vacancy(gig), 1, by=FREELANCER_PERSON, at=START)[0] == (
        "WRONG_STATE"
    )
    assert gig.accepted_seats == 0


def test_what_was_read_and_what_the_gig_asks_for_must_still_hold() -> None:
    gig = open_gig()
    proposal = submitted(gig)
    assert refusal_of(acceptance.accept_proposal, proposal, vacancy(gig), 2, by=CLIENT_PERSON, at=START) == (
        "CONFLICT",
        ("expectedVersion",),
    )
    gig.terms_version = 2
    assert refusal_of(acceptance.accept_proposal, proposal, vacancy(gig), 1, by=CLIENT_PERSON, at=START) == (
        "CONFLICT",
        ("gigTermsVersion",),
    )
    gig.terms_version = 1
    gig.pause(by=CLIENT_PERSON, at=START)
    assert refusal_of(acceptance.accept_proposal, proposal, vacancy(gig), 1, by=CLIENT_PERSON, at=START)[0] == (
        "WRONG_STATE"
    )


def test_both_organizations_must_be_active() -> None:
    for side, kind in (("client", OrganizationKind.CLIENT), ("freelancer", OrganizationKind.FREELANCER)):
        gig = open_gig()
        place = vacancy(gig, **{side: organization(kind, status=OrganizationStatus.SUSPENDED)})
        refused = refusal_of(acceptance.accept_proposal, submitted(gig), place, 1, by=CLIENT_PERSON, at=START)
        assert (refused[0], gig.accepted_seats) == ("WRONG_STATE", 0)


def test_a_plan_without_milestones_becomes_one_of_the_gigs_title() -> None:
    gig = open_gig()
    proposal = submitted(gig, terms=terms_of(tasks=()))
    made: Agreement = acceptance.accept_proposal(proposal, vacancy(gig), 1, by=CLIENT_PERSON, at=START)
    assert [one.title for one in made.milestones] == [task.title for task in made.tasks] == [gig.title]
    assert made.project.terms.milestones[0].title == gig.title
