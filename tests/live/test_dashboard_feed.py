"""The feed of a dashboard: few messages for many events, the last of them exact, and nothing missed by resuming."""

import asyncio
from typing import Any
from uuid import UUID

from domain.organizations import OrganizationKind
from domain.permissions import Role
from server.operations import Asked
from tests.live.crowds import PATIENCE_SECONDS, Crowd, now
from tests.live.sockets import Socket
from tests.makers.approvals import make_waiting
from tests.makers.dashboards import FIGURES, dashboard_of
from tests.makers.events import make_placed_gig, toggle
from tests.makers.gigs import make_open_gig
from tests.makers.invoices import make_open_invoice
from tests.world import Person, World

FEED = f"""subscription($id: ID!, $after: Cursor) {{ dashboardUpdated(organizationId: $id, after: $after) {{
  cursor gap event {{ type subjectVersion }} dashboard {{ {FIGURES} }} }} }}"""


class Rests:
    """Rests that last until they are ended."""

    def __init__(self) -> None:
        self.begun, self._ends = asyncio.Semaphore(0), asyncio.Semaphore(0)

    async def __call__(self) -> None:
        self.begun.release()
        await self._ends.acquire()

    async def end(self, listeners: int = 1) -> None:
        """Ends those of so many listeners, once they all rest."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            for _ in range(listeners):
                await self.begun.acquire()
        for _ in range(listeners):
            self._ends.release()


def asked(person: Person, after: str) -> Asked:
    return Asked(FEED, {"id": f"org_{person.organization_id.hex}", "after": after})


async def toggles(world: World, gig: UUID, times: int) -> None:
    for _ in range(times):
        await toggle(world.database, gig, world.clock.now())
    await world.settle()


def heard(told: list[Any]) -> list[tuple[int, int]]:
    """Of each message, how many events its object has had, and how many gigs are open then."""
    return [(one["event"]["subjectVersion"], one["dashboard"]["work"]["openGigs"]) for one in told]


async def test_fifty_events_are_one_message_which_shows_how_things_stand_behind_the_last(world: World) -> None:
    owner, rests = await world.client_side(), Rests()
    gig = await make_placed_gig(world, owner)
    async with Crowd.gathered(world, rests) as crowd:
        [listener] = await crowd.joins(owner, asked(owner, await now(world)))
        await toggles(world, gig, 1)
        await listener.until(1)
        await toggles(world, gig, 50)
        place, figures = await now(world), await dashboard_of(owner)
        await rests.end()
        await listener.until(2)
        await toggles(world, gig, 1)
        await rests.end()
        await listener.until(3)
    assert heard(listener.told) == [(3, 0), (53, 0), (54, 1)]
    assert (listener.told[1]["cursor"], listener.told[1]["dashboard"]) == (place, figures)


async def test_who_was_away_hears_once_how_things_stand_and_goes_on_from_there(world: World) -> None:
    owner, rests = await world.client_side(), Rests()
    gig = await make_placed_gig(world, owner)
    start = await now(world)
    # More than are read at once.
    await toggles(world, gig, 103)
    async with Crowd.gathered(world, rests) as crowd:
        [listener] = await crowd.joins(owner, asked(owner, start))
        await listener.until(1)
    async with Crowd.gathered(world, rests) as crowd:
        [resumed] = await crowd.joins(owner, asked(owner, listener.told[0]["cursor"]))
        await toggles(world, gig, 1)
        await resumed.until(1)
    assert (heard(listener.told), heard(resumed.told)) == ([(105, 0)], [(106, 1)])


async def test_a_crowd_with_the_same_rights_costs_as_much_as_one(world: World) -> None:
    company = await world.organization(OrganizationKind.CLIENT, "Contoso")
    people = [await world.join(company, role) for role in (Role.OWNER, Role.ADMIN, Role.VIEWER, Role.VIEWER)]
    gig, costs = await make_placed_gig(world, people[0]), list[int]()
    for times in (1, 13):
        rests = Rests()
        async with Crowd.gathered(world, rests) as crowd:
            for person in people:
                await crowd.joins(person, asked(person, await now(world)), times)
            await toggles(world, gig, 1)
            await crowd.until(1)
            await rests.end(len(crowd.listeners))
            before = crowd.statements
            await toggles(world, gig, 2)
            await crowd.until(2)
            costs.append(crowd.statements - before)
            shown = [listener.told[1]["dashboard"] for listener in crowd.listeners]
            assert [one["money"] is None for one in shown] == [False] * 2 * times + [True] * 2 * times
            assert {one["work"]["openGigs"] for one in shown} == {shown[0]["work"]["openGigs"]}
    # One more where another ring comes while they read.
    assert abs(costs[1] - costs[0]) <= 1


async def test_what_only_readers_of_money_may_know_is_told_to_them_alone(world: World) -> None:
    company = await world.organization(OrganizationKind.CLIENT, "Contoso")
    owner, finance, viewer = [await world.join(company, role) for role in (Role.OWNER, Role.FINANCE, Role.VIEWER)]
    rests = Rests()
    async with Crowd.gathered(world, rests) as crowd:
        [paying] = await crowd.joins(finance, asked(finance, await now(world)))
        [other] = await crowd.joins(viewer, asked(viewer, await now(world)))
        await make_waiting(world, finance)
        await world.settle()
        await paying.until(1)
        await rests.end()
        await make_open_gig(world, owner)
        await world.settle()
        await paying.until(2)
        await other.until(1)
    types = [[one["event"]["type"] for one in listener.told] for listener in (paying, other)]
    assert types == [["approval.requested", "gig.published"], ["gig.published"]]
    assert [one["dashboard"]["money"]["pendingApprovals"] for one in paying.told] == [1, 1]
    assert other.told[0]["dashboard"]["money"] is None


async def test_whoever_is_removed_is_told_no_more(world: World) -> None:
    company = await world.organization(OrganizationKind.CLIENT, "Contoso")
    owner, member, rests = await world.join(company, Role.OWNER), await world.join(company, Role.MEMBER), Rests()
    gig = await make_placed_gig(world, owner)
    async with Crowd.gathered(world, rests) as crowd:
        [listener] = await crowd.joins(member, asked(member, await now(world)))
        await owner.do("removeMember", "membership { id }", membershipId=f"mbr_{member.membership_id.hex}")
        await toggles(world, gig, 1)
        await listener.until(1)
    assert listener.told == ["FORBIDDEN"]


async def test_an_invoice_changes_the_figures_of_both_sides_and_of_nobody_else(world: World, live: str) -> None:
    issuer, recipient, stranger = await world.freelancer_side(), await world.client_side(), await world.client_side()
    async with (
        Socket.opened(live, issuer.token) as issuing,
        Socket.opened(live, recipient.token) as receiving,
        Socket.opened(live, stranger.token) as elsewhere,
    ):
        for socket, person in ((issuing, issuer), (receiving, recipient), (elsewhere, stranger)):
            await socket.subscribe(FEED, id=f"org_{person.organization_id.hex}", after=await now(world))
        await elsewhere.subscribe(FEED, "foreign", id=f"org_{issuer.organization_id.hex}")
        fault = await elsewhere.error("foreign")
        await make_open_invoice(world, issuer, recipient)
        received = (await receiving.next())["dashboard"]["invoices"]
        while not (issued := (await issuing.next())["dashboard"]["invoices"])["issued"]:
            # The draft has been told of before.
            pass
        await elsewhere.silence()
    due = {"openCount": 1, "openAmount": {"amountMinor": "10000", "currency": "EUR"}}
    assert fault["message"] == "There is no such organization, or you may not see it."
    assert [one.items() >= due.items() for one in (*issued["issued"], *received["received"])] == [True] * 2
    assert (issued["received"], received["issued"]) == ([], [])
