"""A teaching experiment: what it trains, what is measured of its runs, and how it is read back.

`lesson` and `arms` say what is trained and compared, `human` what an arm learns from people,
`training` trains the runs. `measures` computes what takes a run's model, and reads it back without:
`alignment` with people's marks, `faithful` what the run loses without its rationale, `looking` what
attention is like by itself. `experiment` makes the table of it, `curve` and `domains` the rest.
"""
