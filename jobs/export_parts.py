"""Putting an exported file away in parts: one part is all of it that is held."""

from collections.abc import Awaitable, Callable

from domain.export_files import PART_CHARACTERS

Keep = Callable[[int, str], Awaitable[None]]
"""Puts a part away, given its position from 1 and its text."""


class Parts:
    """Takes the text of a file line by line; each part ends with a whole line."""

    def __init__(self, keep: Keep) -> None:
        self._keep, self._position = keep, 0
        self._lines: list[str] = []
        self._length = 0

    async def add(self, text: str) -> None:
        self._lines.append(text)
        self._length += len(text)
        if self._length >= PART_CHARACTERS:
            await self.finish()

    async def finish(self) -> None:
        """Puts away what there is. A file has at least one part, be it empty."""
        if self._lines:
            self._position += 1
            await self._keep(self._position, "".join(self._lines))
            self._lines, self._length = [], 0
