"""Where the simulator's own page is: the one on which payers confirm, or choose what to pay with."""

from dataclasses import dataclass

PATH = "/simulator/pay"


@dataclass(slots=True)
class _Process:
    address: str = "http://127.0.0.1:8000"


_process = _Process()


def use_address(address: str) -> None:
    """Says once, where a process starts, at which address it is reached."""
    _process.address = address


def page_of(provider_id: str) -> str:
    """The address of the page for a charge."""
    return f"{_process.address}{PATH}/{provider_id}"
