"""Makers of escrow: projects whose milestones are funded, and what is said about their holds."""

from typing import Any

from domain.terms import FundingMode
from persistence.books import check_books
from tests.makers.invoices import money
from tests.makers.payment_methods import make_method
from tests.makers.projects import Made, make_project, submit
from tests.world import Person, World

HOLD = "id status amount { decimal } fee { decimal } released { decimal } refunded { decimal } remaining { decimal }"


async def make_escrow_project(
    world: World, method: str = "MILESTONE", tasks: tuple[int, ...] = (1,), **how: Any
) -> Made:
    """An ESCROW project that waits for its first milestone's money; its client has a payment method."""
    client = how.pop("client", None) or await world.client_side()
    await make_method(client, how.pop("token", "sim_ok"))
    how.setdefault("budget_minor", 100_000)
    return await make_project(world, method, tasks, client=client, funding_mode=FundingMode.ESCROW, **how)


async def fund(made: Made, number: int = 0, select: str = f"hold {{ {HOLD} }}", **how: Any) -> dict[str, Any]:
    """The payload of funding a milestone."""
    key = made.client.world.key()
    return await made.client.do("fundMilestone", select, milestoneId=made.milestones[number], idempotencyKey=key, **how)


async def make_funded_project(
    world: World, method: str = "MILESTONE", tasks: tuple[int, ...] = (1,), **how: Any
) -> tuple[Made, str]:
    """The same with its first milestone funded, so that it runs; and the id of the hold."""
    made = await make_escrow_project(world, method, tasks, **how)
    await world.settle()
    hold = (await fund(made))["hold"]["id"]
    await world.settle()
    return made, hold


async def make_delivered_project(
    world: World, method: str = "MILESTONE", tasks: tuple[int, ...] = (1,), **how: Any
) -> tuple[Made, str]:
    """The same with every task of the first milestone delivered."""
    made, hold = await make_funded_project(world, method, tasks, **how)
    for task in made.tasks[0]:
        await submit(made, task)
    return made, hold


async def hold_of(person: Person, hold: str, select: str = HOLD) -> dict[str, Any]:
    """A hold as somebody sees it now."""
    shown: dict[str, Any] = (await person.ask(f"query($id: ID!) {{ escrowHold(id: $id) {{ {select} }} }}", id=hold))[
        "escrowHold"
    ]
    return shown


async def sums_of(person: Person, hold: str) -> list[str]:
    """Its status, and what of it is released, refunded and remaining."""
    shown = await hold_of(person, hold)
    return [shown["status"], *(shown[part]["decimal"] for part in ("released", "refunded", "remaining"))]


async def release(made: Made, hold: str, amount_minor: int | None = None, select: str = "invoice { kind }") -> Any:
    amount = None if amount_minor is None else money(amount_minor)
    key = made.client.world.key()
    return await made.client.do("releaseEscrow", select, holdId=hold, amount=amount, idempotencyKey=key)


async def rule(
    staff: Person, hold: str, freelancer_minor: int, client_minor: int, select: str = "approval { id }"
) -> Any:
    """A ruling of staff over a hold that is frozen already."""
    return await staff.do(
        "ruleEscrow",
        select,
        holdId=hold,
        freelancerAmount=money(freelancer_minor),
        clientAmount=money(client_minor),
        rationale="Half of it was delivered.",
        idempotencyKey=staff.world.key(),
    )


async def sound(world: World) -> bool:
    """Whether the books agree with themselves and with the holds."""
    return await check_books(world.database, world.clock.now()) == []


async def wallet_of(person: Person) -> str | None:
    """What somebody's organization has free; None when nothing ever came in."""
    nodes = (await person.ask("{ wallets { nodes { available { decimal } } } }"))["wallets"]["nodes"]
    return str(nodes[0]["available"]["decimal"]) if nodes else None


async def invoices_of(made: Made) -> list[tuple[str, str, str, str]]:
    """Kind, total, what is due and status of the project's invoices, oldest first."""
    query = """query($id: ID!) { project(id: $id) { invoices { nodes {
      kind total { decimal } amountDue { decimal } status } } } }"""
    nodes = (await made.freelancer.ask(query, id=made.id))["project"]["invoices"]["nodes"]
    return [
        (one["kind"], one["total"]["decimal"], one["amountDue"]["decimal"], one["status"]) for one in reversed(nodes)
    ]
