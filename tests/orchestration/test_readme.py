"""What the README says about settings and tables is what there is."""

import json
import re
from pathlib import Path

from assets.warehouse.dbt_manifest import ensure_manifest
from orchestration.settings import Settings

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """Cells of the Markdown table whose heading row begins so."""
    lines = README[README.index(f"| {heading} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_of_settings_names_every_setting_with_its_default() -> None:
    stated = {name.strip("`"): default for name, default, _ in table("variable")}
    assert list(stated) == [f"SPEECHMAP_{name.upper()}" for name in Settings.model_fields]
    for name, field in Settings.model_fields.items():
        default = stated[f"SPEECHMAP_{name.upper()}"]
        is_told = default.startswith("`") or field.default is None or "public" in default
        assert is_told, f"{name}: {default}"
        if default.startswith("`"):
            assert default.strip("`").lower() == str(field.default).lower()
        elif field.default is not None:
            assert str(field.default).startswith("https://")


def test_the_table_of_marts_names_every_mart() -> None:
    nodes = json.loads(ensure_manifest().read_text(encoding="utf-8"))["nodes"].values()
    marts = {node["name"] for node in nodes if node["resource_type"] == "model" and node["schema"] == "marts"}
    stated = [name for names, *_ in table("table in `marts`") for name in re.findall(r"`([a-z_]+)`", names)]
    assert len(stated) == len(set(stated))
    assert set(stated) == marts
