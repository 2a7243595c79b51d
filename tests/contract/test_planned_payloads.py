"""What mutations return is the same from both executors, whatever is selected below it, and no verb runs twice.

MILEPOST_SEED sets where the random selections begin.
"""

import os

import pytest

from server.auth import actor_of_token
from tests.contract.both_executors import Both
from tests.contract.both_payloads import TwiceAnswered
from tests.contract.busy_platform import make_busy
from tests.makers.gigs import make_open_gig
from tests.world import World

SEED = int(os.environ.get("MILEPOST_SEED", "1"))


async def test_random_selections_below_every_mutation_of_a_busy_platform_are_the_same_bytes(world: World) -> None:
    client = TwiceAnswered.instead_of(world.client, world, SEED)
    world.client = client
    await make_busy(world)
    print(f"seed {SEED}:", dict(client.tally), client.planner.fallbacks.most_common(), sorted(client.shipped))
    assert client.tally["planned"] > 100
    assert client.tally["left to the executor, without errors"] == 0
    assert client.shipped >= {"createGig", "openInvoice", "approveTask", "offerProposal", "addPaymentMethod"}


CLIENTS_VIEW = (
    "gig { id version status title tags seats budgetMax { amountMinor currency decimal } terms { invoicingMethod }"
    " availableActions { action allowed reason } expiresOn createdAt }"
)


@pytest.mark.parametrize(
    ("selection", "statements"),
    [
        (CLIENTS_VIEW, 0),
        ("gig { id organization { id name } }", 1),
        ("gig { organization { name } category { name } history(first: 5) { totalCount nodes { at } } }", 4),
    ],
)
async def test_statements_below_a_payload_are_counted_by_edges(world: World, selection: str, statements: int) -> None:
    client = await world.client_side()
    gig = await make_open_gig(world, client)
    document = (
        f"mutation($id: ID!) {{ pauseGig(input: {{gigId: $id}}) {{ ... on PauseGigPayload {{ {selection} }} }} }}"
    )
    viewer = await actor_of_token(world.database, client.token)
    async with Both.over(world) as both:
        context, plan = both.context(viewer), both.planner.admit(document)
        planned = await both.planner.answer(
            plan, {"id": gig}, context, world.database.fetch, world.database.reader, outcomes=context.outcomes
        )
        assert planned is not None, both.planner.fallbacks
        assert planned.statements == statements


async def test_without_a_place_for_outcomes_no_verb_runs(world: World) -> None:
    client = await world.client_side()
    document = 'mutation { createGig(input: {title: "A shop", currency: "EUR"}) { __typename } }'
    async with Both.over(world) as both:
        assert await both.planned(document, {}, await actor_of_token(world.database, client.token)) is None
        assert both.planner.fallbacks == {"mutation": 1}
    assert (await client.ask("{ gigs { totalCount } }"))["gigs"]["totalCount"] == 0
