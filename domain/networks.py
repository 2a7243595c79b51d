"""Networks that a caller may come from: addresses and CIDR blocks as people write them."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from domain.checks import Checks

Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


def check_networks(checks: Checks, name: str, given: Sequence[str] | None, *, most: int) -> list[str] | None:
    """The networks in their normal form; collects what is none. None, for everywhere, stays None."""
    if given is None:
        return None
    checks.count(name, given, least=1, most=most)
    normal = []
    for position, text in enumerate(given):
        try:
            normal.append(str(ipaddress.ip_network(text.strip())))
        except ValueError:
            wanted = "Give an address or the start of a network, such as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32."
            checks.require(False, wanted, name, str(position))
    return list(dict.fromkeys(normal))


@lru_cache(1024)
def networks_of(normal: tuple[str, ...]) -> Networks:
    return tuple(ipaddress.ip_network(one) for one in normal)


def is_within(networks: Networks, ip: str) -> bool:
    """Whether an address lies in one of them. IPv4 that came over an IPv6 socket counts as what it is."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in networks)
