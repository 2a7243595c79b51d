"""Every worked example and invariant of billing and credits is kept by a test that says so in its name."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
NAMED = re.compile(r"def test_(billing|credits)_(example|invariant)s?_(\d+(?:_(?:and_)?\d+)*)_")

SAID = {
    ("billing", "example"): 8,
    ("billing", "invariant"): 12,
    ("credits", "example"): 9,
    ("credits", "invariant"): 13,
}
"""How many there are, numbered from 1. How fast an entitlement is checked is measured in `bench/`, not in a test."""


def named() -> Iterator[tuple[str, str, int]]:
    for path in TESTS.rglob("test_*.py"):
        for area, kind, numbers in NAMED.findall(path.read_text()):
            yield from ((area, kind, int(number)) for number in re.findall(r"\d+", numbers))


@pytest.mark.parametrize(("area", "kind"), SAID)
def test_each_has_a_test_that_names_it(area: str, kind: str) -> None:
    kept = {number for where, what, number in named() if (where, what) == (area, kind)}
    assert kept == set(range(1, SAID[area, kind] + 1))
