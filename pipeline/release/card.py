"""The dataset card, README.md: YAML that the Hugging Face hub and `datasets` read, then the facts.

(Hub documentation, "Dataset Cards" and "Manual Configuration".) Each table is a configuration of
its own, with one part called `train`, as the hub calls data that are not divided.
"""

from __future__ import annotations

import json
import re

from db.words import counted
from pipeline.release import told
from pipeline.release.columns import TABLES
from pipeline.release.content import Content
from pipeline.release.facts import CampaignFacts
from pipeline.release.markdown import blocks, bullets, line, table, verbatim
from pipeline.release.people import BOTH, SIMULATED, WORKERS, warning

MORE = (
    "More: [data statement](DATA_STATEMENT.md), [Croissant metadata](croissant.json), "
    "[checksums](SHA256SUMS)."
)
SIZES = (
    (10**3, "n<1K"),
    (10**4, "1K<n<10K"),
    (10**5, "10K<n<100K"),
    (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"),
)
CREATORS = {WORKERS: ["crowdsourced"], SIMULATED: ["machine-generated"]}
CREATORS[BOTH] = [*CREATORS[WORKERS], *CREATORS[SIMULATED]]


def card(content: Content) -> str:
    """The whole file."""
    return blocks(
        [
            front_matter(content),
            f"# {line(content.title)}",
            f"**{loud}**" if (loud := warning(content.people)) else "",
            _about(content),
            "## Tables",
            _tables(content),
            *(part for facts in content.campaigns for part in _campaign(facts)),
            "## What is left out",
            _left_out(content),
            *(["## Notes", bullets([line(n) for n in content.notes])] if content.notes else []),
        ]
    )


def front_matter(content: Content) -> str:
    """The YAML between dashes; strings are quoted as JSON, which is YAML."""
    lines = [f"pretty_name: {_quoted(content.title)}", *_license(content.license)]
    if content.language:
        lines += ["language:", f"- {_quoted(content.language)}"]
    lines += ["size_categories:", f"- {_size(content.rows('instances'))}"]
    lines += ["annotations_creators:", *(f"- {c}" for c in CREATORS[content.people])]
    lines += ["tags:", "- rationales", "- explainability"]
    lines += [] if content.people == WORKERS else ["- simulated-workers"]
    lines.append("configs:")
    for name in content.tables:
        lines += [f"- config_name: {name}", "  data_files:", "  - split: train"]
        lines.append(f"    path: {content.path(name)}")
        lines += ["  default: true"] if name == "instances" else []
    return "\n".join(["---", *lines, "---"])


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _license(stated: str | None) -> list[str]:
    """`unknown` is what the hub calls a licence that nobody stated."""
    if stated is None:
        return ["license: unknown"]
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", stated):
        return [f"license: {_quoted(stated.lower())}"]
    return ["license: other", f"license_name: {_quoted(stated)}"]


def _size(n: int) -> str:
    return next((name for least, name in SIZES if n < least), "n>10M")


def _about(content: Content) -> str:
    names = ", ".join(f"`{facts.name}`" for facts in content.campaigns)
    created = "not known" if content.created is None else content.created.isoformat()
    licence = told.NOT_STATED if content.license is None else line(content.license)
    lines = [
        f"Human judgements and rationales of {counted(content.rows('instances'), 'instance')}.",
        f"Campaigns: {names}.",
        f"Day of the last submission: {created}.",
        f"Licence: {licence}." + ("" if content.license else " Ask before you use these data."),
        MORE,
        f"Texts and whose they are: {told.NOT_STATED}." if content.about is None else "",
    ]
    return blocks([bullets([one for one in lines if one]), content.about or ""]).rstrip("\n")


def _tables(content: Content) -> str:
    parts = []
    for name in content.tables:
        parts.append(f"### {name}\n\n`{content.path(name)}`, {counted(content.rows(name), 'row')}.")
        parts.append(table(["column", "holds"], [[f"`{c.name}`", c.words] for c in TABLES[name]]))
    return "\n\n".join(parts)


def _campaign(facts: CampaignFacts) -> list[str]:
    return [
        f"## Campaign {line(facts.name)}",
        f"Study `{facts.campaign.study}`, version {facts.campaign.study_version}.",
        "### Who answered",
        told.who(facts),
        "### How they were recruited",
        told.recruited(facts),
        "### How they were paid",
        told.paid(facts),
        "### What they were told",
        "\n\n".join(f"{title}:\n\n{verbatim(words)}" for title, words in facts.told.items())
        or "Not known: the annotations were imported from a file.",
        "### What they were asked",
        told.questions(facts),
        "### Exclusions",
        told.excluded(facts),
        "### Agreement",
        told.agreement(facts),
    ]


def _left_out(content: Content) -> str:
    lines = [f"{n} × {line(reason)}" for reason, n in content.excluded.items()]
    lines += [
        "The ids that platforms give to workers, and the pseudonyms of the project.",
        "Times: of submissions only the day of the last is told.",
    ]
    return bullets(lines)
