"""The fault server's routes: scenarios for tests, and under each the endpoints that the client under test talks to."""

import asyncio
import contextlib

from clients.faults import answers, sockets
from clients.faults.scenario import BadScript, Scenario, read
from clients.faults.wire import Connection, Gone, Request


async def start(port: int) -> asyncio.Server:
    """Listens on 127.0.0.1."""
    scenarios: dict[str, Scenario] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        # Cancelled at the end of the process, where asyncio would report every open connection.
        with contextlib.suppress(Gone, asyncio.CancelledError):
            while not connection.is_gone:
                await _route(connection, scenarios, await connection.read())
        with contextlib.suppress(OSError):
            writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", port, limit=1 << 20)


async def _route(connection: Connection, scenarios: dict[str, Scenario], request: Request) -> None:
    if (request.method, request.path) == ("POST", "/scenarios"):
        await _begin(connection, scenarios, request)
        return
    area, _, rest = request.path.strip("/").partition("/")
    scenario = scenarios.get(rest.partition("/")[0])
    if scenario is None:
        await connection.answer_json(404, {"problem": f"No scenario at {request.path}; POST /scenarios makes one."})
    elif area == "scenarios":
        await connection.answer_json(200, scenario.report())
    elif request.is_upgrade:
        await sockets.serve(connection, scenario, request)
        raise Gone
    else:
        await answers.answer(connection, scenario, request)


async def _begin(connection: Connection, scenarios: dict[str, Scenario], request: Request) -> None:
    try:
        scenario = read(request.json)
    except BadScript as error:
        await connection.answer_json(400, {"problem": str(error)})
        return
    scenarios[scenario.id] = scenario
    base = f"http://{request.headers.get('host', '127.0.0.1')}"
    await connection.answer_json(
        200,
        {
            "graphql": f"{base}/s/{scenario.id}/graphql",
            "upload": f"{base}/s/{scenario.id}/upload",
            "report": f"{base}/scenarios/{scenario.id}",
        },
    )
