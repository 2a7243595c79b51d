"""Tables of gigs, proposals and invitations: work before it is agreed."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from domain.gig_invitations import GigInvitationStatus
from domain.gigs import GigPricing, GigPriority, GigStatus, GigVisibility
from domain.proposals import ProposalOrigin, ProposalStatus
from persistence.tables.columns import Instant, TermsColumn, key, lifecycle, metadata, minor, one_of, ref

gig_categories = Table(
    "gig_categories",
    metadata,
    key(),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    ref("parent_id", "gig_categories", optional=True),
    Column("is_active", Boolean, nullable=False),
)

gigs = Table(
    "gigs",
    metadata,
    key(),
    ref("organization_id", "organizations", index=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    ref("category_id", "gig_categories", optional=True),
    Column("skills", ARRAY(Text), nullable=False),
    Column("tools", ARRAY(Text), nullable=False),
    Column("tags", ARRAY(Text), nullable=False),
    Column("visibility", one_of(GigVisibility, "visibility"), nullable=False),
    Column("priority", one_of(GigPriority, "priority"), nullable=False),
    Column("pricing", one_of(GigPricing, "pricing"), nullable=False),
    Column("currency", Text, nullable=False),
    minor("budget_min_minor", optional=True),
    minor("budget_max_minor", optional=True),
    minor("rate_min_minor", optional=True),
    minor("rate_max_minor", optional=True),
    Column("delivery_days", Integer),
    Column("start_on", Date),
    Column("time_zone", Text, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("accepted_seats", Integer, nullable=False),
    Column("expires_on", Date),
    Column("published_at", Instant),
    Column("terms", TermsColumn(none_as_null=True)),
    Column("terms_version", Integer, nullable=False),
    Column("close_reason", Text),
    Column("status", one_of(GigStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("accepted_seats BETWEEN 0 AND seats", name="seats"),
    CheckConstraint("budget_min_minor > 0 AND budget_min_minor <= budget_max_minor", name="budget"),
)
Index("ix_gigs_status_created", gigs.c.status, gigs.c.created_at, gigs.c.id)
Index("ix_gigs_status_expires", gigs.c.status, gigs.c.expires_on)

gig_invitations = Table(
    "gig_invitations",
    metadata,
    key(),
    ref("gig_id", "gigs", index=True),
    ref("client_organization_id", "organizations", index=True),
    ref("freelancer_organization_id", "organizations", index=True),
    Column("message", Text, nullable=False),
    Column("currency", Text, nullable=False),
    minor("amount_minor", optional=True),
    Column("terms", TermsColumn(none_as_null=True)),
    Column("gig_terms_version", Integer, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("status", one_of(GigInvitationStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("(amount_minor IS NULL) = (terms IS NULL)", name="amount_with_terms"),
)
Index(
    "ix_gig_invitations_expires",
    gig_invitations.c.expires_at,
    postgresql_where=text("status = 'PENDING'"),
)
Index(
    "uq_gig_invitations_pending",
    gig_invitations.c.gig_id,
    gig_invitations.c.freelancer_organization_id,
    unique=True,
    postgresql_where=text("status = 'PENDING'"),
)

proposals = Table(
    "proposals",
    metadata,
    key(),
    ref("gig_id", "gigs", index=True),
    ref("client_organization_id", "organizations", index=True),
    ref("freelancer_organization_id", "organizations", index=True),
    ref("invitation_id", "gig_invitations", optional=True),
    Column("origin", one_of(ProposalOrigin, "origin"), nullable=False),
    Column("currency", Text, nullable=False),
    minor("amount_minor"),
    minor("hourly_rate_minor", optional=True),
    Column("hours_per_day", Integer),
    Column("delivery_days", Integer, nullable=False),
    Column("terms", TermsColumn(none_as_null=True), nullable=False),
    Column("gig_terms_version", Integer, nullable=False),
    Column("cover_letter", Text, nullable=False),
    Column("links", ARRAY(Text), nullable=False),
    Column("submitted_at", Instant),
    minor("offered_amount_minor", optional=True),
    Column("offered_terms", TermsColumn(none_as_null=True)),
    Column("offered_terms_version", Integer),
    Column("offer_expires_at", Instant),
    Column("offered_at", Instant),
    Column("seat_no", Integer),
    Column("decline_reason", Text),
    Column("status", one_of(ProposalStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("amount_minor > 0", name="amount"),
    CheckConstraint("seat_no >= 1", name="seat"),
    CheckConstraint("client_organization_id <> freelancer_organization_id", name="two_sides"),
)
Index(
    "uq_proposals_open",
    proposals.c.gig_id,
    proposals.c.freelancer_organization_id,
    unique=True,
    postgresql_where=text("status IN ('DRAFT', 'SUBMITTED', 'SHORTLISTED', 'OFFERED')"),
)
Index(
    "ix_proposals_offer_expires",
    proposals.c.offer_expires_at,
    postgresql_where=text("status = 'OFFERED'"),
)
Index(
    "uq_proposals_seat",
    proposals.c.gig_id,
    proposals.c.seat_no,
    unique=True,
    postgresql_where=text("seat_no IS NOT NULL"),
)
