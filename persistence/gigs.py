"""Queries of gigs: who sees which, the locks of the verbs, and the lists."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Date, cast, exists, false, func, or_, select, true

from domain.actors import Actor
from domain.gig_categories import GigCategory
from domain.gig_invitations import GigInvitationStatus
from domain.gigs import Gig, GigStatus, GigVisibility
from domain.permissions import Permission
from domain.refusals import not_found
from persistence.organizations import ORGANIZATIONS
from persistence.tables.work import gig_categories, gig_invitations, gigs, proposals
from persistence.texts import contains
from persistence.unit import Unit
from planner.edges import Condition, Connection, One, Source

_SHOWN = (GigStatus.OPEN, GigStatus.PAUSED, GigStatus.FILLED, GigStatus.CLOSED, GigStatus.EXPIRED)


def visible_to(viewer: Actor) -> Condition:
    """Own gigs; published ones that are not by invitation; and those one is invited to or has answered."""
    if viewer.may(Permission.STAFF_READ):
        return true()
    if viewer.organization_id is None or not viewer.may(Permission.WORK_READ):
        return false()
    mine = viewer.organization_id
    invited = exists().where(
        gig_invitations.c.gig_id == gigs.c.id,
        gig_invitations.c.freelancer_organization_id == mine,
        gig_invitations.c.status != GigInvitationStatus.REVOKED,
    )
    answered = exists().where(proposals.c.gig_id == gigs.c.id, proposals.c.freelancer_organization_id == mine)
    published = gigs.c.status.in_(_SHOWN) & (gigs.c.visibility != GigVisibility.INVITE_ONLY)
    return or_(gigs.c.organization_id == mine, published, invited, answered)


GIGS = Source(Gig, gigs, visible_to)
GIG_CATEGORIES = Source(GigCategory, gig_categories, lambda viewer: true())

ORGANIZATION = One(ORGANIZATIONS, "organization_id")
CATEGORY = One(GIG_CATEGORIES, "category_id")


def _listed(viewer: Actor) -> Condition:
    """Unlisted gigs are for those who know the id; lists show them to their owner only."""
    return or_(gigs.c.visibility != GigVisibility.UNLISTED, gigs.c.organization_id == viewer.organization_id)


LIST = Connection(
    GIGS,
    orders={"CREATED_AT": gigs.c.created_at, "TITLE": gigs.c.title, "SEATS": gigs.c.seats},
    default_order=(("CREATED_AT", True),),
    filters={
        "status": lambda values: gigs.c.status.in_(values),
        "text": lambda text: contains(text, gigs.c.title, gigs.c.description),
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
    gig = await db.require(statement, "gig", "gigId")
    gig.require_version(expected_version)
    return gig


async def for_answer(db: Unit, gig_id: UUID) -> Gig:
    """The gig of a proposal, invitation or project that the caller has found with its own rights; locked."""
    return (await db.session.scalars(select(Gig).where(gigs.c.id == gig_id).with_for_update())).one()


async def due_for_expiry(db: Unit, limit: int) -> Sequence[Gig]:
    """Gigs whose last day has passed where they are, locked; those that somebody is working on come next time."""
    anywhere_over = gigs.c.expires_on <= db.at.date() + timedelta(days=1)
    over = gigs.c.expires_on < cast(func.timezone(gigs.c.time_zone, db.at), Date)
    due = select(Gig).where(gigs.c.status.in_((GigStatus.OPEN, GigStatus.PAUSED)), anywhere_over, over)
    due = due.order_by(gigs.c.expires_on).limit(limit).with_for_update(skip_locked=True)
    return (await db.session.scalars(due)).all()


async def require_category(db: Unit, category_id: UUID | None) -> None:
    """Refuses a category that does not exist or is retired."""
    if category_id is None:
        return
    category = await db.session.get(GigCategory, category_id)
    if category is None or not category.is_active:
        raise not_found("category", "categoryId")
