"""Every story ends with sound books and sound work."""

from collections.abc import AsyncIterator

import pytest

from tests.makers.invariants import broken
from tests.world import World


@pytest.fixture
async def world(world: World) -> AsyncIterator[World]:
    """The world as everywhere; when the story is told, nothing about money or work may be wrong."""
    yield world
    assert await broken(world) == []
