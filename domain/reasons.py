"""Reasons that people give for a decision: stored as they said them, without the blanks around."""

from typing import Literal, overload

from domain.checks import Checks

MAX_REASON = 1000


@overload
def said(reason: str | None, *, required: Literal[True]) -> str: ...


@overload
def said(reason: str | None, *, required: bool = False) -> str | None: ...


def said(reason: str | None, *, required: bool = False) -> str | None:
    """The reason as it is stored, None for an empty one; refuses INVALID when too long, or missing and required."""
    checks = Checks()
    checks.text("reason", reason, least=1 if required else 0, most=MAX_REASON)
    checks.refuse()
    return (reason or "").strip() or None
