"""E-mail addresses: one spelling for each mailbox, and what may be one."""

import re

from domain.checks import Checks

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}", re.ASCII)
MAX_ADDRESS = 254


def normal(address: str) -> str:
    """The one spelling under which an address is stored and found: trimmed and in lower case."""
    return address.strip().lower()


def check_email(checks: Checks, name: str, address: str) -> None:
    """A normal address in ASCII with a domain of at least two labels; international ones come in their ASCII form."""
    fits = len(address) <= MAX_ADDRESS and _ADDRESS.fullmatch(address) is not None
    checks.require(fits, "Give an e-mail address such as ada@example.com.", name)
