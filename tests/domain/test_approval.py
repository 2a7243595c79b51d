"""Approval: what the last answer of the client changes and bills."""

from typing import Any

import pytest

from domain.actors import SYSTEM
from domain.agreements import Agreement
from domain.approval import approve_by_tasks, approve_milestone, approve_task, bills, is_due, request_interim
from domain.milestones import ApprovedVia
from domain.refusals import RefusalCode, Refused
from tests.makers.work import CLIENT, FREELANCER, START, delivered, events_of, forget, hours, running, statuses, work_of


def submitted(tasks: int = 1, **how: Any) -> tuple[Agreement, Any]:
    agreement = running(tasks=(tasks,), **how)
    pending = delivered(agreement)
    forget(agreement)
    return agreement, pending


def approve_all(agreement: Agreement, pending: Any) -> None:
    for number in range(len(agreement.tasks)):
        approve_task(work_of(agreement, number), pending, 1, by=CLIENT, at=hours(1))


def shown(agreement: Agreement, *, is_last: bool, billed_minor: int) -> list[tuple[str, int]]:
    due = bills(agreement.project, agreement.milestones[0], is_last=is_last, billed_minor=billed_minor)
    return [(bill.kind.name, bill.agreed_minor) for bill in due]


def test_the_only_task_approves_its_milestone() -> None:
    agreement, pending = submitted()
    approve_all(agreement, pending)
    (task,), (milestone,) = agreement.tasks, agreement.milestones
    assert (milestone.status.name, milestone.approved_via, milestone.approved_at) == (
        "APPROVED",
        ApprovedVia.TASKS,
        hours(1),
    )
    assert (task.approved_by, task.approved_at, milestone.auto_approve_at) == (CLIENT.user_id, hours(1), None)
    assert pending[task.id].decision.name == "APPROVED"
    assert events_of(task, milestone) == ["task.approved", "milestone.approved"]


@pytest.mark.parametrize(
    ("setting", "tasks", "approved"),
    [(None, 1, True), (None, 2, False), (True, 2, True), (False, 1, False), (False, 2, False)],
)
def test_the_terms_say_whether_tasks_approve_a_milestone(setting: bool | None, tasks: int, approved: bool) -> None:
    agreement, pending = submitted(tasks, auto_approve_milestones=setting)
    approve_all(agreement, pending)
    assert statuses(agreement.tasks) == ["APPROVED"] * tasks
    assert agreement.milestones[0].status.name == ("APPROVED" if approved else "SUBMITTED")


def test_cancelled_tasks_do_not_count_when_tasks_approve_a_milestone() -> None:
    agreement = running(tasks=(2,))
    agreement.tasks[1].cancel(by=SYSTEM, at=START)
    pending = delivered(agreement, 0)
    approve_task(work_of(agreement), pending, 1, by=CLIENT, at=hours(1))
    assert agreement.milestones[0].status.name == "APPROVED"


def test_an_unsubmitted_milestone_is_never_approved_by_tasks() -> None:
    agreement = running(tasks=(1,))
    approve_by_tasks(agreement.project, agreement.milestones[0], [], at=START)
    assert agreement.milestones[0].status.name == "PLANNED"


def test_only_the_newest_submission_can_be_approved() -> None:
    agreement, pending = submitted()
    for revision in (0, 2):
        with pytest.raises(Refused) as refused:
            approve_task(work_of(agreement), pending, revision, by=CLIENT, at=hours(1))
        assert (refused.value.code, refused.value.refusal.path) == (RefusalCode.CONFLICT, ("revision",))
    assert statuses(agreement.tasks) == ["SUBMITTED"]
    assert events_of(agreement.tasks[0]) == []


def test_a_milestone_approved_as_a_whole_approves_what_still_waits() -> None:
    agreement, pending = submitted(3)
    approve_task(work_of(agreement, 1), pending, 1, by=CLIENT, at=hours(1))
    approve_milestone(agreement.milestones[0], agreement.tasks, pending, ApprovedVia.CLIENT, by=CLIENT, at=hours(2))
    assert statuses(agreement.tasks) == ["APPROVED"] * 3
    assert [task.approved_at for task in agreement.tasks] == [hours(2), hours(1), hours(2)]
    assert agreement.milestones[0].approved_via is ApprovedVia.CLIENT


def test_silence_counts_from_the_very_instant_and_only_while_the_project_runs() -> None:
    agreement, _ = submitted(auto_approve_after_days=2)
    project, milestone = agreement.project, agreement.milestones[0]
    assert not is_due(project, milestone, hours(47.999))
    assert is_due(project, milestone, hours(48))
    milestone.is_frozen = True
    assert not is_due(project, milestone, hours(48))
    milestone.is_frozen = False
    project.pause("pauseProject", paid_minor=0, by=CLIENT, at=hours(48))
    assert not is_due(project, milestone, hours(99))


def test_a_milestone_project_bills_each_milestone() -> None:
    agreement, _ = submitted()
    assert shown(agreement, is_last=False, billed_minor=0) == [("MILESTONE", 115_000)]
    assert shown(agreement, is_last=True, billed_minor=0) == [("MILESTONE", 115_000)]


def test_a_completion_project_bills_the_rest_at_the_end_only() -> None:
    agreement = running("COMPLETION", (1, 1), budget_minor=330_000)
    assert shown(agreement, is_last=False, billed_minor=39_600) == []
    assert shown(agreement, is_last=True, billed_minor=39_600) == [("FINAL", 290_400)]


def test_a_requested_interim_comes_first_and_the_rest_may_be_nothing() -> None:
    agreement = running("COMPLETION", (1, 1), budget_minor=330_000)
    request_interim(agreement.project, agreement.milestones[0], by=FREELANCER, at=START)
    assert shown(agreement, is_last=False, billed_minor=39_600) == [("INTERIM", 145_200)]
    assert shown(agreement, is_last=True, billed_minor=39_600) == [("INTERIM", 145_200), ("FINAL", 145_200)]
    assert shown(agreement, is_last=True, billed_minor=184_800) == [("INTERIM", 145_200)]


def test_the_reduction_is_not_billed() -> None:
    agreement = running("COMPLETION", (1,), budget_minor=55_000)
    agreement.project.reduction_minor = 10_000
    assert shown(agreement, is_last=True, billed_minor=6_600) == [("FINAL", 38_400)]


def test_a_milestone_project_has_no_interim_invoices() -> None:
    agreement, _ = submitted()
    with pytest.raises(Refused) as refused:
        request_interim(agreement.project, agreement.milestones[0], by=FREELANCER, at=START)
    assert refused.value.code is RefusalCode.WRONG_STATE
    assert agreement.milestones[0].interim_requested_at is None
