"""Files in a bucket of S3, or of any server that speaks like it: their bytes never come through this one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.store import S3Store

from integrations.files import Shown
from integrations.object_files import ObjectFiles, path_of, reached

if TYPE_CHECKING:
    from obstore.store import S3Config

PATIENCE = timedelta(seconds=10)
"""How long an unanswered request is repeated."""

_TAKES = {"endpoint", "region"}
WANTED = "s3://bucket, s3://bucket/folder, or s3://bucket?endpoint=https://host&region=name"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where it is. Its keys come from the environment, as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."""

    name: str
    folder: str | None = None
    endpoint: str | None = None
    region: str | None = None

    @classmethod
    def of(cls, url: str) -> Self:
        """Raises ValueError for anything else than a URL of a bucket."""
        parts = urlsplit(url)
        query = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
        if parts.scheme != "s3" or not parts.hostname or parts.username or not query.keys() <= _TAKES:
            raise ValueError(f"takes {WANTED}; keys come as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        given = {name: values[-1] for name, values in query.items()}
        endpoint = given.get("endpoint")
        if endpoint is not None and urlsplit(endpoint).scheme not in ("http", "https"):
            raise ValueError(f"takes {WANTED}: the endpoint is an address with http or https")
        return cls(parts.hostname, parts.path.strip("/") or None, endpoint, given.get("region"))


class S3Files(ObjectFiles):
    """Clients send to the bucket and fetch from it at presigned addresses."""

    def __init__(self, bucket: Bucket, patience: timedelta = PATIENCE) -> None:
        config: S3Config = {}
        if bucket.endpoint is not None:
            config["endpoint"] = bucket.endpoint
        if bucket.region is not None:
            config["region"] = bucket.region
        store = S3Store(
            bucket.name,
            prefix=bucket.folder,
            config=config,
            client_options={"allow_http": (bucket.endpoint or "").startswith("http:")},
            retry_config={"max_retries": 3, "retry_timeout": patience},
        )
        super().__init__(store, keeps_attributes=True)
        self._signing = store

    async def upload_url(self, key: str, size: int, lasting: timedelta) -> str:
        return await self._signed("PUT", key, lasting)

    async def download_url(self, key: str, shown: Shown, lasting: timedelta) -> str:
        """How it is shown was written beside it when it was kept."""
        return await self._signed("GET", key, lasting)

    async def _signed(self, method: Literal["PUT", "GET"], key: str, lasting: timedelta) -> str:
        """Where no keys are given, whoever lends them to the machine has to be asked."""
        with reached():
            return await obstore.sign_async(self._signing, method, path_of(key), lasting)
