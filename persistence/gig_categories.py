"""The headings that gigs are found under: the same two levels on every platform from its first start."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from persistence.tables.work import gig_categories
from persistence.unit import Unit

_HEADINGS = (
    # number, which makes the id and is never used twice; slug; name; slug of the heading above
    (1, "software-and-data", "Software and data", None),
    (2, "web-development", "Web development", "software-and-data"),
    (3, "mobile-apps", "Mobile apps", "software-and-data"),
    (4, "data-analysis", "Data analysis", "software-and-data"),
    (5, "design-and-media", "Design and media", None),
    (6, "graphic-design", "Graphic design", "design-and-media"),
    (7, "product-design", "Product design", "design-and-media"),
    (8, "video-and-sound", "Video and sound", "design-and-media"),
    (9, "writing-and-business", "Writing and business", None),
    (10, "copywriting", "Copywriting", "writing-and-business"),
    (11, "translation", "Translation", "writing-and-business"),
    (12, "marketing", "Marketing", "writing-and-business"),
)
_IDS = {slug: UUID(f"00dc6acf-ac00-7000-8000-0000000001{number:02x}") for number, slug, _, _ in _HEADINGS}


def category_id(slug: str) -> UUID:
    """The id of one of these headings: of version 7, and the same on every platform."""
    return _IDS[slug]


async def ensure(db: Unit) -> None:
    """Inserts the headings that are missing; what has been changed or retired since stays so."""
    rows = [
        {"id": _IDS[slug], "slug": slug, "name": name, "parent_id": above and _IDS[above], "is_active": True}
        for _, slug, name, above in _HEADINGS
    ]
    await db.session.execute(insert(gig_categories).on_conflict_do_nothing(), rows)
