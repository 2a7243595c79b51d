"""Gigs: seats, endings and the last day, by the rules alone."""

from datetime import UTC, date, datetime

import pytest

from domain import gig_drafts
from domain.actors import SYSTEM
from domain.gigs import Gig, GigStatus
from domain.permissions import Role
from domain.refusals import Refused
from tests.makers.deals import CLIENT_PERSON, FREELANCER_PERSON, days, open_gig
from tests.makers.work import CLIENT_ID, START, actor, events_of, terms_of


def code_of(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.code.name


def test_the_last_seat_fills_a_gig_and_only_the_last() -> None:
    gig = open_gig(seats=2)
    gig.take_seat(at=START)
    assert (gig.status, gig.accepted_seats, events_of(gig)) == (GigStatus.OPEN, 1, [])
    gig.take_seat(at=START)
    assert (gig.status, gig.accepted_seats, events_of(gig)) == (GigStatus.FILLED, 2, ["gig.filled"])


def test_a_freed_seat_opens_a_full_gig_for_at_least_two_weeks() -> None:
    gig = open_gig()
    gig.take_seat(at=START)
    gig.take_events()
    gig.free_seat(at=days(50))
    assert (gig.status, gig.accepted_seats, events_of(gig)) == (GigStatus.OPEN, 0, ["gig.reopened"])
    assert gig.expires_on == date(2026, 5, 4)  # 14 days after 20 April
    early = open_gig()
    early.take_seat(at=START)
    early.free_seat(at=days(1))
    assert early.expires_on == date(2026, 4, 30)  # 60 days after publishing, as before


def test_a_freed_seat_leaves_a_gig_with_other_free_seats_and_a_closed_one_as_they_are() -> None:
    gig = open_gig(seats=2)
    gig.take_seat(at=START)
    gig.free_seat(at=START)
    assert (gig.status, gig.accepted_seats, events_of(gig)) == (GigStatus.OPEN, 0, [])
    gig.take_seat(at=START)
    gig.close(None, by=CLIENT_PERSON, at=START)
    gig.take_events()
    gig.free_seat(at=START)
    assert (gig.status, gig.accepted_seats, events_of(gig)) == (GigStatus.CLOSED, 0, [])


def test_a_gig_with_a_seat_taken_is_closed_and_one_without_is_cancelled() -> None:
    gig = open_gig(seats=2)
    with pytest.raises(Refused) as refusal:
        gig.close(None, by=CLIENT_PERSON, at=START)
    assert (code_of(refusal), gig.status) == ("WRONG_STATE", GigStatus.OPEN)
    gig.take_seat(at=START)
    with pytest.raises(Refused) as refusal:
        gig.cancel(None, by=CLIENT_PERSON, at=START)
    assert (code_of(refusal), gig.status) == ("WRONG_STATE", GigStatus.OPEN)
    gig.close(" Enough. ", by=CLIENT_PERSON, at=START)
    assert (gig.status, gig.close_reason, events_of(gig)) == (GigStatus.CLOSED, "Enough.", ["gig.closed"])


def test_available_actions_say_what_the_guards_say() -> None:
    gig = open_gig(seats=2)
    assert {one.action for one in gig.available_actions(CLIENT_PERSON) if one.allowed} == {
        "updateGig",
        "pauseGig",
        "inviteFreelancer",
        "cancelGig",
    }
    gig.take_seat(at=START)
    assert {one.action for one in gig.available_actions(CLIENT_PERSON) if one.allowed} == {
        "updateGig",
        "pauseGig",
        "inviteFreelancer",
        "closeGig",
    }
    assert {one.reason.name for one in gig.available_actions(actor(CLIENT_ID, Role.VIEWER)) if one.reason} == {
        "FORBIDDEN"
    }


def test_only_staff_take_a_gig_down_and_only_with_a_reason() -> None:
    gig = open_gig()
    for somebody in (CLIENT_PERSON, FREELANCER_PERSON):
        with pytest.raises(Refused) as refusal:
            gig.take_down("Spam.", by=somebody, at=START)
        assert code_of(refusal) == "FORBIDDEN"
    with pytest.raises(Refused) as refusal:
        gig.take_down("  ", by=SYSTEM, at=START)
    assert (code_of(refusal), refusal.value.refusal.path) == ("INVALID", ("reason",))
    assert (gig.status, gig.close_reason, events_of(gig)) == (GigStatus.OPEN, None, [])


def test_a_gig_is_over_on_the_day_after_its_last_where_it_is() -> None:
    gig = open_gig(expires_on=date(2026, 3, 10))
    assert not gig.is_over(datetime(2026, 3, 10, 22, 59, tzinfo=UTC))
    assert gig.is_over(datetime(2026, 3, 10, 23, 0, tzinfo=UTC))  # midnight in Skopje


def change(gig: Gig, **fields: object) -> None:
    gig_drafts.change(gig, fields, by=CLIENT_PERSON, at=START)


def test_only_what_proposals_answer_makes_a_new_version_of_the_terms() -> None:
    gig = open_gig(category_id=CLIENT_ID)
    change(gig, title="Another title", terms=terms_of(tasks=(1, 1, 1), auto_approve_after_days=3))
    assert gig.terms_version == 1
    change(gig, terms=terms_of(tasks=(1, 1)))
    assert gig.terms_version == 2
    change(gig, terms=terms_of("COMPLETION", (1, 1)))
    assert gig.terms_version == 3


def test_seats_cannot_be_fewer_than_are_taken_and_as_many_fill_the_gig() -> None:
    gig = open_gig(seats=3, category_id=CLIENT_ID)
    gig.take_seat(at=START)
    gig.take_seat(at=START)
    with pytest.raises(Refused) as refusal:
        change(gig, seats=1)
    assert (refusal.value.refusal.path, gig.seats) == (("seats",), 3)
    change(gig, seats=2)
    assert (gig.status, events_of(gig)) == (GigStatus.FILLED, ["gig.updated", "gig.filled"])


def test_a_published_gig_keeps_a_last_day_that_has_not_passed() -> None:
    gig = open_gig(category_id=CLIENT_ID)
    with pytest.raises(Refused) as refusal:
        change(gig, expires_on=date(2026, 2, 28))
    assert refusal.value.refusal.path == ("expiresOn",)
    change(gig, expires_on=None)
    assert gig.expires_on == date(2026, 4, 30)
