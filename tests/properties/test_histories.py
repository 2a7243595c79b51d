"""Both sides and time do anything in any order through the API: books and work stay sound, and all can still end well.

`MILEPOST_HISTORIES=200` tries that many histories and makes a failing one as short as it can, which takes minutes;
`MILEPOST_SEED=…` tries those of an earlier run again.
"""

import asyncio
import os
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from domain.invoices import InvoiceStatus
from domain.tasks import TaskStatus
from persistence.tables.invoicing import invoices
from persistence.tables.money import payments
from persistence.tables.projects import projects, tasks
from tests.makers.invariants import broken
from tests.makers.payment_methods import make_method
from tests.makers.payments import balances, charged
from tests.makers.projects import Made, make_project
from tests.makers.rows import rows
from tests.makers.traces import fingerprints
from tests.world import Person, World

HISTORIES = int(os.environ.get("MILEPOST_HISTORIES", "4"))
STEPS = 25
LAST_PICK = 11
PICKS = st.integers(min_value=0, max_value=LAST_PICK)
USUALLY = 9
WRONG = st.sampled_from([False] * 7 + [True])
HOURS = (0, 0, 1, 24, 48, 15 * 24)
TOKENS = ("sim_ok", "sim_ok", "sim_decline", "sim_timeout_charged", "sim_timeout_not_charged")
OPEN_TASK = (TaskStatus.TODO, TaskStatus.IN_PROGRESS, TaskStatus.CHANGES_REQUESTED)
VERBS = (
    *("start", "submit", "submit", "deliver", "withdraw", "send_back", "send_milestone_back"),
    *("approve", "approve", "approve_milestone", "bill_ahead", "add", "take_out", "hold", "ask_for_pause", "go_on"),
    *("cancel", "change_card", "run_dry", "pay", "pay", "resume_collection", "remind", "cancel_payment", "wait"),
)
REFUSALS = {"WRONG_STATE", "CONFLICT", "INVALID", "FORBIDDEN", "NOT_FOUND", "RATE_LIMITED"}
METHODS = ("MILESTONE", "COMPLETION")
T = TypeVar("T")


class Histories(RuleBasedStateMachine):
    """Two projects of two organizations, one of each method. Every rule tries a verb; a refusal changes nothing."""

    world: ClassVar[World]
    loop: ClassVar[asyncio.AbstractEventLoop]

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=120)

    @initialize(
        token=st.sampled_from(TOKENS),
        budget_minor=st.integers(min_value=50, max_value=1_000_000),
        setting=st.sampled_from([None, True, False]),
        parts=st.sampled_from([(1,), (1, 1), (2, 1)]),
    )
    def begin(self, token: str, budget_minor: int, setting: bool | None, parts: tuple[int, ...]) -> None:
        async def work() -> None:
            self.client, self.freelancer = await self.world.client_side(), await self.world.freelancer_side()
            await make_method(self.client, token)
            self.made = [await self._project(method, parts, budget_minor, setting) for method in METHODS]
            await self.world.settle()

        self.wait_for(work())

    async def _project(self, method: str, parts: tuple[int, ...], budget_minor: int, setting: bool | None) -> Made:
        sides = {"client": self.client, "freelancer": self.freelancer}
        how: dict[str, Any] = {"budget_minor": budget_minor, "auto_approve_milestones": setting, **sides}
        return await make_project(self.world, method, parts, **how)

    def attempt(self, by: Person, mutation: str, *, keyed: bool = False, wrong: bool = False, **input: Any) -> None:
        """Takes a step, or fails to and leaves everything as it was. A repeat of it with its key changes nothing."""
        other = self.client if by is self.freelancer else self.freelancer

        async def work() -> None:
            key = {"idempotencyKey": self.world.key()} if keyed else {}
            actor, seen = other if wrong else by, "replayed" if keyed else "__typename"
            before = await fingerprints(self.world)
            answer = await actor.attempt(mutation, seen, **input, **key)
            if "code" in answer:
                assert answer["code"] in REFUSALS
                assert await fingerprints(self.world) == before
                return
            assert not wrong, f"{mutation} is not the other side's"
            if keyed:
                before = await fingerprints(self.world)
                assert await actor.attempt(mutation, seen, **input, **key) == {"replayed": True}
                assert await fingerprints(self.world) == before

        self.wait_for(work())

    def rows_of(self, table: Any, *columns: Any) -> list[tuple[Any, ...]]:
        """What there is of both projects, in the order in which it came to be."""
        owner = table.c.project_id.in_([made.uuid for made in self.made])
        return self.wait_for(rows(self.world, select(*columns).where(owner).order_by(table.c.id)))

    def task(self, pick: int, *states: TaskStatus) -> tuple[str, int]:
        """Mostly one in these states, if there is any; with its newest revision."""
        found = self.rows_of(tasks, tasks.c.id, tasks.c.revision, tasks.c.status)
        fitting = [row for row in found if row[2] in states]
        found = fitting if fitting and pick < USUALLY else found
        id_, revision, _ = found[pick % len(found)]
        return f"tsk_{id_.hex}", revision

    def milestone(self, pick: int) -> tuple[str, list[str]]:
        """With the tasks it was agreed on."""
        found = [pair for made in self.made for pair in zip(made.milestones, made.tasks, strict=True)]
        return found[pick % len(found)]

    def project(self, pick: int) -> str:
        return self.made[pick % len(self.made)].id

    def invoice(self, pick: int) -> tuple[str, int] | None:
        """With what is due on it; mostly one that somebody still has to pay."""
        found = self.rows_of(invoices, invoices.c.id, invoices.c.amount_due_minor, invoices.c.status)
        fitting = [row for row in found if row[2] is InvoiceStatus.OPEN]
        found = fitting if fitting and pick < USUALLY else found
        return (f"inv_{found[pick % len(found)][0].hex}", found[pick % len(found)][1]) if found else None

    @rule(verb=st.sampled_from(VERBS), pick=PICKS, wrong=WRONG)
    def step(self, verb: str, pick: int, wrong: bool) -> None:
        """One rule for all verbs, because they are to come equally often in every history."""
        getattr(self, verb)(pick, wrong)

    def start(self, pick: int, wrong: bool) -> None:
        self.attempt(self.freelancer, "startTask", wrong=wrong, taskId=self.task(pick, *OPEN_TASK)[0])

    def submit(self, pick: int, wrong: bool) -> None:
        self.attempt(self.freelancer, "submitTask", wrong=wrong, taskId=self.task(pick, *OPEN_TASK)[0], note="Done.")

    def deliver(self, pick: int, wrong: bool) -> None:
        """A whole milestone, now and then with its approval, so that projects come to an end."""
        milestone, parts = self.milestone(pick)
        for part in parts:
            self.attempt(self.freelancer, "submitTask", wrong=wrong, taskId=part, note="Done.")
        if pick % 3 == 0:
            self.attempt(self.client, "approveMilestone", keyed=True, milestoneId=milestone)

    def withdraw(self, pick: int, wrong: bool) -> None:
        task, _ = self.task(pick, TaskStatus.SUBMITTED)
        self.attempt(self.freelancer, "withdrawSubmission", wrong=wrong, taskId=task)

    def send_back(self, pick: int, wrong: bool) -> None:
        task, _ = self.task(pick, TaskStatus.SUBMITTED)
        self.attempt(self.client, "requestTaskChanges", wrong=wrong, taskId=task, note="Bluer.")

    def send_milestone_back(self, pick: int, wrong: bool) -> None:
        milestone, parts = self.milestone(pick)
        input: dict[str, Any] = {"milestoneId": milestone, "taskIds": parts, "note": "Bluer."}
        self.attempt(self.client, "requestMilestoneChanges", wrong=wrong, **input)

    def approve(self, pick: int, wrong: bool) -> None:
        """Now and then what is not the newest revision any more."""
        task, revision = self.task(pick, TaskStatus.SUBMITTED)
        revision = max(1, revision - (pick == LAST_PICK))
        self.attempt(self.client, "approveTask", keyed=True, wrong=wrong, taskId=task, revision=revision)

    def approve_milestone(self, pick: int, wrong: bool) -> None:
        milestone, _ = self.milestone(pick)
        self.attempt(self.client, "approveMilestone", keyed=True, wrong=wrong, milestoneId=milestone)

    def bill_ahead(self, pick: int, wrong: bool) -> None:
        milestone, _ = self.milestone(pick)
        self.attempt(self.freelancer, "requestInterimInvoice", keyed=True, wrong=wrong, milestoneId=milestone)

    def add(self, pick: int, wrong: bool) -> None:
        milestone, _ = self.milestone(pick)
        self.attempt(self.freelancer, "addTask", wrong=wrong, milestoneId=milestone, title="One more")

    def take_out(self, pick: int, wrong: bool) -> None:
        self.attempt(self.freelancer, "cancelTask", wrong=wrong, taskId=self.task(pick, *OPEN_TASK)[0])

    def hold(self, pick: int, wrong: bool) -> None:
        verb = ("pauseProject", "approvePauseRequest", "declinePauseRequest")[pick % 3]
        self.attempt(self.client, verb, wrong=wrong, projectId=self.project(pick))

    def ask_for_pause(self, pick: int, wrong: bool) -> None:
        project = self.project(pick)
        self.attempt(self.freelancer, "requestPause", wrong=wrong, projectId=project, reason="Ill.")
        for _ in range(pick % 4):
            self.attempt(self.freelancer, "remindPause", projectId=project)

    def go_on(self, pick: int, wrong: bool) -> None:
        self.attempt(self.freelancer if wrong else self.client, "resumeProject", projectId=self.project(pick))

    def cancel(self, pick: int, wrong: bool) -> None:
        by = self.freelancer if wrong else self.client
        self.attempt(by, "cancelProject", keyed=True, projectId=self.project(pick), reason="No.")

    def change_card(self, pick: int, wrong: bool) -> None:
        self.wait_for(make_method(self.client, TOKENS[pick % len(TOKENS)]))

    def run_dry(self, pick: int, wrong: bool) -> None:
        """Nothing can be charged for some days, until collection gives up."""
        self.wait_for(make_method(self.client, "sim_decline"))
        for _ in range(pick % 4):
            self.time_passes(48)

    def pay(self, pick: int, wrong: bool) -> None:
        """All that is due, or a part of it."""
        if (found := self.invoice(pick)) is not None:
            amount = {"amountMinor": str(max(1, found[1] // (pick % 3 + 1))), "currency": "EUR"}
            self.attempt(self.client, "payInvoice", keyed=True, wrong=wrong, invoiceId=found[0], amount=amount)

    def resume_collection(self, pick: int, wrong: bool) -> None:
        if (found := self.invoice(pick)) is not None:
            self.attempt(self.client, "resumeCollection", keyed=True, wrong=wrong, invoiceId=found[0])

    def remind(self, pick: int, wrong: bool) -> None:
        if (found := self.invoice(pick)) is not None:
            self.attempt(self.freelancer, "sendInvoiceReminder", wrong=wrong, invoiceId=found[0])

    def cancel_payment(self, pick: int, wrong: bool) -> None:
        """The newest payment, which may not have been sent yet."""
        mine = select(payments.c.id).where(payments.c.payer_id == self.client.organization_id).order_by(payments.c.id)
        if found := self.wait_for(rows(self.world, mine)):
            payment = f"pay_{found[-1][0].hex}"
            self.attempt(self.client, "cancelPayment", keyed=True, wrong=wrong, paymentId=payment)

    def wait(self, pick: int, wrong: bool) -> None:
        self.time_passes(HOURS[pick % len(HOURS)])

    def time_passes(self, hours: int) -> None:
        """And ten minutes more, for what is only believed when a provider has said it twice."""
        for wait in (timedelta(hours=hours), timedelta(minutes=10)):
            self.world.clock.advance(wait)
            self.wait_for(self.world.settle())

    @invariant()
    def books_and_work_are_sound(self) -> None:
        assert self.wait_for(broken(self.world)) == []

    def teardown(self) -> None:
        """Whatever has happened, the work can be finished and paid; then the provider's books say what ours do."""
        if not hasattr(self, "made"):
            return
        self.wait_for(make_method(self.client, "sim_ok"))
        self.pay_everything()
        for made in self.made:
            self.attempt(self.client, "resumeProject", projectId=made.id)
        for id_, _ in sorted(set(map(self.task, range(len(self.rows_of(tasks, tasks.c.id)))))):
            self.attempt(self.freelancer, "submitTask", taskId=id_, note="Done.")
        for made in self.made:
            for milestone in made.milestones:
                self.attempt(self.client, "approveMilestone", keyed=True, milestoneId=milestone)
        self.pay_everything()
        assert self.wait_for(broken(self.world)) == []
        self.everything_has_ended_and_is_paid()

    def pay_everything(self) -> None:
        """Outcomes that are not known yet are so within the hour; then what is due is paid by hand."""
        for _ in range(4):
            self.world.clock.advance(timedelta(minutes=20))
            self.wait_for(self.world.settle())
        for id_, due_minor in self.rows_of(invoices, invoices.c.id, invoices.c.amount_due_minor):
            if due_minor:
                self.attempt(self.client, "payInvoice", keyed=True, invoiceId=f"inv_{id_.hex}")
        self.wait_for(self.world.settle())

    def everything_has_ended_and_is_paid(self) -> None:
        mine = select(projects.c.status).where(projects.c.client_organization_id == self.client.organization_id)
        states = {status.name for (status,) in self.wait_for(rows(self.world, mine))}
        assert states <= {"COMPLETED", "CANCELLED"}, states
        left = self.rows_of(invoices, invoices.c.status, invoices.c.total_minor, invoices.c.net_minor)
        assert {status for status, _, _ in left} <= {InvoiceStatus.PAID, InvoiceStatus.VOID}
        totals = self.wait_for(balances(self.world))
        assert totals.get("provider_cash", 0) == self.wait_for(charged(self.world))
        assert "receivable" not in totals


async def test_whatever_both_sides_and_time_do_books_and_work_stay_sound(world: World) -> None:
    Histories.world, Histories.loop = world, asyncio.get_running_loop()
    number = int(os.environ.get("MILEPOST_SEED", "1"))
    print(f"MILEPOST_SEED={number}")
    how = settings(
        max_examples=HISTORIES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if "MILEPOST_HISTORIES" in os.environ else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, seed(number)(Histories), settings=how)
