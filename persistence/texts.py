"""Searching texts for words as people type them."""

from typing import Any

from sqlalchemy import ColumnElement, or_

from planner.edges import Condition


def contains(text: str, *columns: ColumnElement[Any]) -> Condition:
    """Whether one of the columns contains the text, in whatever case; % and _ mean themselves."""
    pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return or_(*(column.ilike(pattern) for column in columns))
