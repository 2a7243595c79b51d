"""Makers of notifications: something that happens to somebody, and what they are told of it."""

import json
from typing import Any

from tests.makers.gigs import make_open_gig
from tests.makers.proposals import make_submitted_proposal
from tests.world import Person, World

TOLD = "{ notifications { nodes { id type category title text params subjectId readAt organization { name } } } }"


async def told(person: Person, type_: str | None = None) -> list[dict[str, Any]]:
    """What somebody is told, the latest first; of one type of event where that is named."""
    nodes: list[dict[str, Any]] = (await person.ask(TOLD))["notifications"]["nodes"]
    return [one for one in nodes if type_ in (None, one["type"])]


async def make_proposed(world: World, client: Person, freelancer: Person, title: str = "A website") -> str:
    """A proposal that was submitted to the client, who is told of it; its id."""
    gig = await make_open_gig(world, client, title=title)
    proposal = await make_submitted_proposal(freelancer, gig)
    await world.settle()
    return proposal


async def make_told(world: World) -> Person:
    """A client with one unread notification."""
    client = await world.client_side()
    await make_proposed(world, client, await world.freelancer_side())
    return client


async def choose(person: Person, category: str, channel: str, mode: str) -> None:
    chosen = {"category": category, "channel": channel, "mode": mode}
    await person.do("setNotificationPreference", "preferences { digestAt }", **chosen)


async def make_device(person: Person, token: str = "a device") -> str:
    device = await person.do("registerPushDevice", "device { id }", token=token, platform="IOS")
    return str(device["device"]["id"])


def pushed(world: World) -> list[dict[str, Any]]:
    """All that was pushed so far, in order."""
    return [json.loads(file.read_text()) for file in sorted((world.mail_folder.parent / "push").glob("*.json"))]
