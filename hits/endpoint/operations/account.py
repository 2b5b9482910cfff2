"""GetAccountBalance."""

from typing import Any

from hits.endpoint import ledger
from hits.endpoint.money import to_dollars
from hits.endpoint.operations import Call


def get_account_balance(call: Call) -> dict[str, Any]:
    """What may still be promised; what open work holds is named when there is any."""
    answer = {"AvailableBalance": to_dollars(ledger.available(call.session, call.account_seq))}
    if held := ledger.on_hold(call.session, call.account_seq):
        answer["OnHoldBalance"] = to_dollars(held)
    return answer
