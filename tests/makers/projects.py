"""Makers of projects: accepted work, straight from the domain and committed, without the way there."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.actors import SYSTEM
from domain.agreements import Agreement, agree
from domain.gigs import GigStatus
from domain.invoices import Invoice, InvoiceKind
from domain.proposals import ProposalStatus
from persistence import project_invoices
from persistence.unit import Unit, unit_of_work
from tests.makers.payment_methods import make_method
from tests.makers.work import deal_of, gig_of, proposal_of, terms_of
from tests.world import Person, World


@dataclass(frozen=True, slots=True)
class Made:
    """A project with its two sides and the global ids of its parts, tasks by milestone."""

    client: Person
    freelancer: Person
    uuid: UUID
    id: str
    milestones: list[str]
    tasks: list[list[str]]
    upfront: UUID | None
    gig_id: UUID
    proposal_id: UUID

    @property
    def task(self) -> str:
        """The first task."""
        return self.tasks[0][0]

    @property
    def milestone(self) -> str:
        """The first milestone."""
        return self.milestones[0]


async def make_project(
    world: World,
    method: str = "MILESTONE",
    tasks: tuple[int, ...] = (1,),
    *,
    budget_minor: int = 115_000,
    client: Person | None = None,
    freelancer: Person | None = None,
    title: str = "A website for a bakery",
    delivery_days: int = 30,
    currency: str = "EUR",
    **changes: Any,
) -> Made:
    """A project that waits for its activation; with an upfront share, its invoice is open and unpaid."""
    client = client or await world.client_side()
    freelancer = freelancer or await world.freelancer_side()
    at = world.clock.now()
    gig = gig_of(client.organization_id, title, terms_of(method, tasks, **changes), budget_minor, delivery_days)
    gig.currency = currency
    proposal = proposal_of(gig, freelancer.organization_id)
    async with unit_of_work(world.database, by=SYSTEM, at=at) as db:
        gig.born(GigStatus.FILLED, action="createGig", by=SYSTEM, at=at)
        db.add(gig)
        await db.flush()
        proposal.born(ProposalStatus.ACCEPTED, action="acceptProposal", by=SYSTEM, at=at)
        db.add(proposal)
        await db.flush()
        deal = deal_of(proposal)
        contact = client.membership_id
        agreement = agree(proposal, deal, gig, contact=contact, team=[], by=SYSTEM, at=at)
        upfront = await _store(db, agreement)
    return _made(client, freelancer, agreement, upfront)


async def make_active_project(
    world: World, method: str = "MILESTONE", tasks: tuple[int, ...] = (1,), **how: Any
) -> Made:
    """A project that runs: the client can pay, so that the upfront, if any, is paid and nothing is missing."""
    client = how.pop("client", None) or await world.client_side()
    await make_method(client)
    made = await make_project(world, method, tasks, client=client, **how)
    await world.settle()
    return made


async def make_submitted_project(
    world: World, method: str = "MILESTONE", tasks: tuple[int, ...] = (1,), **how: Any
) -> Made:
    """A project that runs, with every task of the first milestone delivered."""
    made = await make_active_project(world, method, tasks, **how)
    for task in made.tasks[0]:
        await submit(made, task)
    return made


async def submit(made: Made, task: str, note: str = "Here it is.") -> None:
    await made.freelancer.do("submitTask", "task { status }", taskId=task, note=note)


async def approve(made: Made, task: str, revision: int = 1, select: str = "project { status }") -> dict[str, Any]:
    key = made.client.world.key()
    return await made.client.do("approveTask", select, taskId=task, revision=revision, idempotencyKey=key)


async def _store(db: Unit, agreement: Agreement) -> Invoice | None:
    project = agreement.project
    db.add(project)
    await db.flush()
    db.add(*agreement.milestones)
    await db.flush()
    db.add(*agreement.tasks)
    await db.flush()
    if project.upfront_minor == 0:
        return None
    return await project_invoices.issue(
        db, kind=InvoiceKind.UPFRONT, project=project, agreed_minor=project.upfront_minor
    )


def _made(client: Person, freelancer: Person, agreement: Agreement, upfront: Invoice | None) -> Made:
    project = agreement.project
    return Made(
        client=client,
        freelancer=freelancer,
        uuid=project.id,
        id=f"prj_{project.id.hex}",
        milestones=[f"mst_{one.id.hex}" for one in agreement.milestones],
        tasks=[
            [f"tsk_{task.id.hex}" for task in agreement.tasks if task.milestone_id == one.id]
            for one in agreement.milestones
        ],
        upfront=None if upfront is None else upfront.id,
        gig_id=project.gig_id,
        proposal_id=project.proposal_id,
    )
