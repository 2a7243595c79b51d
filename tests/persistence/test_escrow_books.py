"""The books of held money: a whole story is sound, and every corruption of it is found and named."""

import pytest

from persistence.books import check_books
from tests.makers.books import broken_by
from tests.makers.escrow import fund, make_funded_project, release
from tests.makers.projects import approve, submit
from tests.world import World


async def make_story(world: World) -> None:
    """A hold that paid an advance and the milestone's invoice, and another that still has all of its money."""
    made, hold = await make_funded_project(world, tasks=(1, 1))
    await release(made, hold, 10_050)
    await submit(made, made.task)
    await approve(made, made.task)
    await fund(made, 1)
    await world.settle()


async def test_a_story_of_held_money_leaves_sound_books(world: World) -> None:
    await make_story(world)
    assert await check_books(world.database, world.clock.now()) == []


CORRUPTIONS = {
    "a hold says that it gave back a part": (
        "UPDATE escrow_holds SET remaining_minor = remaining_minor - 1, refunded_minor = 1 WHERE status = 'HELD'",
        {"ESCROW", "HOLD_MOVEMENTS"},
    ),
    "held money is nobody's": (
        "UPDATE ledger_entries SET hold_id = NULL FROM escrow_holds h WHERE hold_id = h.id AND h.status = 'HELD'",
        {"ESCROW"},
    ),
    "money is left in a hold that failed": (
        "UPDATE escrow_holds SET status = 'FAILED', funded_at = NULL WHERE status = 'HELD'",
        {"ESCROW", "MILESTONE_FUNDING"},
    ),
    "a release took another fee": (
        "UPDATE hold_movements SET fee_minor = fee_minor + 1 WHERE cause = 'APPROVAL'",
        {"HOLD_MOVEMENTS", "WALLET", "PLATFORM_FEE"},
    ),
    "a release moved more": (
        "UPDATE hold_movements SET amount_minor = amount_minor + 1 WHERE cause = 'APPROVAL'",
        {"HOLD_MOVEMENTS", "HOLD_RELEASE", "INVOICE_RELEASED"},
    ),
    "a release paid two invoices": (
        "UPDATE hold_movements SET invoice_id = (SELECT invoice_id FROM hold_movements WHERE cause = 'CLIENT')",
        {"HOLD_RELEASE", "INVOICE_RELEASED", "WALLET", "PLATFORM_FEE"},
    ),
    "a posting names no hold": (
        "UPDATE ledger_entries e SET hold_id = NULL FROM ledger_accounts a WHERE a.id = e.account_id"
        " AND a.code = 'billed' AND hold_id IS NOT NULL",
        {"HOLD_RELEASE"},
    ),
    "an advance is settled by more than was paid of it": (
        "UPDATE advance_applications SET amount_minor = amount_minor + 1",
        {"ADVANCE"},
    ),
    "a settled advance is forgotten": ("DELETE FROM advance_applications", {"ADVANCE"}),
    "a milestone does not know of its money": (
        "UPDATE milestones SET funding_status = 'UNFUNDED' WHERE funding_status = 'FUNDED'",
        {"MILESTONE_FUNDING"},
    ),
}


@pytest.mark.parametrize("corruption", CORRUPTIONS)
async def test_every_corruption_is_found(world: World, corruption: str) -> None:
    statement, expected = CORRUPTIONS[corruption]
    await make_story(world)
    assert await broken_by(world, statement) == expected
