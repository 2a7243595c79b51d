"""The tables as SQLAlchemy entities, as a plain server would map them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Entity(DeclarativeBase):
    """The base of all."""


class Organization(Entity):
    __tablename__ = "organizations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]


class Project(Entity):
    __tablename__ = "projects"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_organization_id: Mapped[UUID]
    title: Mapped[str]
    status: Mapped[str]
    currency: Mapped[str]
    budget_minor: Mapped[int]
    due_on: Mapped[date | None]
    created_at: Mapped[datetime]


class Milestone(Entity):
    __tablename__ = "milestones"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    position: Mapped[int]
    title: Mapped[str]
    status: Mapped[str]
    currency: Mapped[str]
    amount_minor: Mapped[int]
    due_on: Mapped[date | None]


class Task(Entity):
    __tablename__ = "tasks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    milestone_id: Mapped[UUID] = mapped_column(ForeignKey("milestones.id"))
    position: Mapped[int]
    title: Mapped[str]
    status: Mapped[str]
    due_on: Mapped[date | None]


class Invoice(Entity):
    __tablename__ = "invoices"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str | None]
    status: Mapped[str]
    kind: Mapped[str]
    issue_on: Mapped[date | None]
    due_on: Mapped[date | None]
    currency: Mapped[str]
    net_total_minor: Mapped[int]
    tax_total_minor: Mapped[int]
    total_minor: Mapped[int]
    amount_due_minor: Mapped[int]
    issuer_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    recipient_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id"))


class InvoiceLine(Entity):
    __tablename__ = "invoice_lines"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"))
    position: Mapped[int]
    description: Mapped[str]
    quantity: Mapped[Decimal]
    currency: Mapped[str]
    unit_price_minor: Mapped[int]
    net_minor: Mapped[int]
    tax_minor: Mapped[int]


class Account(Entity):
    __tablename__ = "ledger_accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id"))
    code: Mapped[str]
    currency: Mapped[str]


class Balance(Entity):
    __tablename__ = "ledger_balances"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_accounts.id"), primary_key=True)
    balance_minor: Mapped[int]
    version: Mapped[int]
