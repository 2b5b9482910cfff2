"""An MTurk-compatible endpoint and the worker site that belongs to it.

The package plays the marketplace: it speaks Mechanical Turk's JSON API to requesters (an
unmodified ``boto3.client("mturk", endpoint_url=…)`` is the judge) and shows plain web pages to
workers. It imports nothing else of this project; everybody else talks to it over HTTP, as they
would to somebody else's server. Importing this package loads nothing heavy.

The map, from the outside in::

    settings.py     ServeSettings: where to listen, where the books are
    serve.py        serve(settings) blocks; running(settings) yields a URL (demo, tests)
    app.py          the ASGI application: guard, routes, error pages
    guard.py        who may speak to a server that carries the default account
    wire.py         POST /: target, signature, JSON, the shape of errors
    sigv4.py        Signature Version 4, checked with botocore's own signer
    faults.py       calls that are to fail, for tests of clients; hangup.py: no reply at all
    validation.py   parameters against botocore's service model, and the limits it lacks
    operations/     one file per family of operations, one table of their names
    worker_site/    what workers see; its docstring is the contract for machine clients
    requester_site/ the requester's dashboard in the browser
    question.py     HTMLQuestion, ExternalQuestion, QuestionForm in; the page in the frame out
    question_form/  questions written as data: parsed, rendered, answered, scored
    xml_input.py    requesters' XML, read safely and checked against rules of a schema
    answers.py      what a worker answered → QuestionFormAnswers XML
    templates.py    ``${variables}``; layouts.py: templates by id; batches.py: a CSV of values
    results.py      what came back for a batch, as a CSV
    hosts.py        outside hosts that tasks may reach; assets.py: files in place of them
    pages.py        pages that requesters upload for ExternalQuestions
    uploads.py      addresses that open an uploaded file for a minute
    requirements.py what a HIT type asks of its workers, checked when it is made
    eligibility.py  whether a worker may find, see or accept a HIT, and if not, exactly why
    qualifications.py  who has which qualification; system_qualifications.py counts the rest
    invitations.py  links with which people register; refusals.py: what is refused is logged
    messages.py     requesters' messages to workers
    lifecycle.py    THE state machine of HITs and assignments, driven by the clock
    due.py          what has fallen due: the queries behind lifecycle.settle
    reviews/        review policies: known answers, plurality, and what they do
    notifications/  events for requesters' programs, and the thread that delivers them
    webhooks.py     webhooks, as the operator sets them
    ledger.py       money in and out of an account; money.py: dollars as text, cents as integers
    market.py       one database and one clock: every read and every write goes through here
    accounts.py     requester accounts and the default one
    administration.py  what the operator does to the books: `konkyo market`
    tokens.py       UniqueRequestToken: remembered in the transaction that it protects
    tables/         SQLAlchemy tables; database.py opens them; migrations/ is their history
    clock.py        the time, which a test may set
    ids.py          what is drawn at random, what is kept as a hash
    errors.py       EndpointError for operators, WireError for programs, WorkRefused for workers

Rules that hold throughout: only ``lifecycle`` changes a status or a counter, only ``ledger``
changes a balance, only ``qualifications`` grants or revokes, and every transaction first lets the clock do what has fallen due, so that a
reader never sees a deadline that has passed without consequence.
"""
