"""The two sides of agreed work, from the viewer's own place."""

from domain.sides import ProjectSide
from schema.enums import describe

describe(
    ProjectSide,
    "Which party your organization is.",
    CLIENT="It pays.",
    FREELANCER="It works.",
)

__all__ = ["ProjectSide"]
