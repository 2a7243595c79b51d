"""The reports that can be downloaded: the statement of the balance account, and what became of payments."""

import csv
import io
import re
from datetime import UTC, date

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from standins.adyen.errors import AdyenError, missing
from standins.adyen.ledger import decimal
from standins.adyen.world import World

_ACCOUNTING = (
    "Company Account",
    "Merchant Account",
    "Psp Reference",
    "Merchant Reference",
    "Payment Method",
    "Booking Date",
    "TimeZone",
    "Main Currency",
    "Main Amount",
    "Record Type",
)


class Reports:
    """Made when they are asked for; that of what became of payments is there once its day is over."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/reports/{name}", self.statement, methods=["GET"]),
            Route("/reports/download/MerchantAccount/{merchant}/{name}", self.accounting, methods=["GET"]),
        ]

    async def statement(self, request: Request) -> Response:
        day = self._day(request, "balanceplatform_statement_report")
        return PlainTextResponse(self._world.ledger.statement(day), media_type="text/csv")

    async def accounting(self, request: Request) -> Response:
        day = self._day(request, "payments_accounting_report")
        if request.path_params["merchant"] != self._world.merchant or day >= self._world.clock().astimezone(UTC).date():
            raise missing("Report")
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_ACCOUNTING)
        for at, payment, type_ in self._world.records:
            moment = at.astimezone(UTC)
            if moment.date() == day:
                names = ("StandIn", self._world.merchant, payment.psp, payment.reference, "visa")
                amount = (payment.currency, decimal(payment.captured or payment.value, payment.currency))
                writer.writerow([*names, f"{moment:%Y-%m-%d %H:%M:%S}", "UTC", *amount, type_])
        return PlainTextResponse(text.getvalue(), media_type="text/csv")

    def _day(self, request: Request, kind: str) -> date:
        """The day in a report's name, for whoever has the key."""
        if request.headers.get("x-api-key") != self._world.api_key:
            raise AdyenError(401, "000", "HTTP Status Response - Unauthorized")
        named = re.fullmatch(rf"{kind}_(\d{{4}})_(\d\d)_(\d\d)\.csv", request.path_params["name"])
        if named is None:
            raise missing("Report")
        return date(*map(int, named.groups()))
