#!/usr/bin/env python3
"""Records what this version asks of a database, so that tests/it/drills/schemas.rs can check later schemas
against it. Run it for each release, commit the file with the release, and never edit it."""

import json
import pathlib
import re

project = pathlib.Path(__file__).resolve().parent.parent
version = re.search(r'^version = "(.*)"', (project / "Cargo.toml").read_text(), re.MULTILINE).group(1)
queries = []
for file in sorted((project / ".sqlx").glob("*.json")):
    stored = json.loads(file.read_text())
    described = stored["describe"]
    queries.append({
        "query": stored["query"],
        "columns": [[column["name"], column["type_info"]] for column in described["columns"]],
        "parameters": (described["parameters"] or {}).get("Left", []),
    })
schema = max(int(file.name.split("_")[0]) for file in (project / "migrations").glob("*.sql"))
recorded = project / "tests" / "schema" / f"{version}.json"
recorded.write_text(json.dumps({"version": version, "schema": schema, "queries": queries}, indent=1, ensure_ascii=False) + "\n")
print(f"{recorded.relative_to(project)}: {len(queries)} queries, schema {schema}")
