"""What workers see, and the contract for programs that work in their place.

Plain server-rendered pages: every step is one GET or one form POST with a cookie. Scripts only
add comfort (a countdown, autosave, moving on by itself). A program follows the same pages and can
rely on the following; attributes are only ever added.

Pages. ``<main data-page="NAME">`` is on every page, with the attributes given here::

    welcome      GET /  (signed out)
    registered   POST /register                     data-worker-id, data-worker-secret
    queue        GET /                              data-worker-id
    preview      GET /hits/{HITId}                  data-hit-id, data-hit-type-id
    work         GET /assignments/{AssignmentId}    data-assignment-id, data-hit-id,
                                                    data-hit-type-id, data-remaining-seconds
    done         GET /assignments/{AssignmentId}    the same but the last; data-state
    given-up     GET /assignments/{AssignmentId}    the same, after return or deadline; data-state
    earnings     GET /earnings                      data-worker-id
    qualifications  GET /qualifications             data-worker-id
    qualification   GET /qualifications/{TypeId}    data-qualification-type-id, data-state,
                                                    data-value
    test         GET /tests/{RequestId}             data-qualification-type-id,
                                                    data-remaining-seconds
    messages     GET /messages                      data-worker-id
    submitted    answer to a submission             data-outcome
    notice       anything that cannot be done       data-reason

Signing in. ``POST /register`` (optional field ``worker_id``: an A, then capitals and digits, not
yet taken) answers 200 with the page *registered* and sets the cookie; the secret is shown this
once. ``POST /sign-in`` (``worker_id``, ``secret``) answers 303 to ``/``. ``POST /sign-out``.

Forms of a signed-in worker carry a hidden field ``csrf``, the same on every page of a session; a
POST without it is refused (403, ``data-reason="stale-form"``). A POST with an ``Origin`` header
other than the site's is refused.

The queue. One ``article[data-hit-type-id]`` a group, with ``data-available`` (HITs this worker
may take), ``data-reward`` (dollars), ``data-duration-seconds``, ``data-hit-id`` (the next one);
inside, ``a[data-preview]`` and ``form[data-accept-next]``. What the worker holds is listed as
``li[data-assignment-id]`` with ``a[data-continue]``.

Accepting. ``POST /hits/{HITId}/accept`` (``form[data-accept]`` on the preview) or
``POST /groups/{HITTypeId}/accept`` (``form[data-accept-next]``: the next HIT of the group that
this worker has not done) answers 303 to ``/assignments/{AssignmentId}``. Accepting a HIT that the
worker already holds gives the same assignment. Otherwise 409 with ``data-reason``: ``taken``,
``expired``, ``done-before`` or, for a group, ``none-left``. ``GET /groups/{HITTypeId}/next`` is
303 to the next HIT's preview, or the notice ``none-left`` (404).

Requirements. What keeps a worker from accepting is listed, one ``li[data-unmet]`` (the
qualification's id) each, on the group's ``article``, the preview and the notice
``not-qualified`` (403); of a task that may not be found without them nothing is shown (404). A
worker whom the requester has blocked gets ``blocked`` (403). ``POST /qualifications/{TypeId}/request``
(``form[data-request]``) answers 303 to the qualification, or to its test, whose ``iframe[data-task]``
works as a task's; or 409 with ``not-requestable``, ``already-qualified``, ``no-retry`` or
``retry-later``. The states of a qualification: ``none``, ``started``, ``pending``, ``granted``,
``held``, ``revoked``, ``rejected``, ``abandoned``. ``POST /profile`` keeps ``country``,
``subdivision`` and ``adult``.

Answering. ``iframe[data-task]`` on *work* and *preview* has the task's address in ``src``, whose
query carries ``assignmentId``, ``hitId``, ``turkSubmitTo`` and, once accepted, ``workerId``. The
address of an HTMLQuestion or a QuestionForm is ours (``/frame/…``, relative) and needs no cookie.
Fields go, urlencoded (2 MiB) or multipart with files (12 MiB), to ``turkSubmitTo + "/mturk/externalSubmit"``, together with
``assignmentId``. No cookie and no ``Origin`` are needed: the one-time token stands in the path.

The answer is the page *submitted*: ``data-outcome`` is ``submitted`` (200), ``already-submitted``
(200, nothing was recorded again), ``returned`` or ``abandoned`` (409, the text is given back),
``preview`` (409), ``unknown`` (404), ``wrong-assignment`` (400), ``incomplete`` (422, what a
QuestionForm asks for is missing: one ``li[data-problem]`` each). ``a[data-done]``
leads to *done*, whose ``a[data-next]`` is ``/groups/{HITTypeId}/next`` and whose
``form[data-accept-next]`` accepts the next HIT at once.

Returning. ``POST /assignments/{AssignmentId}/return`` (``form[data-return]``) answers 303 to ``/``.

The frame and the page around it talk by postMessage, each message an object with the key
``konkyo``: the frame sends ``ready``, ``autosave`` (with ``data``, a string) and ``height`` (with
``height``, in pixels, honoured when FrameHeight is 0); the page answers ``ready`` with ``restore``
(``data``: what was saved last, or null). ``submitted`` from our own answer page moves the page on.
"""
