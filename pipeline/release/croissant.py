"""croissant.json: Croissant 1.0 metadata (MLCommons, 2024), which describes files and their fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from db.words import counted
from pipeline.release import told
from pipeline.release.columns import TABLES, Column
from pipeline.release.content import Content
from pipeline.release.people import WORKERS, warning

CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
ENCODINGS = {"parquet": "application/x-parquet", "jsonl": "application/jsonlines"}
TYPES = {"integer": "sc:Integer", "number": "sc:Float", "flag": "sc:Boolean"}
TYPES |= {"integers": "sc:Integer", "numbers": "sc:Float"}
REFERENCES = {"instance": "instances/id", "item": "items/id"}


def croissant(content: Content, sha256: Mapping[str, str]) -> str:
    """The document, one key a line; `sha256`: path in the folder → checksum of each table."""
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": content.title,
        "description": _description(content),
        "license": content.license or told.NOT_STATED,
        "version": "1.0.0",
        "isLiveDataset": False,
    }
    if content.language is not None:
        document["inLanguage"] = content.language
    if content.created is not None:
        document["dateCreated"] = document["datePublished"] = content.created.isoformat()
    document["keywords"] = ["rationales", "explainability"]
    document["keywords"] += [] if content.people == WORKERS else [content.people]
    document["distribution"] = [_file(content, name, sha256) for name in content.tables]
    document["recordSet"] = [_record_set(content, name) for name in content.tables]
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _description(content: Content) -> str:
    said = f"Human judgements and rationales of {counted(content.rows('instances'), 'instance')}."
    return " ".join(part for part in (warning(content.people), said) if part)


def _file(content: Content, name: str, sha256: Mapping[str, str]) -> dict[str, Any]:
    path = content.path(name)
    return {
        "@type": "cr:FileObject",
        "@id": f"file-{name}",
        "name": path.rpartition("/")[2],
        "description": f"The table {name}, answered by {content.people}.",
        "contentUrl": path,
        "encodingFormat": ENCODINGS[content.suffix],
        "sha256": sha256[path],
    }


def _record_set(content: Content, name: str) -> dict[str, Any]:
    columns = TABLES[name]
    made: dict[str, Any] = {"@type": "cr:RecordSet", "@id": name, "name": name}
    if columns[0].name == "id":
        made["key"] = {"@id": f"{name}/id"}
    return made | {"field": [_field(content, name, column) for column in columns]}


def _field(content: Content, table: str, column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table}/{column.name}",
        "name": column.name,
        "description": column.words,
        "dataType": TYPES.get(column.kind, "sc:Text"),
        "source": {"fileObject": {"@id": f"file-{table}"}, "extract": {"column": column.name}},
    }
    if column.kind in ("integers", "numbers"):
        field["repeated"] = True
    if column.name in REFERENCES:
        field["references"] = {"field": {"@id": REFERENCES[column.name]}}
    return field
