"""What `konkyo demo` can show: name → class, loaded when asked for."""

from db.catalogue import Catalogue

DEMOS = Catalogue(
    "kind of demo",
    {
        "text": "pipeline.demos.text:Text",
        "image": "pipeline.demos.image:Image",
        "tabular": "pipeline.demos.tabular:Tabular",
    },
)
