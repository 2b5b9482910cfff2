"""UpdateNotificationSettings and SendTestEventNotification."""

from typing import Any

from hits.endpoint import ids
from hits.endpoint.errors import invalid_parameter, not_supported, request_error
from hits.endpoint.notifications import events, listeners, transports
from hits.endpoint.operations import Call, lookup
from hits.endpoint.tables import Account

Structure = dict[str, Any]
_VERSIONS = ("2006-05-05", "2014-08-15")


def update_notification_settings(call: Call) -> dict[str, Any]:
    """Set where events of a HIT type go, or switch that on and off."""
    params = call.params
    hit_type = lookup.hit_type(call, params["HITTypeId"])
    wanted, active = params.get("Notification"), params.get("Active")
    if wanted is None and active is None:
        raise invalid_parameter("Notification", "or Active must be given")
    if wanted is not None:
        _check(wanted)
        if "Ping" in wanted["EventTypes"]:
            raise invalid_parameter("Notification.EventTypes", "must not name Ping here")
        before = listeners.of_api(call.session, hit_type)
        listeners.add(
            call.session,
            hit_type,
            wanted["Transport"],
            wanted["Destination"],
            list(dict.fromkeys(wanted["EventTypes"])),
            active=active if active is not None else before is None or before.active,
        )
    else:
        _switch(call, params["HITTypeId"], bool(active))
    return {}


def _switch(call: Call, hit_type_id: str, active: bool) -> None:
    hit_type = lookup.hit_type(call, hit_type_id)
    listener = listeners.of_api(call.session, hit_type)
    if listener is None:
        raise request_error(
            "InvalidParameterValue", f"HIT type {hit_type_id} has no notification to switch."
        )
    listener.active = active
    listeners.follow(call.session, hit_type)


def send_test_event_notification(call: Call) -> dict[str, Any]:
    """Send one message now; what keeps it from arriving is the answer."""
    wanted, event_type = call.params["Notification"], call.params["TestEventType"]
    _check(wanted)
    customer = call.session.get_one(Account, call.account_seq).access_key
    event_id = ids.entity_id()
    message = transports.Message(
        wanted["Transport"],
        wanted["Destination"],
        event_id,
        events.test_body(event_id, customer, event_type, call.now),
    )
    try:
        transports.send(message)
    except transports.NotSent as error:
        raise request_error(
            "InvalidParameterValue", f"The notification could not be delivered: {error}"
        ) from error
    return {}


def _check(wanted: Structure) -> None:
    transport, destination = wanted["Transport"], wanted["Destination"]
    if transport == "Email":
        raise not_supported("notifications by Email; use SQS, SNS or a webhook")
    if not listeners.is_address(destination, transport):
        what = "the ARN of a topic" if transport == listeners.SNS else "the URL of a queue"
        raise invalid_parameter("Notification.Destination", f"must be {what}")
    if wanted["Version"] not in _VERSIONS:
        raise invalid_parameter("Notification.Version", f"must be {' or '.join(_VERSIONS)}")
    if not wanted["EventTypes"]:
        raise invalid_parameter("Notification.EventTypes", "must name at least one")
