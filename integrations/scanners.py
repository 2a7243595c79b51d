"""Scanners: whoever looks for what is harmful in a file. Unless one is named, nothing is found."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from domain.jobs import Away


class ScannerAway(Away):
    """The scanner does not answer, or not with a verdict; the file is looked at again later."""


class Scanner(Protocol):
    """Looks through content."""

    async def scan(self, content: AsyncIterator[bytes]) -> str | None:
        """The name of what was found; None where nothing was."""


class NoScanner:
    """Finds nothing, without looking."""

    async def scan(self, content: AsyncIterator[bytes]) -> str | None:
        return None


@dataclass(slots=True)
class _Process:
    scanner: Scanner


_process = _Process(NoScanner())


def use_scanner(scanner: Scanner) -> None:
    """Says once, where a process starts, who looks through files."""
    _process.scanner = scanner


def scanner_in_use() -> Scanner:
    return _process.scanner
