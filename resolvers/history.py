"""The edges of status history."""

from persistence import history

LIST, USER, ORGANIZATION, WAS = history.LIST, history.USER, history.ORGANIZATION, history.WAS
