"""Number series: the gap-free counters of an issuer's documents, one per series and year."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, true
from sqlalchemy.dialects.postgresql import insert

from domain.invoices import InvoiceNumber
from domain.refusals import invalid
from persistence.tables.invoicing import number_series
from persistence.unit import Unit


@dataclass(frozen=True, slots=True)
class Series:
    """The numbers of one kind of document."""

    document_type: str
    prefix: str


INVOICES, CREDIT_NOTES = Series("INVOICE", "INV"), Series("CREDIT_NOTE", "CN")


async def take(
    db: Unit, issuer_id: UUID, issue_on: date, *, in_order: bool, series: Series = INVOICES
) -> InvoiceNumber:
    """The next number of the year of `issue_on`. Take it after all other locks: everybody else of this issuer waits.

    A transaction that fails gives its number back with everything else. `in_order` refuses a date before the last one
    of the series.
    """
    table = number_series.c
    year = issue_on.year
    counter = insert(number_series).values(
        organization_id=issuer_id,
        document_type=series.document_type,
        series=series.prefix,
        year=year,
        last_sequence=1,
        last_issue_on=issue_on,
    )
    taken = counter.on_conflict_do_update(
        index_elements=["organization_id", "document_type", "series", "year"],
        set_={
            "last_sequence": table.last_sequence + 1,
            "last_issue_on": func.greatest(table.last_issue_on, counter.excluded.last_issue_on),
        },
        where=table.last_issue_on <= counter.excluded.last_issue_on if in_order else true(),
    ).returning(table.last_sequence)
    sequence = await db.session.scalar(taken)
    if sequence is None:
        raise await _out_of_order(db, issuer_id, year, series)
    return InvoiceNumber(series=series.prefix, year=year, sequence=sequence)


async def _out_of_order(db: Unit, issuer_id: UUID, year: int, series: Series) -> Exception:
    table = number_series.c
    of_series = (table.document_type == series.document_type, table.series == series.prefix)
    last = await db.session.scalar(
        select(table.last_issue_on).where(table.organization_id == issuer_id, table.year == year, *of_series)
    )
    return invalid(f"Not before {last}, the date of the last document of {year}.", "issueOn")
