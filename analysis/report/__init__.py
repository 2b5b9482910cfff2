"""The report: one HTML file about a rationale study, with nothing to fetch and no script in it.

Fill a `content.ReportContent` and hand it to `html.render`; `figures.save_figure` draws estimates
for print.
"""
