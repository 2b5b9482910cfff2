"""DATA_STATEMENT.md, with the sections of Bender & Friedman, "Data Statements for NLP" (TACL 2018).

The database knows the annotators' side: numbers, recruitment, pay, what was asked. What it cannot
know (whose language this is, who the people were) says "not stated" and is for the makers to fill,
with `--about` and `--language`.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.release import told
from pipeline.release.content import Content
from pipeline.release.facts import CampaignFacts
from pipeline.release.markdown import blocks, bullets, line
from pipeline.release.people import warning

NOT_KEPT = (
    "Of the annotators' age, gender, origin, first language and training konkyo keeps nothing; what "
    "a campaign asked stands under its questions in [the card](README.md)."
)
NOT_STATED = f"{told.NOT_STATED.capitalize()}."


def statement(content: Content) -> str:
    """The whole file."""
    return blocks(
        [
            f"# Data statement: {line(content.title)}",
            f"**{loud}**" if (loud := warning(content.people)) else "",
            "## A. Curation rationale",
            content.about or f"What the texts are, whose, and why these: {NOT_STATED.lower()}",
            _selection(content),
            "## B. Language variety",
            NOT_STATED if content.language is None else f"BCP-47: `{content.language}`.",
            "## C. Speaker demographic",
            f"Who wrote the texts: {NOT_STATED.lower()}",
            "## D. Annotator demographic",
            _each(content, _annotators),
            NOT_KEPT,
            "## E. Speech situation",
            f"When, where and for whom the texts were written: {NOT_STATED.lower()}",
            "## F. Text characteristics",
            _characteristics(content),
            "## G. Recording quality",
            "Does not apply: nothing was recorded.",
            "## H. Other",
            _each(content, _quality),
            "## I. Provenance appendix",
            _each(content, _provenance),
        ]
    )


def _each(content: Content, part: Callable[[CampaignFacts], str]) -> str:
    return "\n\n".join(f"### {line(f.name)}\n\n{part(f)}" for f in content.campaigns)


def _selection(content: Content) -> str:
    drawn = [
        f"`{f.name}`: the instances were drawn with seed {f.campaign.seed}."
        for f in content.campaigns
        if not f.imported
    ]
    return bullets(drawn)


def _annotators(facts: CampaignFacts) -> str:
    return "\n".join([told.who(facts), told.recruited(facts), told.paid(facts)])


def _quality(facts: CampaignFacts) -> str:
    return "\n\n".join([told.excluded(facts), told.agreement(facts)])


def _provenance(facts: CampaignFacts) -> str:
    if facts.imported:
        return f"Imported from a file (`{facts.campaign.market}`). Its own statement: not stated."
    return (
        "Collected with konkyo. What workers were told and asked stands in [the card](README.md)."
    )


def _characteristics(content: Content) -> str:
    instances = content.tables["instances"]
    kinds = sorted(set(instances["kind"]))
    counts = [f"{instances['kind'].count(kind)} of kind `{kind}`" for kind in kinds]
    lengths = sorted(len(starts) for starts in instances["starts"] if starts)
    if lengths:
        counts.append(
            f"{lengths[0]} to {lengths[-1]} tokens, {lengths[len(lengths) // 2]} in the middle"
        )
    return bullets(counts)
