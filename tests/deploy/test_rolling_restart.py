"""A release replaces one process after the other while people work: no request fails, and nobody misses an event."""

import asyncio

from server.seed import PASSWORD, SEEDED
from tests.deploy.fleet import fleet
from tests.deploy.traffic import signed_in, traffic


async def test_every_process_is_replaced_without_a_failed_request_or_a_lost_event(new_database: str) -> None:
    async with fleet(new_database) as them:
        token = await signed_in(them.url, SEEDED[0].email, PASSWORD)
        async with traffic(them.url, token, people=4, listeners=8, pause=0.05) as seen:
            codes = [await them.replace_replica(port) for port in them.ports]
            codes += [await them.replace_worker(number) for number in range(2)]
            await asyncio.sleep(1)
    assert codes == [0, 0, 0, 0]
    assert seen.failed == {}
    assert len(seen.published) > 10
    for one in seen.listeners:
        assert sorted(one.heard) == sorted(seen.published)
        assert len(set(one.cursors)) == len(one.cursors)
    assert len({tuple(one.heard) for one in seen.listeners}) == 1
    assert sum(one.connections for one in seen.listeners) > len(seen.listeners)
