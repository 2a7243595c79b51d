"""Credit note lines: parts of invoice lines, with the tax that goes with each part."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.amounts import Amount
from domain.checks import Checks
from domain.ids import new_id
from domain.invoice_lines import InvoiceLine, TaxedLine
from domain.money import Money, rounded, spread

MAX_LINES = 500
"""As many as an invoice has at most."""


@dataclass(eq=False, kw_only=True)
class CreditNoteLine(TaxedLine):
    """A part of one invoice line, in minor units: amount = net + tax."""

    id: UUID
    credit_note_id: UUID
    invoice_line_id: UUID
    position: int
    description: str
    currency: str
    amount_minor: int
    net_minor: int
    tax_minor: int
    taxes: list[dict[str, Any]]

    amount, net, tax = Amount("amount_minor"), Amount("net_minor"), Amount("tax_minor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How much of an invoice line, tax included, shall be credited; None: all that is left of it."""

    line_id: UUID
    amount: Money | None = None


def credited_lines(
    credit_note_id: UUID,
    wanted: Sequence[Wanted] | None,
    lines: Sequence[InvoiceLine],
    credited: Iterable[CreditNoteLine],
) -> list[CreditNoteLine]:
    """The lines of a new note, given those of all notes issued before; `wanted` None: all that is left of every line.

    Refuses INVALID for a line that is not the invoice's or is named twice, and for more than is left of one.
    """
    before: dict[UUID, list[CreditNoteLine]] = {line.id: [] for line in lines}
    for one in credited:
        before[one.invoice_line_id].append(one)
    amounts = {line.id: _left(line, before[line.id]) for line in lines}
    if wanted is not None:
        amounts = _chosen(wanted, amounts, lines)
    made = [
        _credited(credit_note_id, line, before[line.id], amounts[line.id]) for line in lines if amounts.get(line.id)
    ]
    checks = Checks()
    checks.require(bool(made), "Nothing is left to credit.", "lines")
    checks.refuse()
    return made


def wanted_of_all(total_minor: int, lines: Sequence[InvoiceLine], credited: Sequence[CreditNoteLine]) -> list[Wanted]:
    """An amount off the whole invoice, over what is left of its lines."""
    before = {line.id: [one for one in credited if one.invoice_line_id == line.id] for line in lines}
    parts = spread(total_minor, [_left(line, before[line.id]) for line in lines])
    return [
        Wanted(line_id=line.id, amount=Money(part, line.currency))
        for line, part in zip(lines, parts, strict=True)
        if part
    ]


def _chosen(wanted: Sequence[Wanted], left: Mapping[UUID, int], lines: Sequence[InvoiceLine]) -> dict[UUID, int]:
    checks, chosen = Checks(), dict[UUID, int]()
    checks.count("lines", wanted, least=1, most=MAX_LINES)
    for i, one in enumerate(wanted):
        with checks.within("lines", str(i)):
            if checks.require(one.line_id in left, "This is no line of the invoice.", "lineId"):
                checks.require(one.line_id not in chosen, "Name each line once.", "lineId")
                chosen[one.line_id] = _amount(checks, one, Money(left[one.line_id], lines[0].currency))
    checks.refuse()
    return chosen


def _amount(checks: Checks, wanted: Wanted, left: Money) -> int:
    if wanted.amount is None:
        checks.require(left.amount_minor > 0, "Nothing is left of this line.", "lineId")
        return left.amount_minor
    checks.money("amount", wanted.amount, currency=left.currency)
    fits = wanted.amount.amount_minor <= left.amount_minor
    checks.require(fits, f"At most {left} are left of this line.", "amount", "amountMinor")
    return wanted.amount.amount_minor


def _left(line: InvoiceLine, before: Sequence[CreditNoteLine]) -> int:
    return line.net_minor + line.tax_minor - sum(one.amount_minor for one in before)


def _credited(credit_note_id: UUID, line: InvoiceLine, before: Sequence[CreditNoteLine], amount: int) -> CreditNoteLine:
    """A part of what is left of a line. Its tax is cumulative, so that all parts together carry exactly the line's."""
    tax_before = sum(one.tax_minor for one in before)
    gross, after = line.net_minor + line.tax_minor, sum(one.amount_minor for one in before) + amount
    tax_left, net_left = line.tax_minor - tax_before, line.net_minor - sum(one.net_minor for one in before)
    in_proportion = rounded(line.tax_minor * after, gross) - tax_before
    # Where notes in between are void the proportion may be off by a unit: net and tax stay within what is left of each.
    tax = min(max(in_proportion, amount - net_left), tax_left, amount)
    left = [of_type["amount_minor"] - _of_type(before, of_type["tax_type_id"]) for of_type in line.taxes]
    parts = zip(line.taxes, spread(tax, left), strict=True)
    return CreditNoteLine(
        id=new_id(),
        credit_note_id=credit_note_id,
        invoice_line_id=line.id,
        position=line.position,
        description=line.description,
        currency=line.currency,
        amount_minor=amount,
        net_minor=amount - tax,
        tax_minor=tax,
        taxes=[{**of_type, "amount_minor": part} for of_type, part in parts],
    )


def _of_type(lines: Sequence[CreditNoteLine], tax_type_id: str) -> int:
    """What of a tax type the lines carry."""
    return sum(tax["amount_minor"] for line in lines for tax in line.taxes if tax["tax_type_id"] == tax_type_id)
