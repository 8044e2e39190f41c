"""What a publication or a rollback did, or would do, for a terminal."""

from assets.publication.publish import Publication, PublishedDataset
from assets.publication.rollback import Rollback


def as_text(publication: Publication, *, is_done: bool) -> str:
    """A line per dataset and table; `is_done` tells whether it was done or only looked at."""
    if publication.withheld:
        first = f"held back: {publication.withheld}"
    elif publication.is_complete:
        first = f"nothing has changed since {publication.tag}"
    elif not publication.is_changed:
        first = f"nothing has changed; {'set' if is_done else 'would set'} the tag {publication.tag}"
    else:
        first = f"{'published' if is_done else 'would publish'} {publication.tag}"
    return "\n".join(
        [first, *(line for dataset in publication.datasets for line in _dataset(dataset, is_done=is_done))]
    )


def rollback_as_text(rollback: Rollback, *, is_done: bool) -> str:
    """A line per dataset."""
    if not rollback.commits:
        return f"all datasets hold {rollback.tag} already"
    lines = [f"{'rolled back' if is_done else 'would roll back'} to {rollback.tag}"]
    lines += [f"  {name}" + (f": commit {commit[:12]}" if commit else "") for name, commit in rollback.commits.items()]
    lines += [f"  {name}: unchanged" for name in rollback.unchanged]
    lines += [f"  {name}: first published later, left as it is" for name in rollback.younger]
    return "\n".join(lines)


def _dataset(dataset: PublishedDataset, *, is_done: bool) -> list[str]:
    if not dataset.is_changed:
        return [f"  {dataset.repository}: unchanged"]
    commit = (
        f"commit {dataset.commit[:12]}, {dataset.link}" if dataset.commit else f"{dataset.byte_count / 1e6:,.1f} MB"
    )
    new = (" new," if is_done else " would be created,") if dataset.is_new else ""
    lines = [f"  {dataset.repository}:{new} {commit}"]
    if dataset.is_new and len(dataset.changes.tables) > 1:
        return [*lines, f"    {len(dataset.changes.tables)} tables, {dataset.row_count:,} rows"]
    for table in dataset.changes.tables:
        name = "" if table.config == "default" else f"{table.config}: "
        if table.rows_before is None:
            lines.append(f"    {name}{table.rows_after:,} rows")
            continue
        moved = "" if table.added is None else f" ({table.added:,} added, {table.removed:,} removed)"
        if table.rows_before != table.rows_after or table.added or table.removed:
            lines.append(f"    {name}{table.rows_before:,} rows, then {table.rows_after:,}{moved}")
    return lines
