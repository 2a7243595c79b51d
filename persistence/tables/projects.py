"""Tables of agreed work: projects, milestones, tasks and their submissions."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from domain.milestones import ApprovedVia, FundingStatus, MilestoneStatus
from domain.pause_requests import PauseRequestStatus
from domain.projects import ProjectStatus
from domain.task_submissions import SubmissionDecision
from domain.tasks import TaskStatus
from persistence.tables.columns import Instant, TermsColumn, key, lifecycle, metadata, minor, one_of, ref

projects = Table(
    "projects",
    metadata,
    key(),
    Column("number", Integer, Identity(always=True), nullable=False, unique=True),
    ref("gig_id", "gigs", index=True),
    ref("proposal_id", "proposals"),
    ref("client_organization_id", "organizations", index=True),
    ref("freelancer_organization_id", "organizations", index=True),
    ref("client_contact_id", "memberships", optional=True),
    Column("team", ARRAY(Uuid), nullable=False),
    Column("title", Text, nullable=False),
    Column("currency", Text, nullable=False),
    minor("budget_minor"),
    minor("reduction_minor"),
    minor("upfront_minor"),
    Column("terms", TermsColumn(none_as_null=True), nullable=False),
    Column("delivery_days", Integer, nullable=False),
    Column("start_on", Date),
    Column("time_zone", Text, nullable=False),
    Column("due_on", Date),
    Column("activated_at", Instant),
    Column("held_at", Instant),
    Column("held_by_freelancer", Boolean, nullable=False),
    Column("pause_asked_at", Instant),
    Column("completed_at", Instant),
    Column("cancelled_at", Instant),
    Column("cancel_reason", Text),
    Column("archived_at", Instant),
    Column("status", one_of(ProjectStatus, "status"), nullable=False),
    *lifecycle(),
    UniqueConstraint("proposal_id"),
    CheckConstraint("client_organization_id <> freelancer_organization_id", name="two_sides"),
    CheckConstraint("budget_minor > 0 AND reduction_minor BETWEEN 0 AND budget_minor", name="budget"),
    CheckConstraint("upfront_minor BETWEEN 0 AND budget_minor", name="upfront"),
    CheckConstraint("(status = 'ON_HOLD') = (held_at IS NOT NULL)", name="held"),
    CheckConstraint("(status = 'COMPLETED') = (completed_at IS NOT NULL)", name="completed"),
    CheckConstraint("(status = 'CANCELLED') = (cancelled_at IS NOT NULL)", name="cancelled"),
    CheckConstraint("archived_at IS NULL OR status IN ('COMPLETED', 'CANCELLED')", name="archived"),
    CheckConstraint(
        "status NOT IN ('ACTIVE', 'ON_HOLD', 'COMPLETED') OR (activated_at IS NOT NULL AND due_on IS NOT NULL)",
        name="activated",
    ),
)
Index("ix_projects_status_created", projects.c.status, projects.c.created_at)

milestones = Table(
    "milestones",
    metadata,
    key(),
    ref("project_id", "projects"),
    ref("client_organization_id", "organizations", index=True),
    ref("freelancer_organization_id", "organizations", index=True),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("currency", Text, nullable=False),
    minor("quoted_minor", optional=True),
    minor("amount_minor"),
    Column("duration_days", Integer),
    Column("due_on", Date),
    Column("funding_status", one_of(FundingStatus, "funding_status"), nullable=False),
    Column("submitted_at", Instant),
    Column("auto_approve_at", Instant),
    Column("approved_at", Instant),
    Column("approved_via", one_of(ApprovedVia, "approved_via")),
    Column("interim_requested_at", Instant),
    Column("is_frozen", Boolean, nullable=False),
    Column("status", one_of(MilestoneStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("amount_minor >= 1", name="amount"),
    CheckConstraint("(status = 'SUBMITTED') = (auto_approve_at IS NOT NULL)", name="timer"),
    CheckConstraint("(status = 'APPROVED') = (approved_at IS NOT NULL)", name="approved"),
    CheckConstraint("(approved_at IS NULL) = (approved_via IS NULL)", name="approved_how"),
    Index("uq_milestones_position", "project_id", "position", unique=True),
)
Index(
    "ix_milestones_auto_approve",
    milestones.c.auto_approve_at,
    postgresql_where=text("status = 'SUBMITTED' AND auto_approve_at IS NOT NULL"),
)

tasks = Table(
    "tasks",
    metadata,
    key(),
    ref("milestone_id", "milestones"),
    ref("project_id", "projects", index=True),
    ref("client_organization_id", "organizations", index=True),
    ref("freelancer_organization_id", "organizations", index=True),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("is_agreed", Boolean, nullable=False),
    ref("assignee_id", "memberships", optional=True, index=True),
    Column("due_on", Date),
    Column("revision", Integer, nullable=False),
    Column("change_request_count", Integer, nullable=False),
    ref("approved_by", "users", optional=True),
    Column("approved_at", Instant),
    Column("status", one_of(TaskStatus, "status"), nullable=False),
    *lifecycle(),
    CheckConstraint("(status = 'APPROVED') = (approved_at IS NOT NULL)", name="approved"),
    CheckConstraint("revision >= 1 OR status NOT IN ('SUBMITTED', 'CHANGES_REQUESTED', 'APPROVED')", name="revision"),
    Index("uq_tasks_position", "milestone_id", "position", unique=True),
)

task_submissions = Table(
    "task_submissions",
    metadata,
    key(),
    ref("task_id", "tasks"),
    ref("client_organization_id", "organizations"),
    ref("freelancer_organization_id", "organizations"),
    Column("revision", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("links", ARRAY(Text), nullable=False),
    Column("file_count", Integer, nullable=False, server_default=text("0")),
    ref("submitted_by", "users", optional=True),
    Column("submitted_at", Instant, nullable=False),
    Column("decision", one_of(SubmissionDecision, "decision"), nullable=False),
    Column("decision_note", Text),
    ref("decided_by", "users", optional=True),
    Column("decided_at", Instant),
    CheckConstraint("revision >= 1", name="revision"),
    CheckConstraint("note <> '' OR cardinality(links) > 0 OR file_count > 0", name="something"),
    CheckConstraint("(decision = 'PENDING') = (decided_at IS NULL)", name="decided"),
    Index("uq_task_submissions_revision", "task_id", "revision", unique=True),
)
Index(
    "uq_task_submissions_pending",
    task_submissions.c.task_id,
    unique=True,
    postgresql_where=text("decision = 'PENDING'"),
)

pause_requests = Table(
    "pause_requests",
    metadata,
    key(),
    ref("project_id", "projects", index=True),
    ref("client_organization_id", "organizations"),
    ref("freelancer_organization_id", "organizations"),
    Column("reason", Text, nullable=False),
    Column("reminders", ARRAY(Instant), nullable=False),
    Column("status", one_of(PauseRequestStatus, "status"), nullable=False),
    *lifecycle(),
)
Index(
    "uq_pause_requests_pending",
    pause_requests.c.project_id,
    unique=True,
    postgresql_where=text("status = 'PENDING'"),
)
