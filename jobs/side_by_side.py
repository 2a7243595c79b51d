"""Jobs over many slow calls: a few at the same time, so that one slow answer holds up no other."""

import asyncio
from collections.abc import Awaitable, Callable

AT_ONCE = 5
"""How many calls one run has under way at the same time; slow answers keep nobody waiting for longer than one call."""


async def several(step: Callable[[], Awaitable[bool]]) -> int:
    """Runs a step and, where there was something to do, a few more side by side; the first failure is raised last."""
    if not await step():
        return 0
    results = await asyncio.gather(*(step() for _ in range(AT_ONCE)), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return 1 + sum(result is True for result in results)
