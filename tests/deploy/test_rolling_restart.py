"""A release replaces one process after the other while people work: no request fails, and nobody misses an event."""

from bench.rolling import rolled
from bench.traffic import Load

LOAD = Load(readers=3, writers=2, sockets=8, reads=40, writes=6)


async def test_every_process_is_replaced_without_a_failed_request_or_a_lost_event(new_database: str) -> None:
    done = await rolled(new_database, LOAD)
    assert done.wrongs == []
    assert done.codes == [0, 0, 0, 0]
    assert done.traffic.failures == []
    assert done.traffic.events > 10
