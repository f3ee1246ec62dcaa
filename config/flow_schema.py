"""The JSON Schema of a flow, as editors and other programs read it: the file as people write it."""

from typing import Any, Final

from config.flow import Flow
from config.flow_text import TEXT_SCHEMA

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def flow_schema() -> dict[str, Any]:
    """Make the schema of a flow file (JSON Schema 2020-12).

    It holds fields and their types; what a flow's graph must be is for `config.flow_checks`.
    """
    schema = Flow.model_json_schema(by_alias=True)
    parts: dict[str, Any] = schema["$defs"]
    parts["Meaning"] = {"anyOf": [TEXT_SCHEMA, parts["Meaning"]]}
    return {"$schema": _DRAFT, "title": "A Tandem flow", **{k: v for k, v in schema.items() if k != "title"}}
