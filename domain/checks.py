"""Checking inputs field by field, collecting every problem before refusing once."""

import re
from collections.abc import Iterator, Sequence, Sized
from contextlib import contextmanager
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from domain.countries import COUNTRIES
from domain.currencies import EXPONENTS
from domain.money import MAX_AMOUNT_MINOR, Money
from domain.refusals import Problem, invalid_fields

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@cache
def _time_zones() -> frozenset[str]:
    """Read when first asked for: finding them walks the whole time zone database, which a start need not wait for."""
    return frozenset(available_timezones())


LAST_DAY = date(2999, 12, 31)
MAX_LINKS = 10


class Checks:
    """Collects what is wrong with an input; `refuse()` raises one INVALID refusal naming all of it."""

    def __init__(self, *prefix: str) -> None:
        self.problems: list[Problem] = []
        self._prefix = prefix

    @contextmanager
    def within(self, *path: str) -> Iterator[None]:
        """Prefixes the paths of the checks inside, for nested inputs."""
        outer, self._prefix = self._prefix, (*self._prefix, *path)
        try:
            yield
        finally:
            self._prefix = outer

    def require(self, holds: bool, message: str, *path: str) -> bool:
        if not holds:
            self.problems.append(Problem((*self._prefix, *path), message))
        return holds

    def text(self, name: str, value: str | None, *, least: int = 0, most: int) -> None:
        """A text whose length after trimming lies between the limits; None counts as absent."""
        length = len(value.strip()) if value is not None else 0
        self.require(length >= least, f"Give at least {least} character{'s' * (least > 1)}.", name)
        self.require(length <= most, f"At most {most} characters; this has {length}.", name)

    def line(self, name: str, value: str | None, *, least: int = 0, most: int) -> None:
        """A text on one line, such as a name: it also goes into headers and documents."""
        self.text(name, value, least=least, most=most)
        broken = value is not None and _CONTROL.search(value) is not None
        self.require(not broken, "Give one line without control characters.", name)

    def texts(self, name: str, values: Sequence[str], *, most: int, length: int) -> None:
        """A list of short texts, none of them empty."""
        self.count(name, values, most=most)
        for position, text in enumerate(values):
            with self.within(name):
                self.text(str(position), text, least=1, most=length)

    def links(self, name: str, values: Sequence[str]) -> None:
        """Addresses of work to look at: at most ten."""
        self.texts(name, values, most=MAX_LINKS, length=2000)
        for position, link in enumerate(values):
            self.require(link.strip().startswith("https://"), "Give an https address.", name, str(position))

    def whole(self, name: str, value: int | None, *, least: int, most: int) -> None:
        if value is not None:
            self.require(least <= value <= most, f"Give a whole number from {least} to {most}.", name)

    def count(self, name: str, values: Sized, *, most: int, least: int = 0) -> None:
        number = len(values)
        self.require(least <= number <= most, f"Give {least} to {most} entries; this has {number}.", name)

    def money(self, name: str, value: Money | None, *, least: int = 1, currency: str | None = None) -> None:
        """An amount in a known currency (of the document's currency where one is given), from `least` minor units."""
        if value is None:
            return
        if self.require(value.currency in EXPONENTS, "This is no current ISO 4217 currency.", name, "currency"):
            same = currency is None or value.currency == currency
            self.require(same, f"The currency here is {currency}.", name, "currency")
        enough = value.amount_minor >= least
        self.require(enough, f"Give at least {least} in the currency's minor unit.", name, "amountMinor")
        fits = value.amount_minor <= MAX_AMOUNT_MINOR
        self.require(fits, f"At most {MAX_AMOUNT_MINOR} in the currency's minor unit.", name, "amountMinor")

    def day(self, name: str, value: date | None) -> None:
        """A calendar date that leaves room to count on from it."""
        self.require(value is None or value <= LAST_DAY, f"Give a day up to {LAST_DAY.isoformat()}.", name)

    def currency(self, name: str, value: str) -> None:
        self.require(value in EXPONENTS, "This is no current ISO 4217 currency.", name)

    def country(self, name: str, value: str | None) -> None:
        known = value is None or value in COUNTRIES
        self.require(known, "Give a country of ISO 3166-1 alpha-2, for example MK.", name)

    def time_zone(self, name: str, value: str | None) -> None:
        known = value is None or value in _time_zones()
        self.require(known, "Give a time zone of the IANA database, for example Europe/Skopje.", name)

    def refuse(self) -> None:
        """Raises INVALID with all problems found so far, if any."""
        if self.problems:
            raise invalid_fields(self.problems)


def camel(name: str) -> str:
    """A Python name as clients see it in paths, for example budget_max as budgetMax."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)
