"""Queries of gigs: who sees which, the locks of the verbs, and the lists."""

from uuid import UUID

from sqlalchemy import exists, false, or_, select, true

from domain.actors import Actor
from domain.gig_categories import GigCategory
from domain.gigs import Gig, GigStatus, GigVisibility
from domain.permissions import Permission
from domain.refusals import conflict, not_found
from persistence.organizations import ORGANIZATIONS
from persistence.tables.work import gig_categories, gig_invitations, gigs, proposals
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source

_SHOWN = (GigStatus.OPEN, GigStatus.PAUSED, GigStatus.FILLED, GigStatus.CLOSED, GigStatus.EXPIRED)


def visible_to(viewer: Actor) -> Condition:
    """Own gigs; published ones that are not by invitation; and those one was invited to or has answered."""
    if viewer.may(Permission.STAFF_READ):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.WORK_READ):
        return false()
    mine = viewer.organization_id
    invited = exists().where(
        gig_invitations.c.gig_id == gigs.c.id, gig_invitations.c.freelancer_organization_id == mine
    )
    answered = exists().where(proposals.c.gig_id == gigs.c.id, proposals.c.freelancer_organization_id == mine)
    published = gigs.c.status.in_(_SHOWN) & (gigs.c.visibility != GigVisibility.INVITE_ONLY)
    return or_(gigs.c.organization_id == mine, published, invited, answered)


GIGS = Source(Gig, gigs, visible_to)
GIG_CATEGORIES = Source(GigCategory, gig_categories, lambda viewer: true())

ORGANIZATION = One(ORGANIZATIONS, "organization_id")
CATEGORY = One(GIG_CATEGORIES, "category_id")


def _text(text: str) -> Condition:
    pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return or_(gigs.c.title.ilike(pattern), gigs.c.description.ilike(pattern))


def _listed(viewer: Actor) -> Condition:
    """Unlisted gigs are for those who know the id; lists show them to their owner only."""
    return or_(gigs.c.visibility != GigVisibility.UNLISTED, gigs.c.organization_id == viewer.organization_id)


LIST = Connection(
    GIGS,
    orders={"CREATED_AT": gigs.c.created_at, "TITLE": gigs.c.title, "SEATS": gigs.c.seats},
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: gigs.c.status.in_(values),
        "text": _text,
        "skill": lambda skill: gigs.c.skills.any(skill),
        "category_id": lambda id_: gigs.c.category_id == id_,
        "organization_id": lambda id_: gigs.c.organization_id == id_,
        "currency": lambda currency: gigs.c.currency == currency,
        "budget_from_minor": lambda amount: gigs.c.budget_max_minor >= amount,
    },
    where=_listed,
)

CATEGORIES = Connection(
    GIG_CATEGORIES,
    orders={"SLUG": gig_categories.c.slug},
    default_order=(("SLUG", False),),
    where=lambda viewer: gig_categories.c.is_active.is_(True),
)


async def for_change(db: Unit, gig_id: UUID, expected_version: int | None = None) -> Gig:
    """A visible gig, locked until the transaction ends. Gigs come first in the order of locks."""
    statement = select(Gig).where(gigs.c.id == gig_id, visible_to(db.by)).with_for_update()
    gig = (await db.session.scalars(statement)).one_or_none()
    if gig is None:
        raise not_found("gig", "gigId")
    if expected_version not in (None, gig.version):
        raise conflict("The gig has changed since you read it.", "expectedVersion", current_version=gig.version)
    return gig


async def require_category(db: Unit, category_id: UUID | None) -> None:
    """Refuses a category that does not exist or is retired."""
    if category_id is None:
        return
    category = await db.session.get(GigCategory, category_id)
    if category is None or not category.is_active:
        raise not_found("category", "categoryId")
