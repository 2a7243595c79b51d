"""A capture that PayPal did not look at: what is reserved stays so, and is taken later."""

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from integrations.payments import Authorized, Charged, NoAnswer
from integrations.paypal_payments import PayPal
from standins.serving import serving
from tests.providers.paypal import Stage, capturing, charge, opened


async def busy(scope: Scope, receive: Receive, send: Send) -> None:
    """As PayPal answers whoever asks too often."""
    is_login = scope["path"] == "/v1/oauth2/token"
    body = {"access_token": "token", "expires_in": 900} if is_login else {"name": "RATE_LIMIT_REACHED"}
    await JSONResponse(body, 200 if is_login else 429)(scope, receive, send)


async def test_a_capture_that_does_not_get_through_is_not_refused(paypal_stage: Stage) -> None:
    async with paypal_stage.paypal() as (adapter, standin), serving(busy) as url:
        asked_for = charge(is_manual=True)
        reserved = await adapter.charge(asked_for)
        assert isinstance(reserved, Authorized)
        turned_away = PayPal(opened(standin, address=url))
        answer = await turned_away.capture(capturing(asked_for, reserved.provider_id))
        await turned_away.close()
        assert answer == NoAnswer(reason="PayPal did not let the capture through: 429")
        assert isinstance(await adapter.capture(capturing(asked_for, reserved.provider_id)), Charged)
