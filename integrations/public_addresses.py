"""The guard of what is called because somebody named its address: the internet only, never what is inside."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[Address]]]

PORTS = (443, 8443)
LONGEST = 2000
_USUAL_PORTS = {"https": 443, "http": 80}
_RESOLVING_SECONDS = 5
# Nothing that two readers could read in two ways: no names before an @, no escapes in the host, nothing unseen.
_PLAIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[!$-;=?-\[\]_a-z~]*)?"
)

_INSIDE = [
    ip_network(one)
    for one in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared, and some clouds' metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's own, although it looks public
        "169.254.0.0/16",  # link-local, and most clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # of protocols
        "192.0.2.0/24",  # for documentation
        "192.31.196.0/24",  # of protocols
        "192.52.193.0/24",  # of protocols
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # of protocols
        "198.18.0.0/15",  # for measurements
        "198.51.100.0/24",  # for documentation
        "203.0.113.0/24",  # for documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "2001::/23",  # of protocols, and IPv4 in Teredo
        "2001:db8::/32",  # for documentation
        "2002::/16",  # IPv4 in 6to4
        "2620:4f:8000::/48",  # of protocols
        "3fff::/20",  # for documentation
    )
]
_GLOBAL_IPV6 = ip_network("2000::/3")
"""All that is given out. What holds an IPv4 address (mapped, NAT64), private, local and multicast ones lie outside."""


class Blocked(Exception):
    """Nothing is sent there. The message says why, for whoever has named the address."""


def is_public(address: Address) -> bool:
    """Whether anybody in the internet can be reached by it, and nobody else."""
    if isinstance(address, IPv6Address) and (address not in _GLOBAL_IPV6 or address.scope_id is not None):
        return False
    return not any(address.version == inside.version and address in inside for inside in _INSIDE)


async def resolved(host: str, port: int) -> Sequence[Address]:
    """What a name stands for at this moment, as this machine is told."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_RESOLVING_SECONDS):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        return ()
    return list(dict.fromkeys(ip_address(one[4][0]) for one in found))


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, by numbers that were checked, and what to call it."""

    scheme: str
    host: str
    """The name: for whom it is sent, and whose certificate is wanted."""
    port: int
    path: str
    addresses: Sequence[Address]

    @property
    def name(self) -> str:
        """The host as a request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _USUAL_PORTS[self.scheme] else f"{host}:{self.port}"

    def url_at(self, address: Address) -> str:
        number = f"[{address}]" if address.version == 6 else str(address)
        return f"{self.scheme}://{number}:{self.port}{self.path}"


@dataclass(frozen=True, slots=True)
class Guard:
    """Says where may be sent to. A name is looked up once for each call, and what was checked is what is called."""

    allows_local: bool = False
    """Sandboxes: this machine too, at any port and without encryption."""
    resolve: Resolver = resolved
    is_open: Callable[[Address], bool] = is_public
    ports: Sequence[int] = PORTS

    async def target(self, url: str) -> Target:
        """Raises Blocked unless every address behind it may be called."""
        scheme, host, port, path = _parts(url)
        addresses = await self.resolve(host, port)
        if addresses and self.allows_local and all(one.is_loopback for one in addresses):
            return Target(scheme, host, port, path, addresses)
        if scheme != "https":
            raise Blocked("Give an address that begins with https://.")
        if port not in self.ports:
            raise Blocked(f"The port has to be {' or '.join(map(str, self.ports))}.")
        if not addresses or not all(map(self.is_open, addresses)):
            # The same for a name that is not there: nobody learns which names there are inside.
            raise Blocked(f"{host} stands for no public address of the internet.")
        return Target(scheme, host, port, path, addresses)

    async def problem(self, url: str) -> str | None:
        """Why nothing would be sent there at this moment; None: it would."""
        try:
            await self.target(url)
        except Blocked as blocked:
            return str(blocked)
        return None


def _parts(url: str) -> tuple[str, str, int, str]:
    found = _PLAIN.fullmatch(url) if len(url) <= LONGEST else None
    if found is None:
        raise Blocked("Give an address such as https://hooks.example.com/milepost, without a password or a #.")
    scheme, host, port = found["scheme"], found["host"].strip("[]").lower(), found["port"]
    return scheme, host, int(port or _USUAL_PORTS[scheme]), found["path"] or "/"


@dataclass(slots=True)
class _Process:
    guard: Guard = Guard()


_process = _Process()


def use_guard(guard: Guard) -> None:
    """Says once, where a process starts, where its calls may go; where nobody has, to the internet only."""
    _process.guard = guard


def guard_in_use() -> Guard:
    return _process.guard
