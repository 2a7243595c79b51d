"""Pause requests: three reminders within 48 hours decide for the client."""

import pytest

from domain.pause_requests import PauseRequest, ask, remind
from domain.projects import Project
from domain.refusals import RefusalCode, Refused
from tests.makers.work import CLIENT, FREELANCER, events_of, hours, running


def asked() -> tuple[Project, PauseRequest]:
    project = running().project
    request = ask(project, "I am ill.", paid_minor=0, by=FREELANCER, at=hours(0))
    events_of(project, request)
    return project, request


def reminded(*at: float) -> tuple[Project, PauseRequest]:
    project, request = asked()
    for hour in at:
        remind(project, request, paid_minor=0, by=FREELANCER, at=hours(hour))
    return project, request


def test_the_third_reminder_within_48_hours_pauses_the_project_once() -> None:
    project, request = reminded(0, 20, 47)
    assert (project.status.name, request.status.name) == ("ON_HOLD", "AUTO_APPROVED")
    assert events_of(project) == [*["project.pause_reminded"] * 3, "project.paused"]
    assert (project.held_at, project.held_by_freelancer, project.pause_asked_at) == (hours(47), True, None)


def test_a_third_reminder_after_49_hours_leaves_the_project_active() -> None:
    project, request = reminded(0, 20, 49)
    assert (project.status.name, request.status.name) == ("ACTIVE", "PENDING")
    assert events_of(project) == ["project.pause_reminded"] * 3


def test_exactly_48_hours_still_count() -> None:
    assert reminded(0, 20, 48)[0].status.name == "ON_HOLD"


def test_any_three_reminders_in_a_row_count_not_only_the_first() -> None:
    project, request = reminded(0, 40, 60, 80)
    assert project.status.name == "ON_HOLD"
    assert request.reminders == [hours(0), hours(40), hours(60), hours(80)]


def test_the_request_itself_is_no_reminder() -> None:
    assert reminded(1, 2)[0].status.name == "ACTIVE"


def test_a_second_request_while_one_is_pending_is_a_conflict() -> None:
    project, _ = asked()
    with pytest.raises(Refused) as refused:
        ask(project, "Again.", paid_minor=0, by=FREELANCER, at=hours(1))
    assert refused.value.code is RefusalCode.CONFLICT


def test_an_answered_request_takes_no_reminder() -> None:
    project, request = reminded(0, 20, 47)
    with pytest.raises(Refused) as refused:
        remind(project, request, paid_minor=0, by=FREELANCER, at=hours(48))
    assert refused.value.code is RefusalCode.WRONG_STATE
    assert refused.value.refusal.from_state == "AUTO_APPROVED"


def test_the_client_cannot_ask_for_a_pause() -> None:
    with pytest.raises(Refused) as refused:
        ask(running().project, "Why not.", paid_minor=0, by=CLIENT, at=hours(0))
    assert refused.value.code is RefusalCode.FORBIDDEN
