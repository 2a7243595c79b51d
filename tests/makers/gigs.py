"""Makers of gigs."""

from typing import Any
from uuid import UUID

from domain.actors import SYSTEM
from domain.gig_categories import GigCategory
from domain.ids import new_id
from persistence.unit import unit_of_work
from tests.world import Person, World

CATEGORY = UUID("01900000-0000-7000-8000-000000000001")


async def make_category(world: World) -> None:
    """The category that `gig_input` names."""
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        db.add(GigCategory(id=CATEGORY, slug="design", name="Design", parent_id=None, is_active=True))


def gig_input(**changes: Any) -> dict[str, Any]:
    """A complete gig of 1150.00 EUR over three unquoted milestones."""
    return {
        "title": "A website for a bakery",
        "description": "Three pages and a shop.",
        "currency": "EUR",
        "categoryId": f"cat_{CATEGORY.hex}",
        "budgetMax": {"amountMinor": "115000", "currency": "EUR"},
        "deliveryDays": 30,
        "timeZone": "Europe/Skopje",
        "terms": {
            "invoicingMethod": "MILESTONE",
            "fundingMode": "DIRECT",
            "milestones": [{"title": "Design"}, {"title": "Pages"}, {"title": "Shop"}],
        },
    } | changes


async def make_open_gig(world: World, client: Person, **changes: Any) -> str:
    """The id of a published gig of that client."""
    async with unit_of_work(world.database, by=SYSTEM, at=world.clock.now()) as db:
        if await db.session.get(GigCategory, CATEGORY) is None:
            db.add(
                GigCategory(
                    id=CATEGORY, slug=f"design-{new_id().hex[-4:]}", name="Design", parent_id=None, is_active=True
                )
            )
    gig = (await client.do("createGig", "gig { id }", **gig_input(**changes)))["gig"]
    await client.do("publishGig", "gig { id }", gigId=gig["id"])
    return str(gig["id"])
