"""How fast one caller may start payments."""

from resolvers.context import Context
from resolvers.mutations import Call, Changed, run


async def start_payment(context: Context, call: Call) -> Changed:
    """Runs a mutation that starts a payment. RATE_LIMITED when its caller has started too many in the last minute.

    It is counted before it runs, so that many at once are no more than many one after the other.
    """
    assert context.meter is not None
    meter, is_started = context.meter, False
    meter.start_payment()
    try:
        changed = await run(context, call)
        is_started = not changed.replayed
    finally:
        if not is_started:
            meter.give_payment_back()
    return changed
