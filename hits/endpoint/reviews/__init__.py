"""Review policies: what a requester lets the endpoint do with answers that come in.

    policy.py         a ReviewPolicy structure, checked when the HIT is made
    given_answers.py  an answer document → question → what was answered
    known_answers.py  ScoreMyKnownAnswers: each submission against answers that are known
    plurality.py      SimplePlurality: all submissions of a HIT against each other
    apply.py          runs them in the transaction that gave rise to them, and acts

``lifecycle`` notes what a policy has to look at; ``market`` applies the policies before the
transaction ends.
"""
