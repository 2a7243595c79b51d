"""Where the simulator's own page is: the one on which payers confirm, or choose what to pay with."""

from integrations.return_pages import address_in_use

PATH = "/simulator/pay"


def page_of(provider_id: str) -> str:
    """The address of the page for a charge."""
    return f"{address_in_use()}{PATH}/{provider_id}"
