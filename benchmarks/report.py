"""The figures of all sizes as Markdown: a table per size, and how time and memory per row grow."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.steps import FLOORS, TARGETS

Found = Mapping[str, Any]


def as_markdown(machine: str, sizes: Sequence[Found]) -> str:
    """All tables.

    Args:
        machine: what it ran on, in a line.
        sizes: per size `corpus` (its account), `repeats` and `steps` (name to the medians of `Measured`'s figures).
    """
    parts = [machine, *(_one_size(found) for found in sizes)]
    if len(sizes) > 1:
        parts.append(_growth(sizes))
    return "\n\n".join(parts)


def _one_size(found: Found) -> str:
    corpus, steps = found["corpus"], found["steps"]
    rows = _rows(found)
    about = (
        f"{corpus['models']} models, {rows:,} rows of the Hub in {corpus['hub_bytes'] / 1e9:.2f} GB of Parquet, "
        f"{corpus['plain_bytes'] / 1e9:.2f} GB of JSONL. Medians of {found['repeats']}."
    )
    lines = [
        f"## Size {corpus['scale']:g}",
        "",
        about,
        "",
        "| step | wall s | CPU s | peak MB | read MB | written MB | rows per s | compared | target |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, one in steps.items():
        cells = [
            name,
            f"{one['wall_seconds']:.1f}",
            f"{one['cpu_seconds']:.1f}",
            *(f"{one[key]:,.0f}" for key in ("peak_megabytes", "read_megabytes", "written_megabytes")),
            f"{rows / one['wall_seconds']:,.0f}",
            _compared(name, steps),
            TARGETS.get(name, ""),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _compared(name: str, steps: Mapping[str, Any]) -> str:
    floor = FLOORS.get(name)
    if floor not in steps:
        return ""
    share = steps[name]["wall_seconds"] / steps[floor]["wall_seconds"]
    return f"{share:.0%} of the {floor}" if share < 1 else f"{share:.1f} times the {floor.partition(':')[0]}"


def _growth(sizes: Sequence[Found]) -> str:
    header = " | ".join(f"{found['corpus']['scale']:g}" for found in sizes)
    lines = [
        "## Growth",
        "",
        "Microseconds of wall time, and bytes of peak memory, per row of the Hub, by size.",
        "",
        f"| step | {header} | | {header} |",
        f"| --- |{' --- |' * (2 * len(sizes) + 1)}",
    ]
    lines += [
        f"| {name} | {_per_row(name, 'wall_seconds', sizes)} | | {_per_row(name, 'peak_megabytes', sizes)} |"
        for name in sizes[0]["steps"]
        if all(name in found["steps"] for found in sizes)
    ]
    return "\n".join(lines)


def _per_row(name: str, figure: str, sizes: Sequence[Found]) -> str:
    return " | ".join(f"{found['steps'][name][figure] * 1e6 / _rows(found):,.0f}" for found in sizes)


def _rows(found: Found) -> int:
    return int(sum(found["corpus"]["hub_rows"].values()))
