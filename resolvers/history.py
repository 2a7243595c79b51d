"""The edges of status history."""

from persistence import history

LIST, USER, ORGANIZATION = history.LIST, history.USER, history.ORGANIZATION
