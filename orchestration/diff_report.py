"""The differences between two commits, for a terminal."""

from assets.warehouse.revision_diff import Counts, Names, RevisionDiff


def as_text(diff: RevisionDiff) -> str:
    """What `speechmap diff` prints without `--json`."""
    lines = [
        f"from          {diff.before.commit} of {diff.before.committed_at:%Y-%m-%d}",
        f"to            {diff.after.commit} of {diff.after.committed_at:%Y-%m-%d}",
        *_names("models", diff.models),
        *_names("judges", diff.judges),
        f"questions     {_counts(diff.questions, 'reworded')}",
        f"responses     {_counts(diff.responses, 'regenerated')}",
        *(f"  {_row(row, 'model')}" for row in diff.by_model),
        f"assessments   {_counts(diff.assessments, 're-judged')}",
        *(f"  {_row(row, 'judge')}" for row in diff.by_judge),
        f"labels        {len(diff.flips):,} flipped",
        *(f"  {flip['judge']}: {flip['from']} -> {flip['to']} {flip['count']:,}" for flip in diff.flip_counts()),
    ]
    if diff.missing:
        lines.append(f"not to be had {len(diff.missing)} files lack their Git LFS object and count as not there:")
        lines += [f"  {path}" for path in diff.missing]
    return "\n".join(lines)


def _names(what: str, names: Names) -> list[str]:
    lines = [f"{what:<14}{len(names.added)} added, {len(names.removed)} removed"]
    return lines + [f"  + {name}" for name in names.added] + [f"  - {name}" for name in names.removed]


def _counts(counts: Counts, changed: str) -> str:
    return f"{counts.added:,} added, {counts.removed:,} removed, {counts.changed:,} {changed}"


def _row(row: dict[str, str | int], column: str) -> str:
    told = [f"{count:,} {name.replace('_', '-')}" for name, count in row.items() if name != column and count]
    return f"{row[column]}: {', '.join(told)}"
