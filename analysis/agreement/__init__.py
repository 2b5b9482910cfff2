"""How far people agree with each other: one file per coefficient."""

from __future__ import annotations

from db.catalogue import Catalogue

COEFFICIENTS = Catalogue(
    "agreement coefficient", {"krippendorff": "analysis.agreement.krippendorff:alpha"}
)
"""Coefficients of a long judgement table; see `analysis.agreement.base.Coefficient`."""

TOKEN_COEFFICIENTS = Catalogue(
    "token agreement", {"tokens": "analysis.agreement.tokens:token_agreement"}
)
"""Coefficients of marked tokens; see `analysis.agreement.base.TokenCoefficient`."""
