"""The limit: no GraphQL, no rights; each operation is one prepared statement, whose text goes out as it is."""

import os
from pathlib import Path
from typing import Any

import asyncpg
import orjson

_CONNECTIONS = 8
_OK = {"type": "http.response.start", "status": 200}


class Limit:
    """An ASGI app without a framework; its connections stay, and each has its statements prepared."""

    def __init__(self, folder: str) -> None:
        self._sql = {
            path.stem.capitalize(): path.read_text() for path in Path(__file__).with_name(folder).glob("*.sql")
        }
        self._free: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message["body"]
            if not message.get("more_body"):
                break
        asked = orjson.loads(body)
        statements = self._free.pop()
        try:
            text = (await statements[asked["operationName"]].fetchval(*asked["variables"].values())).encode()
        finally:
            self._free.append(statements)
        length = str(len(text)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({**_OK, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        for _ in range(_CONNECTIONS):
            connection = await asyncpg.connect(os.environ["DATABASE_URL"])
            self._free.append({name: await connection.prepare(sql) for name, sql in self._sql.items()})
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


app, hot = Limit("limit"), Limit("hot")
