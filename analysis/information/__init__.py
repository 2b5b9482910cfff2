"""How much an input feature says about an output, in nats: one file an estimator.

`mixture.py` fits the density of a pair, `mutual.py` reads the information from it, and
`neighbours.py` is the estimate without a density that stands beside.
"""
