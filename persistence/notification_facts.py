"""The facts that texts of notifications name: of the event, of its object, and of what that leads to."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.apps import App
from domain.events import OutboxEvent
from domain.gigs import Gig
from domain.milestones import Milestone
from domain.money import Money
from domain.organizations import Organization
from domain.products import Product
from domain.projects import Project
from domain.users import User

LEADS: dict[str, tuple[str, type[Any], str]] = {
    "issuer": ("issuer_id", Organization, "name"),
    "recipient": ("recipient_id", Organization, "name"),
    "payer": ("payer_id", Organization, "name"),
    "client": ("client_organization_id", Organization, "name"),
    "freelancer": ("freelancer_organization_id", Organization, "name"),
    "owner": ("organization_id", Organization, "name"),
    "gig": ("gig_id", Gig, "title"),
    "project": ("project_id", Project, "title"),
    "milestone": ("milestone_id", Milestone, "title"),
    "product": ("product_id", Product, "name"),
    "app": ("app_id", App, "name"),
    "person": ("user_id", User, "display_name"),
}
"""Facts of other rows: by which attribute they are found, what they are, and what of them is said."""

MOVED = "moved"
"""The amount that the event tells of."""


async def facts_of(session: AsyncSession, names: Iterable[str], event: OutboxEvent, subject: Any) -> dict[str, str]:
    """What the event told counts before what its object has become meanwhile. Raises for a name that leads nowhere."""
    return {name: await _fact(session, name, event, subject) for name in sorted(names)}


async def _fact(session: AsyncSession, name: str, event: OutboxEvent, subject: Any) -> str:
    if name in LEADS:
        attribute, kind, said = LEADS[name]
        return _shown(getattr(await session.get_one(kind, getattr(subject, attribute)), said))
    if name == MOVED:
        return _shown(Money(event.data["amountMinor"], event.data["currency"]))
    return _shown(event.data[name] if name in event.data else getattr(subject, name))


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%-d %B %Y at %H:%M} UTC"
    if isinstance(value, date):
        return f"{value:%-d %B %Y}"
    if isinstance(value, Enum):
        return value.name.lower().replace("_", " ")
    return str(value)
