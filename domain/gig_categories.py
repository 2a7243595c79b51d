"""Gig categories: the headings gigs are found under, two levels deep."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(eq=False, kw_only=True)
class GigCategory:
    """A heading that gigs are found under. A retired one stays readable but cannot be chosen."""

    id: UUID
    slug: str
    name: str
    parent_id: UUID | None
    is_active: bool
