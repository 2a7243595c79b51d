"""What mutations return is the same from both executors, whatever is selected below it, and no verb runs twice.

MILEPOST_SEED sets where the random selections begin.
"""

import os

from tests.contract.both_payloads import TwiceAnswered
from tests.contract.busy_platform import make_busy
from tests.world import World

SEED = int(os.environ.get("MILEPOST_SEED", "1"))


async def test_random_selections_below_every_mutation_of_a_busy_platform_are_the_same_bytes(world: World) -> None:
    async with world.database.connection() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        client = TwiceAnswered.instead_of(world.client, world, driver, SEED)
        world.client = client
        await make_busy(world)
    print(f"seed {SEED}:", dict(client.tally), client.planner.fallbacks.most_common())
    assert client.tally["planned"] > 100
    assert client.tally["left to the executor, without errors"] == 0
