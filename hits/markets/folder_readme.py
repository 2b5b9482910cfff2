"""What a folder of the market `files` says of itself to the person who opens it."""

from __future__ import annotations

from db.words import counted

TURKLE_TEMPLATE = 65_536
AMAZON_QUESTION = 65_535

TEXT = """\
What this folder is
===================

A study, ready for a site that makes work out of a template and a table: {hits}, one in each row
of batch.csv. Nothing has been sent anywhere yet.

    template.html  the page that people see; the site puts a row's data where ${{konkyo}} stands
    batch.csv      the rows; please do not open and save it in a spreadsheet, which shortens
                   long cells
    results/       put the tables of results that you download here
    decisions.csv  appears when submissions are approved

On Turkle
---------

1. Administration, Projects, Add: give it a name and upload template.html.
2. Batches, Add: choose the project, upload batch.csv, set how many people do each row.
   A warning about extra fields (annotation, hit) is as it should be.
3. Review the batch and publish it.
4. When people have answered: Batches, download the results, put the file into results/.

On Amazon's requester site, or one like it
------------------------------------------

1. Create a project; title, reward and times are yours to enter there.
2. In the design layout, switch to the source view, remove what is there, paste template.html.
3. Publish a batch with batch.csv.
4. When people have answered: Review results, Download CSV, put the file into results/.

Then
----

    konkyo collect     reads every *.csv in results/; it may be run as often as you like,
                       and the same table may lie there twice
    konkyo review      approves what was collected and writes decisions.csv, which sites that
                       review take as an upload; paying people is done there, not here

Sizes
-----

template.html takes {template:,} bytes; Turkle takes {turkle:,} characters unless
TURKLE_TEMPLATE_LIMIT is raised. {fits}
"""


def readme(hits: int, template: int, largest: int) -> str:
    """The README.txt for `hits` HITs; `template` and `largest` (the longest data) are bytes."""
    whole = template + largest
    fits = (
        f"Filled in, the largest HIT takes {whole:,}, within\nthe {AMAZON_QUESTION:,} that Amazon "
        "documents for a question."
        if whole <= AMAZON_QUESTION
        else f"Filled in, the largest HIT takes {whole:,}: more\nthan the {AMAZON_QUESTION:,} that "
        "Amazon documents for a question; plan fewer items a HIT for such a site."
    )
    return TEXT.format(
        hits=counted(hits, "HIT"), template=template, turkle=TURKLE_TEMPLATE, fits=fits
    )
