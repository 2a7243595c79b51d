"""Where invoices lead besides their own parts: the work that they bill."""

from persistence.milestones import MILESTONES
from persistence.projects import PROJECTS
from planner.edges import One

PROJECT, MILESTONE = One(PROJECTS, "project_id"), One(MILESTONES, "milestone_id")
