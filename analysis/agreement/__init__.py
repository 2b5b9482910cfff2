"""How far people agree with each other: one file per coefficient."""

from __future__ import annotations

from db.catalogue import Catalogue

COEFFICIENTS = Catalogue(
    "agreement coefficient",
    {
        "krippendorff": "analysis.agreement.krippendorff:alpha",
        "gwet_ac1": "analysis.agreement.gwet:ac1",
        "gwet_ac2": "analysis.agreement.gwet:ac2",
        "fleiss": "analysis.agreement.fleiss:fleiss",
        "cohen": "analysis.agreement.cohen:cohen",
        "icc": "analysis.agreement.icc:icc",
    },
)
"""Coefficients of a long judgement table; see `analysis.agreement.base.Coefficient`."""

SET_COEFFICIENTS = Catalogue(
    "agreement coefficient of sets", {"krippendorff": "analysis.agreement.sets:alpha_of_sets"}
)
"""Coefficients where an answer is a set; see `analysis.agreement.base.SetCoefficient`."""

TOKEN_COEFFICIENTS = Catalogue(
    "token agreement",
    {
        "tokens": "analysis.agreement.tokens:token_agreement",
        "unitizing": "analysis.agreement.unitizing:unitizing_alpha",
        "gamma": "analysis.agreement.gamma:gamma",
    },
)
"""Coefficients of marked tokens; see `analysis.agreement.base.TokenCoefficient`."""
