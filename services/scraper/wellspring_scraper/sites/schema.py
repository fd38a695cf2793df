"""The JSON Schema of definitions, for editors: `python -m wellspring_scraper.sites.schema FILE` writes it."""

import json
import sys
from pathlib import Path

from .definition import Definition


def schema_text() -> str:
    """Return the schema as the text of its file."""
    schema = Definition.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Wellspring site definition"
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
