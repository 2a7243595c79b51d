"""Who takes part in a history of money and what there is to act on; every act either happens or leaves no trace."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from domain.permissions import Role, StaffRole
from domain.terms import FundingMode
from jobs.timers import TIMERS
from schema.ids import global_id
from tests.makers.approvals import two_of_staff
from tests.makers.colleagues import colleague
from tests.makers.invoices import money
from tests.makers.payment_methods import make_method
from tests.makers.payouts import make_payout_method
from tests.makers.projects import Made, make_project
from tests.makers.providers import Moody
from tests.makers.traces import fingerprints
from tests.world import Person, World

CURRENCIES = ("EUR", "JPY")
_OTHERS = {"invitations", "sign_ins", "events", "gigs", "proposals", "gig_invitations", "ledger_exports"}
MONEY_TIMERS = [job for name, job in TIMERS if name.partition(".")[0] not in _OTHERS]
REFUSALS = {"WRONG_STATE", "CONFLICT", "INVALID", "FORBIDDEN", "NOT_FOUND", "RATE_LIMITED", "DISPUTED"} | {
    "INSUFFICIENT_FUNDS",
    "LIMIT_REACHED",
    "PROVIDER_UNAVAILABLE",
}
USUALLY = 9
PARTS = 8


@dataclass(slots=True)
class Thing:
    """A row that a verb is about."""

    type_name: str
    row: dict[str, Any]

    @property
    def id(self) -> str:
        return global_id(self.type_name, self.row["id"])

    def __getitem__(self, column: str) -> Any:
        return self.row[column]

    def part(self, column: str, which: int) -> dict[str, str]:
        """Of an amount: all of it, a half, a third, one unit; now and then more than there is, nothing, or less."""
        total = int(self.row[column])
        amount = (total, total, total // 2, total // 3, 1, total + 1, 0, -1)[which % PARTS]
        return money(amount, self.row["currency"])


@dataclass(slots=True)
class Sides:
    """Two organizations with two people each, two of staff, a moody provider, and three projects in two currencies."""

    world: World
    provider: Moody
    client: Person
    clerk: Person
    freelancer: Person
    partner: Person
    staff: Person
    second: Person
    made: list[Made] = field(default_factory=list)
    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each mutation came to each outcome."""
    is_swift: bool = False
    """Whether nobody looks for the traces of refusals and repeats, which takes most of the time."""

    async def attempt(
        self, by: Person, mutation: str, select: str = "__typename", *, keyed: bool = True, **input: Any
    ) -> dict[str, Any] | None:
        """The payload; None for a refusal, which changes nothing. Nor does a repeat with the same key."""
        key = {"idempotencyKey": self.world.key()} if keyed else {}
        before = await self._seen()
        answer = await by.attempt(mutation, select, **input, **key)
        code = answer.get("code")
        self.tried[mutation, code or "done"] += 1
        if code is not None:
            assert code in REFUSALS, answer
            assert await self._changed_since(before) == [], f"{mutation} was refused and left something behind"
            return None
        if keyed and not self.is_swift:
            before = await self._seen()
            assert await by.attempt(mutation, "replayed", **input, **key) == {"replayed": True}
            assert await self._changed_since(before) == [], f"{mutation} did something when it was repeated"
        return answer

    async def settle(self) -> None:
        """Does what is due. The timers alone do all of it: reactions only make it sooner, and what nobody waits for."""
        if not self.is_swift:
            await self.world.settle()
            return
        while sum([await job(self.world.database, self.world.clock.now()) for job in MONEY_TIMERS]):
            pass

    async def time_passes(self, hours: int) -> None:
        """And ten minutes more, for what is only believed when a provider has said it twice."""
        for pause in (timedelta(hours=hours), timedelta(minutes=10)):
            self.world.clock.advance(pause)
            await self.settle()

    async def _seen(self) -> dict[str, str | None]:
        return {} if self.is_swift else await fingerprints(self.world)

    async def _changed_since(self, before: dict[str, str | None]) -> list[str]:
        after = await self._seen()
        return [table for table in before if before[table] != after[table]]

    async def rows(self, statement: str) -> list[dict[str, Any]]:
        async with self.world.database.connection() as connection:
            return [dict(row) for row in (await connection.execute(text(statement))).mappings()]

    async def thing(self, type_name: str, pick: int, fitting: str, *, of: str | None = None) -> Thing | None:
        """Mostly one that fits, if any does; else any."""
        table = of or type_name.lower() + "s"
        found = await self.rows(f"SELECT *, ({fitting}) AS is_fitting FROM {table} ORDER BY id")
        best = [row for row in found if row["is_fitting"]]
        found = best if best and pick < USUALLY else found
        return Thing(type_name, found[pick % len(found)]) if found else None

    def side_of(self, organization_id: UUID | None) -> tuple[Person, Person]:
        """The owner and the second person of an organization; staff for none."""
        if organization_id == self.client.organization_id:
            return self.client, self.clerk
        if organization_id == self.freelancer.organization_id:
            return self.freelancer, self.partner
        return self.staff, self.second


async def make_sides(
    world: World,
    provider: Moody,
    *,
    budget_minor: int,
    policy: dict[str, Any] | None,
    card: str,
    bank: str,
    is_swift: bool,
) -> Sides:
    """Money is held by the milestone in euros and until the end in yen; a third project is paid directly."""
    client, freelancer = await world.client_side(), await world.freelancer_side()
    clerk, partner = [await colleague(world, one, Role.FINANCE) for one in (client, freelancer)]
    staff, second = await two_of_staff(world, StaffRole.ADMIN)
    sides = Sides(world, provider, client, clerk, freelancer, partner, staff, second, is_swift=is_swift)
    for currency in CURRENCIES:
        await make_method(client, card, currency)
        await make_payout_method(freelancer, bank, currency)
    if policy is not None:
        organization = global_id("Organization", client.organization_id)
        terms = {"position": 1, "status": "ACTIVE"} | policy
        await client.do("upsertReleasePolicy", "policy { id }", organizationId=organization, terms=terms)
    both: dict[str, Any] = {"client": client, "freelancer": freelancer}
    held: dict[str, Any] = {"funding_mode": FundingMode.ESCROW, "budget_minor": budget_minor, **both}
    sides.made = [
        await make_project(world, "MILESTONE", (1, 1), **held),
        await make_project(world, "COMPLETION", (1, 1), upfront_bps=0, currency="JPY", **held),
        await make_project(world, "MILESTONE", (1, 1), budget_minor=budget_minor, **both),
    ]
    return sides
