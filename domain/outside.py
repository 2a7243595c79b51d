"""The line between a transaction and the outside world: nobody waits for a network while rows are locked."""

from contextvars import ContextVar

unit_is_open: ContextVar[bool] = ContextVar("unit_is_open", default=False)
"""True inside a unit of work; set by the unit of work alone."""


def require_no_open_unit() -> None:
    """Called before anything leaves the process: commit what you intend first, then call, then record the outcome."""
    if unit_is_open.get():
        raise AssertionError("the outside world was called inside a unit of work")
