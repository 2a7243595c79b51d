"""Tables of people, organizations and sessions."""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, LargeBinary, Table, Text, text

from domain.invitations import InvitationStatus
from domain.memberships import MembershipStatus
from domain.one_time_tokens import TokenPurpose
from domain.organizations import OrganizationKind, OrganizationStatus
from domain.permissions import Role, StaffRole
from domain.sessions import AuthLevel, RevokeReason, SessionKind
from domain.sign_ins import SignInOutcome
from domain.users import UserStatus
from persistence.tables.columns import Instant, key, lifecycle, metadata, one_of, ref

organizations = Table(
    "organizations",
    metadata,
    key(),
    Column("kind", one_of(OrganizationKind, "kind"), nullable=False),
    Column("name", Text, nullable=False),
    Column("legal_name", Text),
    Column("country", Text),
    Column("time_zone", Text, nullable=False),
    Column("billing_email", Text, nullable=False),
    Column("base_currency", Text),
    Column("requires_two_factor", Boolean, nullable=False),
    Column("parked_at", Instant),
    Column("park_reason", Text),
    Column("status", one_of(OrganizationStatus, "status"), nullable=False),
    *lifecycle(),
)
Index("ix_organizations_created_at_id", organizations.c.created_at, organizations.c.id)
Index("uq_organizations_platform", organizations.c.kind, unique=True, postgresql_where=text("kind = 'PLATFORM'"))

users = Table(
    "users",
    metadata,
    key(),
    Column("email", Text, nullable=False, unique=True),
    Column("email_verified_at", Instant),
    Column("display_name", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("password_changed_at", Instant, nullable=False),
    Column("sign_up_repeated_at", Instant),
    Column("status", one_of(UserStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("email = lower(email)", name="email_lower"),
    Index("ix_users_created_at_id", "created_at", "id"),
)

one_time_tokens = Table(
    "one_time_tokens",
    metadata,
    key(),
    ref("user_id", "users"),
    Column("purpose", one_of(TokenPurpose, "purpose"), nullable=False),
    Column("token_hash", LargeBinary, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("email", Text),
    Index("ix_one_time_tokens_user_id_purpose_created_at", "user_id", "purpose", "created_at"),
)

sessions = Table(
    "sessions",
    metadata,
    key(),
    ref("user_id", "users", index=True),
    ref("active_organization_id", "organizations", optional=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("ip", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("kind", one_of(SessionKind, "kind"), nullable=False),
    Column("auth_level", one_of(AuthLevel, "auth_level"), nullable=False),
    Column("reauthenticated_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("token_expires_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("idle_expires_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("revoke_reason", one_of(RevokeReason, "revoke_reason")),
)

sign_in_events = Table(
    "sign_in_events",
    metadata,
    key(),
    ref("user_id", "users", optional=True),
    Column("email_hash", LargeBinary, nullable=False),
    Column("ip", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("outcome", one_of(SignInOutcome, "outcome"), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_sign_in_events_email_hash_at", "email_hash", "at"),
    Index("ix_sign_in_events_ip_at", "ip", "at"),
    Index("ix_sign_in_events_at", "at"),
    Index("ix_sign_in_events_user_id_at", "user_id", "at"),
)

memberships = Table(
    "memberships",
    metadata,
    key(),
    ref("user_id", "users"),
    ref("organization_id", "organizations", index=True),
    Column("role", one_of(Role, "role")),
    Column("staff_role", one_of(StaffRole, "staff_role")),
    Column("status", one_of(MembershipStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("(role IS NULL) <> (staff_role IS NULL)", name="one_role"),
)
Index(
    "uq_memberships_active",
    memberships.c.user_id,
    memberships.c.organization_id,
    unique=True,
    postgresql_where=text("status = 'ACTIVE'"),
)

invitations = Table(
    "invitations",
    metadata,
    key(),
    ref("organization_id", "organizations"),
    Column("email", Text, nullable=False),
    Column("role", one_of(Role, "role"), nullable=False),
    Column("token_hash", LargeBinary, unique=True),
    ref("invited_by", "users", optional=True),
    Column("expires_at", Instant, nullable=False),
    Column("status", one_of(InvitationStatus, "status"), nullable=False),
    *lifecycle(),
)
Index("ix_invitations_organization_id_created_at", invitations.c.organization_id, invitations.c.created_at)
Index(
    "uq_invitations_pending",
    invitations.c.organization_id,
    invitations.c.email,
    unique=True,
    postgresql_where=text("status = 'PENDING'"),
)
Index(
    "ix_invitations_pending_email",
    invitations.c.email,
    postgresql_where=text("status = 'PENDING'"),
)
Index(
    "ix_invitations_pending_expires_at",
    invitations.c.expires_at,
    postgresql_where=text("status = 'PENDING'"),
)
