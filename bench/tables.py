"""Tables for people, in Markdown."""

from collections.abc import Sequence

Row = tuple[str, ...]


def table(rows: Sequence[Row], *, texts: int = 1) -> str:
    """Of the rows the first is the heading; the first `texts` columns hold text, the others figures."""
    rows = [rows[0], tuple("-" for _ in rows[0]), *rows[1:]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(f"| {' | '.join(_cells(row, widths, texts))} |" for row in rows)


def _cells(row: Row, widths: Sequence[int], texts: int) -> list[str]:
    if set(row) == {"-"}:
        return [f"{'-' * (width - 1)}{'-' if number < texts else ':'}" for number, width in enumerate(widths)]
    pairs = enumerate(zip(row, widths, strict=True))
    return [cell.ljust(width) if number < texts else cell.rjust(width) for number, (cell, width) in pairs]
