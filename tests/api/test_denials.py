"""Refusals for want of a permission in a flood: the log keeps some of them, and says how many it left out."""

from domain.permissions import Role
from resolvers.denials import MOST, MOST_CALLERS, SECONDS, Denials
from tests.makers.audit import entries_for
from tests.makers.colleagues import colleague
from tests.world import World


def test_of_each_caller_so_many_a_minute_are_written_down() -> None:
    instant = [0.0]
    denials = Denials(lambda: instant[0])
    assert [denials.admit("mallory") for _ in range(MOST + 40)] == [0] * MOST + [None] * 40
    assert denials.admit("alice") == 0
    instant[0] = SECONDS
    assert [denials.admit("mallory") for _ in range(2)] == [40, 0]


def test_a_crowd_of_callers_makes_it_forget_the_oldest_only() -> None:
    denials = Denials(lambda: 0.0)
    for caller in ("alice", *range(MOST_CALLERS - 2), *["mallory"] * MOST, "one more"):
        denials.admit(caller)
    assert denials.admit("mallory") is None
    assert denials.admit("alice") == 0


async def test_a_flood_of_refusals_leaves_no_flood_of_entries(world: World) -> None:
    owner = await world.client_side()
    viewer = await colleague(world, owner, Role.VIEWER)
    for number in range(MOST + 5):
        refusal = await viewer.refused("createGig", title=f"Gig {number}", currency="EUR")
        assert refusal["code"] == "FORBIDDEN"
    found = (await owner.ask("{ auditEntries { totalCount } }"))["auditEntries"]["totalCount"]
    assert found == MOST
    assert {entry["refusal"] for entry in await entries_for(owner)} == {"FORBIDDEN"}
