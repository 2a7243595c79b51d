"""Whatever both sides do in whatever order, the invariants of agreed work hold after every step."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain import approval, pause_requests
from domain.actors import SYSTEM, Actor
from domain.approval import Bill
from domain.milestones import OPEN_STATES, ApprovedVia, Milestone, MilestoneStatus
from domain.pause_requests import PauseRequest
from domain.projects import ProjectStatus
from domain.refusals import Refused
from domain.schedules import resume
from domain.task_submissions import SubmissionDecision, TaskSubmission
from domain.task_work import Work, add_task, request_milestone_changes
from domain.tasks import Task, TaskStatus
from domain.terms import InvoicingMethod
from tests.makers.work import CLIENT, FREELANCER, START, running

PICKS = st.integers(min_value=0, max_value=11)


class AgreedWork(RuleBasedStateMachine):
    """One project. Every rule tries a verb; a refusal is an answer too, but then nothing may have changed."""

    @initialize(
        method=st.sampled_from(["MILESTONE", "COMPLETION"]),
        tasks=st.lists(st.integers(min_value=1, max_value=3), min_size=1, max_size=3),
        setting=st.sampled_from([None, True, False]),
        budget_minor=st.integers(min_value=100, max_value=10_000_000),
    )
    def begin(self, method: str, tasks: list[int], setting: bool | None, budget_minor: int) -> None:
        how: dict[str, Any] = {"auto_approve_milestones": setting, "budget_minor": budget_minor}
        agreement = running(method, tuple(tasks), **how)
        self.project, self.milestones, self.tasks = agreement.project, agreement.milestones, agreement.tasks
        self.now = START
        self.submissions: list[TaskSubmission] = []
        self.requests: list[PauseRequest] = []
        self.bills: list[tuple[str, int, UUID | None]] = []
        if self.project.upfront_minor:
            self.bills.append(("UPFRONT", self.project.upfront_minor, None))

    def work(self, pick: int) -> Work:
        task = self.tasks[pick % len(self.tasks)]
        milestone = next(one for one in self.milestones if one.id == task.milestone_id)
        return Work(project=self.project, milestone=milestone, task=task, tasks=self.parts(milestone))

    def parts(self, milestone: Milestone) -> list[Task]:
        return [task for task in self.tasks if task.milestone_id == milestone.id]

    def pending(self) -> dict[UUID, TaskSubmission]:
        return {one.task_id: one for one in self.submissions if one.decision is SubmissionDecision.PENDING}

    def attempt(self, verb: Any, *arguments: Any, by: Actor, **more: Any) -> Any:
        before = self.snapshot()
        try:
            return verb(*arguments, by=by, at=self.now, **more)
        except Refused:
            assert self.snapshot() == before
            return None

    def snapshot(self) -> list[Any]:
        found = [self.project, *self.milestones, *self.tasks, *self.requests]
        return [(one.status, one.__dict__.get("revision"), len(one.__dict__.get("_events", []))) for one in found] + [
            one.decision for one in self.submissions
        ]

    def conclude(self, milestone: Milestone, was: MilestoneStatus) -> None:
        """What persistence does after an approval: bill it, and complete the project with the last one."""
        if was is milestone.status or milestone.status is not MilestoneStatus.APPROVED:
            return
        is_last = all(one.status not in OPEN_STATES for one in self.milestones)
        billed = sum(agreed for _, agreed, _ in self.bills)
        for bill in approval.bills(self.project, milestone, is_last=is_last, billed_minor=billed):
            self.issue(bill)
        if is_last:
            self.project.complete(paid_minor=0, at=self.now)

    def issue(self, bill: Bill | None) -> None:
        if bill is not None:
            self.bills.append((bill.kind.name, bill.agreed_minor, bill.milestone.id if bill.milestone else None))

    @rule(pick=PICKS)
    def start(self, pick: int) -> None:
        self.attempt(self.work(pick).start, by=FREELANCER)

    @rule(pick=PICKS, by=st.sampled_from([FREELANCER, FREELANCER, CLIENT]))
    def submit(self, pick: int, by: Actor) -> None:
        submission = self.attempt(self.work(pick).submit, note="Done.", links=[], by=by)
        self.submissions += [submission] if submission else []

    @rule(pick=PICKS, and_approve=st.booleans())
    def deliver(self, pick: int, and_approve: bool) -> None:
        """All that is left of a milestone, so that projects come to an end now and then."""
        for task in self.work(pick).tasks:
            number = self.tasks.index(task)
            self.submit(number, FREELANCER)
            if and_approve:
                self.approve(number, 0)

    @rule(pick=PICKS)
    def withdraw(self, pick: int) -> None:
        work = self.work(pick)
        self.attempt(work.withdraw, self.pending().get(work.task.id), by=FREELANCER)

    @rule(pick=PICKS)
    def send_back(self, pick: int) -> None:
        work = self.work(pick)
        self.attempt(work.request_changes, self.pending().get(work.task.id), "Bluer.", by=CLIENT)

    @rule(pick=PICKS)
    def send_milestone_back(self, pick: int) -> None:
        work = self.work(pick)
        more = (work.milestone, work.tasks, self.pending(), [work.task.id], "Bluer.")
        self.attempt(request_milestone_changes, *more, by=CLIENT)

    @rule(pick=PICKS, revision_off=st.sampled_from([0, 0, 0, 1]))
    def approve(self, pick: int, revision_off: int) -> None:
        work = self.work(pick)
        was = work.milestone.status
        self.attempt(approval.approve_task, work, self.pending(), work.task.revision - revision_off, by=CLIENT)
        self.conclude(work.milestone, was)

    @rule(pick=PICKS, via=st.sampled_from([ApprovedVia.CLIENT, ApprovedVia.TIMER]))
    def approve_milestone(self, pick: int, via: ApprovedVia) -> None:
        milestone = self.work(pick).milestone
        was, by = milestone.status, CLIENT if via is ApprovedVia.CLIENT else SYSTEM
        if via is ApprovedVia.CLIENT or approval.is_due(self.project, milestone, self.now):
            self.attempt(approval.approve_milestone, milestone, self.parts(milestone), self.pending(), via, by=by)
        self.conclude(milestone, was)

    @rule(pick=PICKS)
    def add(self, pick: int) -> None:
        milestone = self.work(pick).milestone
        fields = {"title": "One more", "description": "", "due_on": None}
        task = self.attempt(add_task, self.project, milestone, self.parts(milestone), fields, by=FREELANCER)
        if task:
            task.version = 1
            self.tasks.append(task)

    @rule(pick=PICKS)
    def cancel(self, pick: int) -> None:
        work = self.work(pick)
        was = work.milestone.status
        self.attempt(work.cancel, self.pending().get(work.task.id), by=FREELANCER)
        if self.project.terms.auto_approve_milestones:
            approval.approve_by_tasks(self.project, work.milestone, work.tasks, at=self.now)
            self.conclude(work.milestone, was)

    @rule(pick=PICKS)
    def bill_ahead(self, pick: int) -> None:
        milestone = self.work(pick).milestone
        self.issue(self.attempt(approval.request_interim, self.project, milestone, by=FREELANCER))

    @rule(luck=st.integers(min_value=0, max_value=9))
    def hold(self, luck: int) -> None:
        if luck == 0:
            self.attempt(self.project.pause, "pauseProject", paid_minor=0, by=CLIENT)

    @rule(by=st.sampled_from([CLIENT, FREELANCER]))
    def go_on(self, by: Actor) -> None:
        self.attempt(resume, self.project, self.milestones, self.tasks, paid_minor=0, by=by)

    @rule()
    def ask_for_pause(self) -> None:
        request = self.attempt(pause_requests.ask, self.project, "Ill.", paid_minor=0, by=FREELANCER)
        if request:
            self.requests.append(request)

    @rule(verb=st.sampled_from(["remind", "remind", "approve", "decline", "withdraw"]))
    def answer_pause(self, verb: str) -> None:
        by = FREELANCER if verb in ("remind", "withdraw") else CLIENT
        if self.requests:
            self.attempt(getattr(pause_requests, verb), self.project, self.requests[-1], paid_minor=0, by=by)

    @rule(hours=st.integers(min_value=1, max_value=400))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    def teardown(self) -> None:
        """Wherever the two sides have left it, the work can be finished, and then all of the budget is billed."""
        if not hasattr(self, "project"):
            return
        self.go_on(CLIENT)
        for number in range(len(self.tasks)):
            self.submit(number, FREELANCER)
            self.approve_milestone(number, ApprovedVia.CLIENT)
        assert self.project.status is ProjectStatus.COMPLETED
        self.amounts_add_up_to_the_budget()
        self.approved_milestones_have_approved_tasks_only()
        self.nothing_is_billed_twice_or_beyond_the_budget()
        self.a_project_is_complete_exactly_when_nothing_is_open_and_then_all_is_billed()
        self.revisions_have_no_gaps_and_only_the_last_is_pending()

    @invariant()
    def amounts_add_up_to_the_budget(self) -> None:
        project = self.project
        total = sum(one.amount_minor for one in self.milestones if one.status is not MilestoneStatus.CANCELLED)
        assert total == project.budget_minor - project.reduction_minor - project.upfront_minor

    @invariant()
    def approved_milestones_have_approved_tasks_only(self) -> None:
        for milestone in self.milestones:
            states = {task.status for task in self.parts(milestone)} - {TaskStatus.CANCELLED}
            if milestone.status is MilestoneStatus.APPROVED:
                assert states == {TaskStatus.APPROVED}
            if milestone.status is MilestoneStatus.SUBMITTED:
                assert states <= {TaskStatus.APPROVED, TaskStatus.SUBMITTED}
                assert milestone.auto_approve_at is not None
            else:
                assert milestone.auto_approve_at is None

    @invariant()
    def every_milestone_keeps_a_task(self) -> None:
        for milestone in self.milestones:
            assert any(task.status is not TaskStatus.CANCELLED for task in self.parts(milestone))

    @invariant()
    def nothing_is_billed_twice_or_beyond_the_budget(self) -> None:
        project = self.project
        assert len({(kind, owner) for kind, _, owner in self.bills}) == len(self.bills)
        assert sum(agreed for _, agreed, _ in self.bills) <= project.budget_minor - project.reduction_minor
        if project.terms.invoicing_method is InvoicingMethod.MILESTONE:
            approved = {one.id for one in self.milestones if one.status is MilestoneStatus.APPROVED}
            assert {owner for kind, _, owner in self.bills if kind == "MILESTONE"} == approved

    @invariant()
    def a_project_is_complete_exactly_when_nothing_is_open_and_then_all_is_billed(self) -> None:
        done = all(one.status not in OPEN_STATES for one in self.milestones)
        assert (self.project.status is ProjectStatus.COMPLETED) == done
        assert done or "FINAL" not in {kind for kind, _, _ in self.bills}
        if done:
            billed = sum(agreed for _, agreed, _ in self.bills)
            assert billed == self.project.budget_minor - self.project.reduction_minor

    @invariant()
    def revisions_have_no_gaps_and_only_the_last_is_pending(self) -> None:
        for task in self.tasks:
            own = [one for one in self.submissions if one.task_id == task.id]
            assert [one.revision for one in own] == list(range(1, task.revision + 1))
            assert all(one.decision is not SubmissionDecision.PENDING for one in own[:-1])
            is_pending = bool(own) and own[-1].decision is SubmissionDecision.PENDING
            assert is_pending == (task.status is TaskStatus.SUBMITTED)

    @invariant()
    def at_most_one_pause_request_is_pending(self) -> None:
        assert sum(request.status.name == "PENDING" for request in self.requests) <= 1


TestAgreedWork: Any = AgreedWork.TestCase
TestAgreedWork.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
