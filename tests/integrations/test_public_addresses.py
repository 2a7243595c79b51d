"""Which addresses may be called: those of the internet, and nothing that is inside."""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from integrations.public_addresses import Address, Guard, is_public

# fmt: off
INSIDE = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.8.8.8", "168.63.129.16",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::8.8.8.8", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "64:ff9b::808:808", "64:ff9b:1::a00:1", "100::1",
    "2001::1", "2001:db8::1", "2002:808:808::1", "2002:7f00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2606:4700::1%eth0",
]
# fmt: on
OUTSIDE = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1"]
OUTSIDE += ["2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450:4001:81b::200e"]
WANTED = "Give an address such as https://hooks.example.com/milepost, without a password or a #."


def standing_for(*addresses: str) -> Guard:
    """A guard for whom every name stands for these."""

    async def resolve(host: str, port: int) -> Sequence[Address]:
        return [ip_address(one) for one in addresses]

    return Guard(resolve=resolve)


@pytest.mark.parametrize("address", INSIDE)
async def test_what_is_inside_is_never_called(address: str) -> None:
    assert not is_public(ip_address(address))
    problem = await standing_for(address).problem("https://hooks.example.com/")
    assert problem == "hooks.example.com stands for no public address of the internet."


@pytest.mark.parametrize("address", OUTSIDE)
async def test_what_is_outside_may_be_called(address: str) -> None:
    assert is_public(ip_address(address))
    assert await standing_for(address).problem("https://hooks.example.com/") is None


async def test_one_address_inside_among_many_outside_is_one_too_many() -> None:
    guard = standing_for("8.8.8.8", "1.1.1.1", "10.0.0.1")
    assert await guard.problem("https://hooks.example.com/") is not None


async def test_a_name_that_is_not_there_is_refused_like_one_that_is_inside() -> None:
    assert await standing_for().problem("https://intranet/") == await standing_for("10.0.0.1").problem(
        "https://intranet/"
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:7f00:1]/",
        "https://0/",
    ],
)
async def test_this_machine_is_recognized_under_all_its_names(url: str) -> None:
    problem = await Guard().problem(url)
    assert problem is not None
    assert problem.endswith("stands for no public address of the internet.")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.com",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user:password@hooks.example.com/",
        "https://hooks.example.com@10.0.0.1/",
        "https://hooks.example.com\\@10.0.0.1/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com /",
        "https://hooks.example.com\n/",
        "https://hooks%2eexample.com/",
        "https://høøks.example.com/",
        "https://hooks.example.com:443443/",
        "https://[fe80::1%25eth0]/",
        f"https://hooks.example.com/{'a' * 2000}",
    ],
)
async def test_what_two_readers_could_read_in_two_ways_is_no_address(url: str) -> None:
    assert await standing_for("8.8.8.8").problem(url) == WANTED


@pytest.mark.parametrize("port", [22, 80, 442, 8080, 8444, 0])
async def test_other_ports_than_two_are_refused(port: int) -> None:
    guard = standing_for("8.8.8.8")
    assert await guard.problem(f"https://hooks.example.com:{port}/") == "The port has to be 443 or 8443."


@pytest.mark.parametrize("port", ["", ":443", ":8443"])
async def test_two_ports_are_open(port: str) -> None:
    assert await standing_for("8.8.8.8").problem(f"https://hooks.example.com{port}/a/b?c=d&e=%20") is None


async def test_without_encryption_nothing_is_sent() -> None:
    problem = await standing_for("8.8.8.8").problem("http://hooks.example.com:443/")
    assert problem == "Give an address that begins with https://."


async def test_a_sandbox_may_call_its_own_machine_and_nothing_else_inside() -> None:
    def local(*addresses: str) -> Guard:
        return Guard(allows_local=True, resolve=standing_for(*addresses).resolve)

    assert await local("127.0.0.1", "::1").problem("http://localhost:3000/hooks") is None
    assert await local("8.8.8.8").problem("http://hooks.example.com/") is not None
    for address in ("10.0.0.1", "169.254.169.254", "192.168.0.1"):
        assert await local(address).problem("https://hooks.example.com/") is not None
        assert await local("127.0.0.1", address).problem("https://hooks.example.com/") is not None


async def test_a_request_names_the_host_and_goes_to_the_number() -> None:
    target = await standing_for("8.8.8.8").target("https://Hooks.example.com:8443/a?b=c")
    assert (target.name, target.url_at(target.addresses[0])) == ("hooks.example.com:8443", "https://8.8.8.8:8443/a?b=c")
    target = await standing_for("2606:4700::1").target("https://hooks.example.com")
    assert (target.name, target.url_at(target.addresses[0])) == ("hooks.example.com", "https://[2606:4700::1]:443/")
