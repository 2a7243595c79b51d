"""The fault server fails exactly as it is told, and says exactly what it has seen."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.typing import Subprotocol

from clients.faults.server import start

FEED = {"field": "events", "messages": [{"cursor": "c1"}, {"cursor": "c2"}, {"cursor": "c3"}]}


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    server = await start(0)
    port = server.sockets[0].getsockname()[1]
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5) as client:
        yield client
    server.close()


async def scenario(http: httpx2.AsyncClient, **script: Any) -> dict[str, str]:
    answer = await http.post("/scenarios", json=script)
    assert answer.status_code == 200, answer.text
    urls: dict[str, str] = answer.json()
    return urls


async def report(http: httpx2.AsyncClient, urls: dict[str, str]) -> Any:
    return (await http.get(urls["report"])).json()


def socket_to(urls: dict[str, str]) -> connect:
    return connect(urls["graphql"].replace("http:", "ws:"), subprotocols=[Subprotocol("graphql-transport-ws")])


async def say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def subscribe(socket: ClientConnection, token: str = "t", after: str | None = None) -> None:
    await say(socket, type="connection_init", payload={"token": token})
    await say(socket, id="1", type="subscribe", payload={"query": "…", "variables": {"after": after}})


async def hear(socket: ClientConnection) -> Any:
    return json.loads(await socket.recv())


async def test_answers_come_in_the_order_of_the_script(http: httpx2.AsyncClient) -> None:
    urls = await scenario(
        http, answers=[{"status": 503, "headers": {"retry-after": "7"}}, {"data": {"a": 1}, "times": 2}]
    )
    first, second, third = [await http.post(urls["graphql"], json={"query": "{ a }"}) for _ in range(3)]
    assert (first.status_code, first.headers["retry-after"]) == (503, "7")
    assert (second.json(), third.json()) == ({"data": {"a": 1}}, {"data": {"a": 1}})
    assert (await report(http, urls))["unused"] == {"answers": 0, "uploads": 0, "sockets": 0}


async def test_one_request_too_many_is_a_problem(http: httpx2.AsyncClient) -> None:
    urls = await scenario(http, answers=[])
    assert (await http.post(urls["graphql"], json={})).status_code == 500
    (problem,) = (await report(http, urls))["problems"]
    assert problem.startswith("The script has no answer left for POST /s/")


async def test_a_token_that_is_not_good_uses_up_no_answer(http: httpx2.AsyncClient) -> None:
    urls = await scenario(http, accept=["new"], answers=[{"data": {}}])
    refused = await http.post(urls["graphql"], json={}, headers={"authorization": "Bearer old"})
    taken = await http.post(urls["graphql"], json={}, headers={"authorization": "Bearer new"})
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert taken.json() == {"data": {}}
    assert [seen["token"] for seen in (await report(http, urls))["requests"]] == ["old", "new"]


async def test_idempotency_keys_are_seen_in_the_header_and_in_the_input(http: httpx2.AsyncClient) -> None:
    urls = await scenario(http, answers=[{"data": {}}])
    await http.post(
        urls["graphql"],
        json={"variables": {"input": {"idempotencyKey": "k1"}}},
        headers={"idempotency-key": "k2"},
    )
    (seen,) = (await report(http, urls))["requests"]
    assert (seen["idempotencyInput"], seen["idempotencyHeader"], seen["ended"]) == ("k1", "k2", "answered")


@pytest.mark.parametrize("step", [{"abort": True}, {"data": {"long": "text"}, "abort": 5}])
async def test_a_connection_is_reset_before_or_in_the_middle_of_an_answer(
    http: httpx2.AsyncClient, step: dict[str, Any]
) -> None:
    urls = await scenario(http, answers=[step])
    with pytest.raises(httpx2.TransportError):
        await http.post(urls["graphql"], json={})
    assert (await report(http, urls))["requests"][0]["ended"] == "aborted"


async def test_a_client_that_stops_waiting_is_seen_to_leave(http: httpx2.AsyncClient) -> None:
    urls = await scenario(http, answers=[{"hold": True}])
    with pytest.raises(httpx2.ReadTimeout):
        await http.post(urls["graphql"], json={}, timeout=0.05)
    while (await report(http, urls))["requests"][0]["ended"] is None:
        pass
    assert (await report(http, urls))["requests"][0]["ended"] == "left"


async def test_uploads_are_counted_whole(http: httpx2.AsyncClient) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"half"
        yield b"half"

    urls = await scenario(http, uploads=[{"status": 204}])
    assert (await http.put(urls["upload"], content=parts())).status_code == 204
    (seen,) = (await report(http, urls))["requests"]
    assert (seen["method"], seen["bytes"], seen["body"]) == ("PUT", 8, "halfhalf")


async def test_a_stream_resumes_behind_the_last_event(http: httpx2.AsyncClient) -> None:
    urls = await scenario(http, feed=FEED, answers=[{"sse": [{"feed": 2}, {"complete": True}]}])
    answer = await http.post(urls["graphql"], json={}, headers={"last-event-id": "c1"})
    assert answer.headers["content-type"] == "text/event-stream"
    events = [event.split("\n") for event in answer.text.strip().split("\n\n")]
    assert [lines[:-1] for lines in events] == [
        ["event: next", "id: c2"],
        ["event: next", "id: c3"],
        ["event: complete"],
    ]
    assert json.loads(events[0][-1].removeprefix("data: ")) == {
        "data": {"events": {"cursor": "c2", "gap": False, "event": None}}
    }


async def test_a_socket_delivers_what_follows_the_cursor_and_closes_as_told(http: httpx2.AsyncClient) -> None:
    urls = await scenario(http, feed=FEED, sockets=[[{"open": True}, {"feed": 1}, {"close": 1012, "reason": "bye"}]])
    async with socket_to(urls) as socket:
        await subscribe(socket, after="c2")
        assert (await hear(socket))["type"] == "connection_ack"
        assert (await hear(socket))["payload"]["data"]["events"]["cursor"] == "c3"
        with pytest.raises(ConnectionClosedError):
            await socket.recv()
    assert (socket.close_code, socket.close_reason) == (1012, "bye")
    (seen,) = (await report(http, urls))["sockets"]
    assert (seen["token"], [one["type"] for one in seen["messages"]]) == ("t", ["connection_init", "subscribe"])


async def test_a_socket_refuses_a_token_a_handshake_and_what_is_not_scripted(http: httpx2.AsyncClient) -> None:
    urls = await scenario(http, accept=["new"], sockets=[[{"open": True}], [{"reject": 503}]])
    codes = []
    async with socket_to(urls) as socket:
        await subscribe(socket, token="old")
        await socket.wait_closed()
        codes.append(socket.close_code)
    with pytest.raises(InvalidStatus) as rejected:
        await socket_to(urls)
    async with socket_to(urls) as socket:
        await socket.wait_closed()
        codes.append(socket.close_code)
    assert (codes, rejected.value.response.status_code) == ([4401, 4400], 503)
    assert (await report(http, urls))["problems"] == ["The script has no socket number 3."]


async def test_a_socket_is_reset_in_the_middle(http: httpx2.AsyncClient) -> None:
    urls = await scenario(http, sockets=[[{"open": True}, {"ping": {"n": 1}}, {"abort": True}]])
    async with socket_to(urls) as socket:
        await subscribe(socket)
        assert [await hear(socket) for _ in range(2)] == [
            {"type": "connection_ack"},
            {"type": "ping", "payload": {"n": 1}},
        ]
        await say(socket, type="pong")
        with pytest.raises(ConnectionClosedError):
            await socket.recv()
    assert socket.close_code == 1006


async def test_a_server_of_tomorrow_answers_with_what_is_new(http: httpx2.AsyncClient) -> None:
    urls = await scenario(
        http,
        schema={"extend": "extend enum GigStatus { HAUNTED }", "data": {"gig": {"id": "gig_1", "status": "HAUNTED"}}},
        answers=[{"execute": True}],
    )
    answer = await http.post(urls["graphql"], json={"query": '{ gig(id: "gig_1") { id status } }'})
    assert answer.json() == {"data": {"gig": {"id": "gig_1", "status": "HAUNTED"}}}


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ({"answer": []}, "script does not know answer; it knows accept, answers,"),
        ({"answers": [{"dely": 1}]}, "answers[0] does not know dely; it knows abort,"),
        ({"sockets": [[{"opne": True}]]}, "sockets[0][0] does not know opne; it knows abort,"),
        ({"answers": [{"execute": True}]}, "`execute` needs `schema` in the script"),
        ({"schema": {"extend": "extend enum No { A }"}}, "schema.extend: "),
    ],
)
async def test_a_script_that_cannot_be_played_is_refused_with_the_reason(
    http: httpx2.AsyncClient, script: dict[str, Any], problem: str
) -> None:
    answer = await http.post("/scenarios", json=script)
    assert answer.status_code == 400
    assert answer.json()["problem"].startswith(problem)
