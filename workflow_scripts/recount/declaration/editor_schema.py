"""paper.yaml as a JSON Schema, so that editors complete and check while one types.

The registry itself checks more (arms that exist, seeds that suffice, the rules' expressions); this
is the part that JSON Schema can say. The exported file is docs/paper.schema.json.
"""

import json
from typing import Any

from recount.declaration.schema import TAKES, Paper

ARM_KEYS = ("arm", "minus", "over")


def json_schema() -> dict[str, Any]:
    schema = Paper.model_json_schema(by_alias=True)
    schema |= {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "paper.yaml",
        "description": "One paper: bibliography, arms, scales, claims with their rules.",
    }
    schema["anyOf"] = [{"required": [key]} for key in ("arxiv", "doi", "url")]
    schema["properties"]["claims"]["required"] = ["main"]
    schema["properties"]["scales"]["required"] = ["smoke", "laptop"]
    schema["$defs"]["Quantity"]["allOf"] = [keys_of(take) for take in TAKES]
    close(schema)
    return schema


def close(node: Any) -> None:
    """Refuse keys that match no pattern, as the registry does."""
    if isinstance(node, dict):
        if "patternProperties" in node:
            node["additionalProperties"] = False
        for child in node.values():
            close(child)
    elif isinstance(node, list):
        for child in node:
            close(child)


def keys_of(take: str) -> dict[str, Any]:
    """`if` the quantity takes this, `then` exactly these keys."""
    ways, needed, allowed = TAKES[take]
    every = {"take", *needed, *allowed, *(key for way in ways for key in way)}
    forms = [
        {
            "required": ["take", *needed, *way],
            "not": {"anyOf": [{"required": [key]} for key in ARM_KEYS if key not in way]},
        }
        if len(way) < len(ARM_KEYS)
        else {"required": ["take", *needed, *way]}
        for way in ways
    ]
    return {
        "if": {"properties": {"take": {"const": take}}, "required": ["take"]},
        "then": {"propertyNames": {"enum": sorted(every)}, "anyOf": forms},
    }


def written() -> str:
    """The schema as it stands in docs/paper.schema.json."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"
