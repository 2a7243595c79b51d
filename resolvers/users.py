"""People: the list of all of them."""

from persistence import users

LIST = users.LIST
