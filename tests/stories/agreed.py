"""An agreed project as its two sides see and move it."""

from dataclasses import dataclass
from typing import Any

from tests.makers.gigs import make_open_gig
from tests.makers.payment_methods import make_method
from tests.makers.proposals import accept_proposal, eur, make_submitted_proposal
from tests.world import Person, World

PROJECT = "project { id status milestones { id amount { decimal } tasks { id } } }"
WALLETS = "{ wallets { nodes { currency available { decimal } } } }"


@dataclass(frozen=True, slots=True)
class Deal:
    """A project whose milestones have one task each."""

    world: World
    client: Person
    freelancer: Person
    id: str
    gig: str
    milestones: list[str]
    tasks: list[str]

    @classmethod
    def on(cls, client: Person, freelancer: Person, gig: str, project: dict[str, Any]) -> "Deal":
        """The deal about a project that was selected with PROJECT."""
        parts = project["milestones"]
        tasks = [task["id"] for one in parts for task in one["tasks"]]
        return cls(client.world, client, freelancer, project["id"], gig, [one["id"] for one in parts], tasks)

    async def shown(self, select: str) -> Any:
        query = f"query($id: ID!) {{ project(id: $id) {{ {select} }} }}"
        return (await self.client.ask(query, id=self.id))["project"]

    async def status(self) -> str:
        return str((await self.shown("status"))["status"])

    async def invoices(self) -> list[tuple[str, str, str]]:
        """Kind, total and status, oldest first."""
        nodes = (await self.shown("invoices { nodes { kind status total { decimal } } }"))["invoices"]["nodes"]
        return [(one["kind"], one["total"]["decimal"], one["status"]) for one in reversed(nodes)]

    async def payouts(self) -> list[tuple[str, str, str]]:
        """Total, fee and net of each invoice, oldest first, as the freelancer sees them."""
        query = """query($id: ID!) { project(id: $id) { invoices { nodes {
          total { decimal } fee { decimal } net { decimal } } } } }"""
        nodes = (await self.freelancer.ask(query, id=self.id))["project"]["invoices"]["nodes"]
        return [(one["total"]["decimal"], one["fee"]["decimal"], one["net"]["decimal"]) for one in reversed(nodes)]

    async def wallet(self) -> str | None:
        """What the freelancer may dispose of; None when nothing was ever earned."""
        nodes = (await self.freelancer.ask(WALLETS))["wallets"]["nodes"]
        return str(nodes[0]["available"]["decimal"]) if nodes else None

    async def deliver(self, number: int) -> None:
        await self.freelancer.do("submitTask", "task { id }", taskId=self.tasks[number], note="Here it is.")

    async def approve(self, number: int) -> dict[str, Any]:
        """The outcome for project and invoice, after which the money has had time to arrive."""
        done = await self.client.do(
            "approveTask",
            "invoice { kind total { decimal } } project { status }",
            taskId=self.tasks[number],
            revision=1,
            idempotencyKey=self.world.key(),
        )
        await self.world.settle()
        return done


def plan(method: str, parts: int) -> dict[str, Any]:
    """Work terms with that many milestones, none of them quoted."""
    milestones = [{"title": f"Part {number}"} for number in range(1, parts + 1)]
    return {"invoicingMethod": method, "fundingMode": "DIRECT", "milestones": milestones}


async def agree(
    world: World, method: str, budget_minor: int, parts: int, *, token: str = "sim_ok", by: Person | None = None
) -> Deal:
    """A gig is posted, a proposal made (by somebody new unless said) and accepted; the client can pay."""
    client, freelancer = await world.client_side(), by or await world.freelancer_side()
    await make_method(client, token)
    gig = await make_open_gig(world, client, budgetMax=eur(budget_minor), terms=plan(method, parts))
    proposal = await make_submitted_proposal(freelancer, gig, amount=eur(budget_minor))
    project = (await accept_proposal(client, proposal, PROJECT))["project"]
    assert project["status"] == "PENDING_ACTIVATION"
    return Deal.on(client, freelancer, gig, project)
