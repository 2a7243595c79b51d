"""Working on tasks: who may, what a step does to the milestone, and what surroundings refuse."""

from typing import Any

import pytest

from domain.milestones import Milestone
from domain.permissions import Role
from domain.refusals import RefusalCode, Refused
from domain.task_work import Work, add_task, request_milestone_changes
from tests.makers.work import (
    CLIENT,
    FREELANCER,
    FREELANCER_ID,
    START,
    actor,
    agreed,
    delivered,
    events_of,
    hours,
    running,
    statuses,
    work_of,
)


def refusal_of(verb: Any, *args: Any, **kwargs: Any) -> tuple[RefusalCode, str | None]:
    with pytest.raises(Refused) as refused:
        verb(*args, **kwargs)
    return refused.value.code, refused.value.refusal.from_state


def steps_of(*objects: Any) -> list[tuple[str, str | None, str]]:
    return [(step.action, step.was, step.now) for one in objects for step in one.take_status_changes()]


def test_submitting_an_unstarted_task_records_the_missing_start_at_the_same_instant() -> None:
    agreement = running()
    delivered(agreement)
    (task,), (milestone,) = agreement.tasks, agreement.milestones
    changes = task.take_status_changes()
    assert [(step.action, step.was, step.now) for step in changes] == [
        ("startTask", "TODO", "IN_PROGRESS"),
        ("submitTask", "IN_PROGRESS", "SUBMITTED"),
    ]
    assert {step.at for step in changes} == {START}
    assert steps_of(milestone) == [
        ("startMilestone", "PLANNED", "IN_PROGRESS"),
        ("submitMilestone", "IN_PROGRESS", "SUBMITTED"),
    ]
    assert events_of(task, milestone) == ["task.started", "task.submitted", "milestone.started", "milestone.submitted"]
    assert (task.revision, milestone.submitted_at) == (1, START)


def test_a_resubmission_after_changes_needs_no_second_start() -> None:
    agreement = running()
    pending = delivered(agreement)
    work = work_of(agreement)
    work.request_changes(pending[work.task.id], "Bluer.", by=CLIENT, at=hours(1))
    work.task.take_status_changes()
    delivered(agreement, at=hours(2))
    assert steps_of(work.task) == [("submitTask", "CHANGES_REQUESTED", "SUBMITTED")]
    assert (work.task.revision, work.task.change_request_count) == (2, 1)


def test_a_milestone_is_submitted_with_its_last_task_and_its_clock_starts() -> None:
    agreement = running(tasks=(2,), auto_approve_after_days=5)
    (milestone,) = agreement.milestones
    delivered(agreement, 0)
    assert (milestone.status.name, milestone.auto_approve_at) == ("IN_PROGRESS", None)
    delivered(agreement, 1, at=hours(1))
    assert (milestone.status.name, milestone.auto_approve_at) == ("SUBMITTED", hours(1 + 5 * 24))


def test_taking_a_submission_back_reopens_the_milestone_and_stops_its_clock() -> None:
    agreement = running()
    pending = delivered(agreement)
    work = work_of(agreement)
    work.withdraw(pending[work.task.id], by=FREELANCER, at=hours(1))
    assert (work.task.status.name, work.milestone.status.name) == ("IN_PROGRESS", "IN_PROGRESS")
    assert (work.milestone.auto_approve_at, pending[work.task.id].decision.name) == (None, "WITHDRAWN")


def test_changes_to_one_of_several_tasks_leave_an_unsubmitted_milestone_as_it_is() -> None:
    agreement = running(tasks=(2,))
    pending = delivered(agreement, 0)
    work = work_of(agreement)
    work.request_changes(pending[work.task.id], "Bluer.", by=CLIENT, at=hours(1))
    assert (work.task.status.name, work.milestone.status.name) == ("CHANGES_REQUESTED", "IN_PROGRESS")


def test_changes_to_named_tasks_send_the_milestone_back() -> None:
    agreement = running(tasks=(3,))
    pending = delivered(agreement)
    (milestone,) = agreement.milestones
    named = [agreement.tasks[0].id, agreement.tasks[2].id]
    request_milestone_changes(milestone, agreement.tasks, pending, named, "Bluer.", by=CLIENT, at=hours(1))
    assert statuses(agreement.tasks) == ["CHANGES_REQUESTED", "SUBMITTED", "CHANGES_REQUESTED"]
    assert (milestone.status.name, milestone.auto_approve_at) == ("CHANGES_REQUESTED", None)
    assert [one.decision.name for one in pending.values()] == ["CHANGES_REQUESTED", "PENDING", "CHANGES_REQUESTED"]


@pytest.mark.parametrize("action", ["start", "submit"])
def test_on_hold_nothing_is_started_or_submitted(action: str) -> None:
    agreement = running()
    agreement.project.pause("pauseProject", paid_minor=0, by=CLIENT, at=START)
    more: dict[str, Any] = {"note": "Done.", "links": []} if action == "submit" else {}
    verb = getattr(work_of(agreement), action)
    assert refusal_of(verb, **more, by=FREELANCER, at=START) == (RefusalCode.WRONG_STATE, "ON_HOLD")
    assert statuses(agreement.tasks) == ["TODO"]


def test_nothing_is_started_before_activation() -> None:
    work = work_of(agreed())
    assert refusal_of(work.start, by=FREELANCER, at=START) == (RefusalCode.WRONG_STATE, "PENDING_ACTIVATION")


def test_a_dispute_freezes_everything_about_a_milestone() -> None:
    agreement = running(tasks=(2,))
    delivered(agreement, 0)
    work = work_of(agreement)
    work.milestone.is_frozen = True
    for action, by in (("approveTask", CLIENT), ("requestTaskChanges", CLIENT), ("withdrawSubmission", FREELANCER)):
        assert refusal_of(work.check, action, by=by)[0] is RefusalCode.DISPUTED
    assert refusal_of(work_of(agreement, 1).check, "submitTask", by=FREELANCER)[0] is RefusalCode.DISPUTED


def test_members_work_on_what_is_theirs_or_nobodys_and_owners_on_everything() -> None:
    agreement = running()
    member, colleague, admin = (actor(FREELANCER_ID, role) for role in (Role.MEMBER, Role.MEMBER, Role.ADMIN))
    work = work_of(agreement)
    assert refusal_of(work.check, "startTask", by=member)[0] is RefusalCode.FORBIDDEN
    agreement.project.team = [one for one in (member.membership_id, colleague.membership_id) if one]
    work.check("startTask", by=member)
    work.task.assignee_id = colleague.membership_id
    assert refusal_of(work.check, "startTask", by=member)[0] is RefusalCode.FORBIDDEN
    for by in (colleague, admin, FREELANCER):
        work.check("startTask", by=by)


def test_available_actions_know_the_surroundings() -> None:
    agreement = running(tasks=(2,))
    delivered(agreement, 0)
    agreement.project.pause("pauseProject", paid_minor=0, by=CLIENT, at=START)

    def allowed(work: Work, by: Any) -> set[str]:
        return {one.action for one in work.available_actions(by) if one.allowed}

    assert allowed(work_of(agreement, 0), FREELANCER) == {"withdrawSubmission", "assignTask"}
    assert allowed(work_of(agreement, 1), FREELANCER) == {"updateTask", "assignTask"}
    assert allowed(work_of(agreement, 0), CLIENT) == {"approveTask", "requestTaskChanges"}
    assert allowed(work_of(agreement, 1), CLIENT) == set()


def added(agreement: Any, title: str = "One more") -> Any:
    milestone: Milestone = agreement.milestones[0]
    fields = {"title": title, "description": "", "due_on": None}
    task = add_task(agreement.project, milestone, agreement.tasks, fields, by=FREELANCER, at=START)
    task.version = 1
    agreement.tasks.append(task)
    return task


def test_an_added_task_splits_the_work_and_takes_the_milestones_date() -> None:
    agreement = running()
    task = added(agreement)
    assert (task.position, task.is_agreed, task.status.name) == (2, False, "TODO")
    assert task.due_on == agreement.milestones[0].due_on
    assert agreement.milestones[0].amount_minor == 115_000


def test_a_milestone_has_at_most_50_tasks() -> None:
    agreement = running(tasks=(50,))
    with pytest.raises(Refused) as refused:
        added(agreement)
    refusal = refused.value.refusal
    assert (refusal.code, refusal.used, refusal.limit) == (RefusalCode.LIMIT_REACHED, 50, 50)


def test_a_submitted_milestone_takes_no_more_tasks() -> None:
    agreement = running()
    delivered(agreement)
    assert refusal_of(added, agreement) == (RefusalCode.WRONG_STATE, "SUBMITTED")


def test_taking_the_last_open_task_out_submits_the_milestone() -> None:
    agreement = running()
    extra = added(agreement)
    delivered(agreement, 0)
    assert agreement.milestones[0].status.name == "IN_PROGRESS"
    work_of(agreement, 1).cancel(None, by=FREELANCER, at=hours(1))
    assert (extra.status.name, agreement.milestones[0].status.name) == ("CANCELLED", "SUBMITTED")


def test_agreed_tasks_and_the_last_one_stay() -> None:
    agreement = running()
    extra = added(agreement)
    assert refusal_of(work_of(agreement, 0).cancel, None, by=FREELANCER, at=START)[0] is RefusalCode.WRONG_STATE
    agreement.tasks[0].cancel(by=FREELANCER, at=START)
    assert refusal_of(work_of(agreement, 1).cancel, None, by=FREELANCER, at=START) == (RefusalCode.WRONG_STATE, "TODO")
    assert extra.status.name == "TODO"


def test_the_wording_of_an_agreed_task_stays_but_its_date_may_change() -> None:
    agreement = running()
    work = work_of(agreement)
    due_on = work.milestone.due_on
    assert due_on is not None
    earlier = due_on.replace(day=1)
    refused = refusal_of(work.update, {"title": "Less"}, by=FREELANCER, at=START)
    assert refused == (RefusalCode.WRONG_STATE, "TODO")
    work.update({"due_on": earlier}, by=FREELANCER, at=START)
    assert (work.task.title, work.task.due_on) == ("Task 1.1", earlier)


def test_a_change_that_changes_nothing_records_nothing() -> None:
    agreement = running()
    work = work_of(agreement)
    work.update({"due_on": work.task.due_on}, by=FREELANCER, at=START)
    work.assign(None, by=FREELANCER, at=START)
    assert events_of(work.task) == []
