"""Column shapes that every table shares."""

from dataclasses import asdict
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Dialect, ForeignKey, Integer, MetaData, Uuid
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from domain.money import Money
from domain.terms import FundingMode, InvoicingMethod, PlannedMilestone, PlannedTask, WorkTerms

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Instant = DateTime(timezone=True)


def key() -> Column[UUID]:
    return Column("id", Uuid, primary_key=True)


def ref(
    name: str, target: str, *, optional: bool = False, index: bool = False, at_commit: bool = False
) -> Column[UUID]:
    """A foreign key to another table's id; `at_commit` where the row may be written before the one it names."""
    foreign = (
        ForeignKey(f"{target}.id", deferrable=True, initially="DEFERRED") if at_commit else ForeignKey(f"{target}.id")
    )
    return Column(name, Uuid, foreign, nullable=optional, index=index)


def one_of(kind: type[Enum], name: str, *, checked: bool = True) -> SqlEnum:
    """A text column that takes the values of a domain enum only (a CHECK, so that new values are cheap to add).

    Not `checked` where the enum grows for reasons that do not concern the table.
    """
    return SqlEnum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=checked,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def minor(name: str, *, optional: bool = False) -> Column[int]:
    """An amount in the minor unit of the row's currency."""
    return Column(name, BigInteger, nullable=optional)


def lifecycle() -> tuple[Column[int], Column[Any], Column[Any]]:
    """version (optimistic locking), created_at and updated_at."""
    return (
        Column("version", Integer, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("updated_at", Instant, nullable=False),
    )


class TermsColumn(TypeDecorator[WorkTerms]):
    """WorkTerms as a JSON document: they are agreed and copied as a whole, never queried by part."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: WorkTerms | None, dialect: Dialect) -> dict[str, Any] | None:
        if value is None:
            return None
        document = asdict(value)
        document["invoicing_method"] = value.invoicing_method.value
        document["funding_mode"] = value.funding_mode.value
        return document

    def process_result_value(self, value: dict[str, Any] | None, dialect: Dialect) -> WorkTerms | None:
        if value is None:
            return None
        milestones = tuple(_milestone(one) for one in value["milestones"])
        method, mode = InvoicingMethod(value["invoicing_method"]), FundingMode(value["funding_mode"])
        return WorkTerms(**{**value, "invoicing_method": method, "funding_mode": mode, "milestones": milestones})


def _milestone(document: dict[str, Any]) -> PlannedMilestone:
    amount = document["amount"]
    tasks = tuple(PlannedTask(**task) for task in document["tasks"])
    return PlannedMilestone(**{**document, "amount": Money(**amount) if amount else None, "tasks": tasks})
