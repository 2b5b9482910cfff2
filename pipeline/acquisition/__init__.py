"""What people should see next: name → class, loaded when asked for (names are stored)."""

from db.catalogue import Catalogue

ACQUISITIONS = Catalogue(
    "way of selecting",
    {
        "centre_distance": "pipeline.acquisition.centre_distance:CentreDistance",
        "cosine_ood": "pipeline.acquisition.cosine_ood:CosineOOD",
        "entropy": "pipeline.acquisition.entropy:Entropy",
        "explainer_disagreement": "pipeline.acquisition.explainer_disagreement:ExplainerDisagreement",
        "margin": "pipeline.acquisition.margin:Margin",
        "people_disagreement": "pipeline.acquisition.people_disagreement:PeopleDisagreement",
        "random": "pipeline.acquisition.random:Random",
    },
)
"""See `pipeline.acquisition.base.Acquisition`."""
