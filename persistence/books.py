"""Checking the books: everything that must hold is recomputed from scratch, in one consistent view of the database."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import Row, Select, Text, cast, func, select, text

from domain.books import BookCheck, Sample
from persistence.database import Database

SAMPLES = 10

_HEADING = re.compile(r"^-- ([A-Z_]+)(?: of (\w+))?\n-- (.+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of books.sql; its query gives id, expected and actual wherever the rule does not hold."""

    code: str
    subject: str | None
    rule: str
    broken: str

    def parameters(self, now: datetime) -> dict[str, datetime]:
        return {"now": now} if ":now" in self.broken else {}

    def statement(self) -> Select[str, str, str, int]:
        """A few of the broken places, each with the count of all, which never leave the database."""
        places = text(self.broken).columns(id=Text, expected=Text, actual=Text).subquery("places").c
        id_ = func.coalesce(cast(places.id, Text), "none").label("name")
        found = select(id_, cast(places.expected, Text), cast(places.actual, Text), func.count().over())
        return found.order_by(id_).limit(SAMPLES)


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of books.sql in their order."""
    return tuple(_read(Path(__file__).with_suffix(".sql").read_text()))


def _read(source: str) -> Iterator[Rule]:
    headings = list(_HEADING.finditer(source))
    ends = [heading.start() for heading in headings[1:]] + [len(source)]
    for heading, end in zip(headings, ends, strict=True):
        code, subject, rule = heading.groups()
        yield Rule(code, subject, rule, source[heading.end() : end].strip())


async def check_books(database: Database, now: datetime) -> list[BookCheck]:
    """The rules that do not hold; none for sound books."""
    return [check for check in await run_checks(database, now) if not check.holds]


async def run_checks(database: Database, now: datetime) -> list[BookCheck]:
    """Every rule with its outcome. Postings may go on meanwhile: all rules see the same instant of the books."""
    async with database.snapshot() as connection:
        return [
            _outcome(rule, (await connection.execute(rule.statement(), rule.parameters(now))).all()) for rule in rules()
        ]


def _outcome(rule: Rule, rows: Sequence[Row[str, str, str, int]]) -> BookCheck:
    samples = tuple(Sample(id_, expected, actual) for id_, expected, actual, _ in rows)
    return BookCheck(rule.code, rule.rule, rule.subject, rows[0][3] if rows else 0, samples)
