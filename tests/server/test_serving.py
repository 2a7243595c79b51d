"""A real server process: its first answer, its health, its end, its second start, and what its log does not hold."""

import asyncio
import contextlib
import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from secrets import token_urlsafe

import asyncpg
import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from integrations.vault import new_key
from server.postgres_leftovers import marked_processes
from server.seed import PASSWORD, SEEDED
from tests.server.serving import Server, data_directory, run, serving, start

SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { ... on SignInPayload { token } } }"
ME = "{ viewer { user { email } } }"


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """One for all tests: making a cluster takes long, and starting again on the same data is part of the promise."""
    with data_directory() as directory:
        yield directory


async def token_of(server: Server, email: str) -> str:
    answer = await server.post(SIGN_IN, {"input": {"email": email, "password": PASSWORD}})
    return str(answer["data"]["signIn"]["token"])


def database_processes(data_dir: Path) -> list[int]:
    found = data_dir.stat()
    return marked_processes(f"milepost-{found.st_dev:x}-{found.st_ino:x}")


async def test_it_greets_serves_and_ends_with_its_database(data_dir: Path) -> None:
    async with serving(data_dir) as server:
        assert (await server.post("{ __typename }"))["data"] == {"__typename": "Query"}
        assert all(person.email in server.out for person in SEEDED)
        token = await token_of(server, SEEDED[0].email)
        me = await server.post(ME, authorization=f"Bearer {token}")
        assert me["data"]["viewer"]["user"]["email"] == SEEDED[0].email
        assert await server.end(signal.SIGTERM) == 0
        assert server.out.endswith("Stopped.\n")
    assert database_processes(data_dir) == []


async def test_a_second_start_serves_the_data_of_the_first(data_dir: Path) -> None:
    async with serving(data_dir) as server:
        assert "Seeded" not in server.out
        assert "this build's schema" not in server.out
        assert await token_of(server, SEEDED[0].email)
        assert await server.end(signal.SIGINT) == 0


async def test_health_tells_life_from_readiness(data_dir: Path) -> None:
    async with serving(data_dir) as server, httpx2.AsyncClient(base_url=server.url) as http:
        live = await http.get("/health/live")
        ready = await http.get("/health/ready")
    assert (live.status_code, live.json()) == (200, {"status": "ok"})
    assert ready.status_code == 200
    dependencies = {one["name"]: one["status"] for one in ready.json()["dependencies"]}
    assert dependencies == {"database": "ok", "schema": "ok", "storage": "ok"}


async def test_a_taken_port_is_said_at_once(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, output = await run(data_dir, "serve", PORT=str(port))
    assert code == 1
    assert output == f"Port {port} is taken. Choose another: PORT=8001 make serve\n"


async def test_wrong_settings_are_named_together(data_dir: Path) -> None:
    wrong = {"MILEPOST_SMTP_URL": "smtp+plain://ada:geheim@mail.example", "MILEPOST_SECRET_KEYS": "first:c2hvcnQ="}
    wrong["FORWARDED_ALLOW_IPS"] = "*"
    code, output = await run(
        data_dir, "serve", PORT="many", MILEPOST_MODE="live", MILEPOST_SESSION_LIMITS="300/0", **wrong
    )
    assert code == 1
    assert output == (
        "MILEPOST_MODE takes one of sandbox, production, not 'live'.\n"
        "PORT takes a whole number from 0 to 65535, not 'many'.\n"
        "MILEPOST_SMTP_URL sends no password without encryption: take smtps:// or smtp://.\n"
        "MILEPOST_SECRET_KEYS holds the key 'first', which has 5 bytes instead of 32.\n"
        "MILEPOST_SESSION_LIMITS takes four whole numbers between slashes, as 300/5000/100/60: operations a minute,"
        " cost at once, cost that comes back each second, new documents a minute; not '300/0'.\n"
        "FORWARDED_ALLOW_IPS takes the addresses and networks of proxies with commas between, as 127.0.0.1,10.0.0.0/8,"
        " and never *.\n"
    )


async def test_sockets_are_closed_with_1012_so_that_clients_come_back(data_dir: Path) -> None:
    async with serving(data_dir) as server:
        token = await token_of(server, SEEDED[0].email)
        address = server.url.replace("http", "ws", 1) + "/graphql"
        async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as ws:
            await ws.send(json.dumps({"type": "connection_init", "payload": {"token": token}}))
            assert json.loads(await ws.recv())["type"] == "connection_ack"
            assert await server.end() == 0
            with pytest.raises(ConnectionClosed):
                await ws.recv()
            assert ws.close_code == 1012


async def test_event_streams_end_without_complete_so_that_clients_come_back(data_dir: Path) -> None:
    async with serving(data_dir) as server:
        token = await token_of(server, SEEDED[0].email)
        body = {"query": "subscription { events { cursor } }"}
        headers = {"accept": "text/event-stream", "authorization": f"Bearer {token}"}
        async with (
            httpx2.AsyncClient(base_url=server.url, timeout=10) as http,
            http.stream("POST", "/graphql", json=body, headers=headers) as answer,
        ):
            lines = answer.aiter_lines()
            assert await anext(lines) == ":"
            server.process.send_signal(signal.SIGTERM)
            # Where it is by then may still be said, to resume from.
            assert {line async for line in lines if not line.startswith("id: ")} == {""}
        assert await server.ended() == 0


async def test_what_callers_may_ask_for_and_who_sees_metrics_is_set_from_outside(data_dir: Path) -> None:
    limits = {"MILEPOST_ANONYMOUS_LIMITS": "2/30/1/9", "MILEPOST_METRICS_TOKEN": "for-the-scraper"}
    async with serving(data_dir, **limits) as server, httpx2.AsyncClient(base_url=server.url) as http:
        answers = [await http.post("/graphql", json={"query": "{ __typename }"}) for _ in range(3)]
        metrics = await http.get("/metrics", headers={"authorization": "Bearer for-the-scraper"})
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 'milepost_operation_seconds_count{operation="(anonymous)"} 2.0' in metrics.text


@pytest.mark.parametrize(("proxies", "last"), [("", 429), ("127.0.0.0/8", 200)])
async def test_only_proxies_that_are_named_say_who_calls(data_dir: Path, proxies: str, last: int) -> None:
    told = {"MILEPOST_ANONYMOUS_LIMITS": "2/30/1/9", "FORWARDED_ALLOW_IPS": proxies}
    query = {"query": "{ __typename }"}
    async with serving(data_dir, **told) as server, httpx2.AsyncClient(base_url=server.url) as http:
        callers = [{"x-forwarded-for": f"203.0.113.{number}"} for number in range(3)]
        answers = [await http.post("/graphql", json=query, headers=caller) for caller in callers]
    assert [answer.status_code for answer in answers] == [200, 200, last]


async def test_running_requests_are_answered_before_the_end(data_dir: Path) -> None:
    async with serving(data_dir) as server:
        running = [await send_sign_in(server, person.email) for person in SEEDED]
        # Whoever is answered after the others have sent was read after them: from here on all of them are running.
        async with httpx2.AsyncClient(base_url=server.url) as http:
            assert (await http.get("/health/live")).status_code == 200
        assert await server.end() == 0
        for answer, request in running:
            assert b'"token"' in await answer.read()
            request.close()


async def test_once_it_is_to_end_it_serves_for_its_notice_and_lets_each_connection_end(data_dir: Path) -> None:
    async with serving(data_dir, MILEPOST_NOTICE_SECONDS="2") as server:
        async with httpx2.AsyncClient(base_url=server.url) as http:
            before = await http.post("/graphql", json={"query": ME})
            server.process.send_signal(signal.SIGTERM)
            while (await http.get("/health/ready")).status_code == 200:
                await asyncio.sleep(0.01)
            answers = [await http.post("/graphql", json={"query": ME}) for _ in range(3)]
        assert await server.ended() == 0
    assert "connection" not in before.headers
    assert [(one.status_code, one.headers["connection"]) for one in answers] == [(200, "close")] * 3


async def send_sign_in(server: Server, email: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Sends the request on a connection of its own, which stays open for the answer."""
    host, port = server.url.removeprefix("http://").split(":")
    answer, request = await asyncio.open_connection(host, int(port))
    body = json.dumps({"query": SIGN_IN, "variables": {"input": {"email": email, "password": PASSWORD}}}).encode()
    head = f"POST /graphql HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
    request.write(f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body)
    await request.drain()
    return answer, request


@pytest.mark.parametrize("delay", [0, 0.2, 0.6])
async def test_its_end_while_it_starts_is_orderly_too(data_dir: Path, delay: float) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await start(data_dir, PORT=str(port))
    await until_listening(port)
    await asyncio.sleep(delay)
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    assert database_processes(data_dir) == []


async def until_listening(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                return
            await asyncio.sleep(0.01)


_PRODUCTION = {"MILEPOST_MODE": "production", "MILEPOST_SECRET_KEYS": f"first:{new_key()}"}


async def test_production_with_a_database_of_ones_own_wants_its_keys_told(data_dir: Path, new_database: str) -> None:
    code, output = await run(data_dir, "serve", MILEPOST_DATABASE_URL=new_database, MILEPOST_MODE="production")
    assert (code, output.startswith("MILEPOST_SECRET_KEYS is needed with a database of your own")) == (1, True), output


async def test_a_database_of_ones_own_is_used_and_never_seeded_in_production(data_dir: Path, new_database: str) -> None:
    connection = await asyncpg.connect(new_database)
    async with serving(data_dir, MILEPOST_DATABASE_URL=new_database, **_PRODUCTION) as server:
        assert PASSWORD not in server.out
        assert await server.end() == 0
    assert await connection.fetchval("SELECT count(*) FROM users") == 0
    assert await connection.fetchval("SELECT count(*) FROM gig_categories") > 0
    async with serving(data_dir, MILEPOST_DATABASE_URL=new_database) as server:
        assert "Seeded" in server.out
        assert database_processes(data_dir) == []
        assert await server.end() == 0
    assert await connection.fetchval("SELECT count(*) FROM users") == len(SEEDED)
    await connection.close()


async def plant(server: Server, secret: str) -> list[int]:
    """Sends a secret wherever there is room for one; the statuses of the answers."""
    page = {"origin": server.url}
    key, cookie = {"authorization": f"Bearer mp_test_abcd1234{secret}"}, {"cookie": f"mp_session={secret}"}
    verify = "mutation($input: VerifyEmailInput!) { verifyEmail(input: $input) { __typename } }"
    complete = "mutation($input: CompleteSignInInput!) { completeSignIn(input: $input) { __typename } }"
    async with httpx2.AsyncClient(base_url=server.url, timeout=10) as http:
        answers = [
            await http.post("/graphql", json={"query": ME}, headers=key),
            await http.post("/graphql", json={"query": ME}, headers=cookie | page),
            await http.post("/graphql", json={"query": ME}, headers=cookie | {"origin": f"https://{secret}.example"}),
            await http.get("/graphql", params={"query": ME, "variables": json.dumps({"token": secret})}),
            await http.get(f"/graphql/{secret}", params={"token": secret}),
            await http.post("/graphql", json={"query": verify, "variables": {"input": {"token": secret}}}),
            await http.post("/graphql", json={"query": f'{{ gig(id: "{secret}") {{ {secret} }} }}'}),
            await http.post("/graphql", content=f'{{"query": "{secret}', headers={"content-type": "application/json"}),
            await http.post(
                "/graphql",
                json={"query": complete, "variables": {"input": {"challengeId": secret, "code": secret}}},
                headers={"x-request-id": "of-a-code", "idempotency-key": secret, "user-agent": secret},
            ),
        ]
    return [answer.status_code for answer in answers]


async def test_logs_are_json_with_request_ids_and_without_secrets(data_dir: Path, new_database: str) -> None:
    secret, email = "planted-" + token_urlsafe(24), "planted@somewhere.example"
    async with serving(data_dir, MILEPOST_DATABASE_URL=new_database) as server:
        variables = {"input": {"email": email, "password": secret}}
        refused = await server.post(SIGN_IN, variables)
        assert refused["data"]["signIn"] == {}
        await server.post(ME, authorization=f"Bearer {token_urlsafe(32)}{secret}")
        statuses = [200, 200, *await plant(server, secret)]
        connection = await asyncpg.connect(new_database)
        await connection.execute("ALTER TABLE sign_in_events RENAME TO sign_in_events_elsewhere")
        await connection.close()
        broken = await server.post(SIGN_IN, variables, **{"x-request-id": "the-broken-one"})
        assert await server.end() == 0
        lines = [json.loads(line) for line in server.err.read_text().splitlines()]
        assert secret not in server.err.read_text()
        assert email not in server.err.read_text()
    (error,) = broken["errors"]
    assert error["extensions"] == {"code": "INTERNAL", "requestId": "the-broken-one"}
    assert "sign_in_events" not in str(broken)
    (unexpected,) = [line for line in lines if line["event"] == "unexpected"]
    assert unexpected["requestId"] == "the-broken-one"
    assert "sign_in_events" in unexpected["exception"]
    requests = [line for line in lines if line["event"] == "request"]
    assert [line["status"] for line in requests] == [*statuses, 200]
    assert all(line["requestId"] and line["durationMs"] > 0 and line["time"].endswith("Z") for line in requests)
