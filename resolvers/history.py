"""The edges of status history."""

from persistence import history

LIST, WAS = history.LIST, history.WAS
USER, API_KEY, ORGANIZATION = history.USER, history.API_KEY, history.ORGANIZATION
