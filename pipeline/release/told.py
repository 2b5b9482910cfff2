"""Parts that the card and the data statement share: who answered, for what pay, what was asked."""

from __future__ import annotations

from db.records import Estimate
from db.words import counted
from pipeline.release.asked import AskedOf
from pipeline.release.facts import CampaignFacts
from pipeline.release.markdown import bullets, line, table, verbatim

NOT_STATED = "not stated"


def who(facts: CampaignFacts) -> str:
    """Numbers of workers and of what they handed in."""
    status = facts.status
    if not facts.persons_known:
        people = "The data do not say who answered, nor how many people they were."
    else:
        people = (
            f"{counted(status.workers, 'worker')}, {status.simulated_workers} of them simulated."
        )
    made = (
        f"{counted(facts.assignments, 'submission')}, {len(status.unreadable)} of them unreadable."
    )
    if facts.imported:
        made = f"{counted(facts.assignments, 'annotation')}, imported from a file."
    lines = [people, made]
    if facts.annotators:
        lines.append(f"Of the annotators the import says: {line(facts.annotators)}")
    if facts.campaign.settings.get("written_for_project"):
        lines.append("Texts and annotations were written for a software project, as an example.")
    return bullets(lines)


def recruited(facts: CampaignFacts) -> str:
    """Market, source and environment, and on what terms."""
    campaign = facts.campaign
    if facts.imported:
        return bullets(["Recruitment is not known: the annotations were imported from a file."])
    passed, asked = facts.status.comprehension
    lines = [
        f"Market `{campaign.market}`, people from `{campaign.source}`.",
        f"Environment: `{campaign.environment}`.",
        f"Asked for each page: {counted(campaign.assignments_per_hit, 'worker')}, all different."
        if campaign.assignments_per_hit > 1
        else "One worker was asked for each page.",
    ]
    if asked:
        lines.append(
            f"{passed} of {counted(asked, 'submission')} passed the questions on the instructions."
        )
    share, answered = facts.status.checks.share, facts.status.checks.answered
    if share is not None:
        answers = counted(answered, "answer")
        lines.append(f"{share:.0%} of {answers} to check items agreed with the known answer.")
    return bullets(lines)


def paid(facts: CampaignFacts) -> str:
    """Reward, what was spent, the median time and what an hour of it paid."""
    campaign, pay = facts.campaign, facts.status.pay
    if facts.imported:
        return bullets(["Pay is not known: the annotations were imported from a file."])
    currency = campaign.currency
    lines = [f"Reward for a page: {campaign.reward} {currency}."]
    spent = facts.status.money["spent"]
    lines.append(f"Entered as paid for reviewed work: {spent} {currency}.")
    for words, seconds, hourly in (
        ("page in use", pay.seconds_in_use, pay.hourly_in_use),
        ("from accepting to submitting", pay.seconds_by_clock, pay.hourly_by_clock),
    ):
        if seconds is None:
            lines.append(f"Median time ({words}): not known.")
        else:
            lines.append(f"Median time ({words}): {seconds:.0f} s, or {hourly} {currency} an hour.")
    if facts.status.workers and facts.status.workers == facts.status.simulated_workers:
        lines.append("Nobody was paid: the workers are simulated, and so are these times.")
    return bullets(lines)


def questions(facts: CampaignFacts) -> str:
    """Each question with its words and answers, verbatim."""
    return "\n\n".join(_question(question) for question in facts.asked)


def _question(question: AskedOf) -> str:
    head = f"`{question.name}` ({question.level}{', free text' if question.free else ''}): "
    if not question.words:
        return head + "its words are not known."
    options = "".join(f"\n  {o.value}: {o.text}" for o in question.options)
    return head + "\n\n" + verbatim(question.words + options)


def excluded(facts: CampaignFacts) -> str:
    """What was left out, by rule."""
    lines = [f"{one.count} × {one.subject} by the rule `{one.rule}`" for one in facts.left_out]
    return bullets(lines or ["Nothing was excluded."])


def agreement(facts: CampaignFacts) -> str:
    """Every estimate with its interval; what is undefined says why."""
    if not facts.agreement:
        return "Not known: see the notes."
    header = ["about", "coefficient", "value", "interval", "over", "note"]
    return table(header, [_estimate(one) for one in facts.agreement])


def _estimate(found: Estimate) -> list[str]:
    value = "undefined" if found.value is None else f"{found.value:.3f}"
    interval = ""
    if found.low is not None and found.high is not None:
        interval = f"{found.low:.3f} to {found.high:.3f} ({found.confidence:.0%})"
    names = [line(found.subject), line(found.name), value, interval, found.over or ""]
    return [*names, line(found.note)]
