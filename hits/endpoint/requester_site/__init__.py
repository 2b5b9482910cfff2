"""The requester's dashboard: what is out, what came in, and yes or no to it.

A requester signs in with the access key and secret that their programs sign with. Everything here
can be done through the API as well; nothing is kept but a session.

    sessions.py   signing in and out, and whose browser this is
    overview.py   balance and HIT types, with counts that stay current
    group.py      one HIT type: its submissions, approved and rejected one by one or together

Pages carry ``<main data-page>``: ``requester-sign-in``, ``requester``, ``requester-group``
(``data-hit-type-id``; one ``article[data-assignment-id]`` a submission).
"""
