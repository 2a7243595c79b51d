"""Freezing a hold while it is disputed, and the ruling that divides it between both sides (rule W15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.actors import SYSTEM, Actor
from domain.checks import Checks
from domain.escrow_funding import Holding
from domain.escrow_holds import EscrowHold
from domain.invoices import Invoice, InvoiceKind
from domain.milestones import OPEN_STATES, Milestone
from domain.money import Money, rounded
from domain.projects import RUNNING, Project, ProjectStatus
from domain.refusals import invalid, wrong_state
from domain.task_submissions import SubmissionDecision, TaskSubmission
from domain.tasks import NOT_ENDED, Task

_DAY = 24 * 60 * 60
_BEGUN = (*RUNNING, ProjectStatus.COMPLETED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Who gets how much of the disputed money."""

    freelancer_minor: int
    client_minor: int

    @property
    def total_minor(self) -> int:
        return self.freelancer_minor + self.client_minor


def split_of(hold: EscrowHold, waiting: Invoice | None, freelancer: Money, client: Money) -> Split:
    """Refuses INVALID unless both parts are in the hold's currency, not negative, and come to something it has left.

    Where an invoice waits for the release, they come to exactly that. An advance has to be paid or taken back first.
    """
    if waiting is not None and waiting.kind is InvoiceKind.ADVANCE:
        raise wrong_state("An advance waits for its release: unfreeze the hold first.", from_state="RELEASE_WAITING")
    checks = Checks()
    checks.money("freelancerAmount", freelancer, least=0, currency=hold.currency)
    checks.money("clientAmount", client, least=0, currency=hold.currency)
    checks.refuse()
    split = Split(freelancer_minor=freelancer.amount_minor, client_minor=client.amount_minor)
    most = hold.release_minor if hold.release_minor is not None else hold.remaining_minor
    least = most if hold.is_waiting else 1
    if not least <= split.total_minor <= most:
        said = f"exactly {most}" if hold.is_waiting else f"1 to {most}"
        raise invalid(f"Both parts together come to {said} of the hold's minor units.", "freelancerAmount")
    return split


def freeze(holding: Holding, waiting: Invoice | None, *, by: Actor, at: datetime) -> None:
    """Stops all that would move the money: its hold, the milestone while it is open, and the invoice that waits."""
    _require_begun(holding.project)
    holding.hold.freeze(by=by, at=at)
    if holding.milestone.status in OPEN_STATES:
        holding.milestone.is_frozen = True
    if waiting is not None:
        waiting.is_frozen = True


def unfreeze(holding: Holding, waiting: Invoice | None, action: str, *, by: Actor, at: datetime) -> None:
    """Ends the freeze; every clock that it stopped goes on where it stood."""
    hold, milestone = holding.hold, holding.milestone
    stopped = at - (hold.frozen_at or at)
    hold.unfreeze(action, by=by, at=at)
    milestone.is_frozen = False
    if milestone.auto_approve_at is not None:
        milestone.auto_approve_at += stopped
    if waiting is not None:
        waiting.is_frozen = False
        if waiting.due_on is not None:
            waiting.due_on += timedelta(days=rounded(stopped // timedelta(seconds=1), _DAY))


def take_off(project: Project, milestone: Milestone, agreed_minor: int, *, keeps_some: bool) -> None:
    """What the client gets back is taken off the milestone's amount and the project's budget.

    A milestone that ends without any money keeps the amount it had: it is cancelled and counts no more.
    """
    least = 1 if keeps_some else 0
    reduction = min(agreed_minor, milestone.amount_minor - least)
    project.reduction_minor += reduction
    if keeps_some:
        milestone.amount_minor -= reduction


def cancel(milestone: Milestone, tasks: Sequence[Task], pending: Sequence[TaskSubmission], *, at: datetime) -> None:
    """Nothing of it was ever paid, and nothing is left to pay it with. Refuses INVALID for work that is approved."""
    if milestone.status not in OPEN_STATES:
        raise invalid("The milestone is approved: some of the money goes to the freelancer.", "freelancerAmount")
    milestone.cancel(by=SYSTEM, at=at)
    for task in tasks:
        if task.status in NOT_ENDED:
            task.cancel(by=SYSTEM, at=at)
    for submission in pending:
        submission.decide(SubmissionDecision.WITHDRAWN, by=SYSTEM, at=at)


def _require_begun(project: Project) -> None:
    """Before the start there is nothing to disagree on: whoever wants out cancels, and all money goes back."""
    if project.status not in _BEGUN:
        message = f"A hold is frozen once its project has begun; this one is {project.status.name}."
        raise wrong_state(message, from_state=project.status.name, allowed=[state.name for state in _BEGUN])
