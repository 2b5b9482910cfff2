"""What requesters' programs are told: events of a HIT type's HITs, to a queue, topic or webhook.

    events.py      an event, written in the transaction that it tells of
    listeners.py   who wants to hear of which events
    transports.py  one message, sent once: SQS, SNS, or a signed POST
    delivery.py    the thread that sends what is due, again and again until it arrives

An event that was sent but whose arrival is not known (a crash, a reply that was lost) is sent
again with the same id and a higher attempt, so that a receiver can tell.
"""
