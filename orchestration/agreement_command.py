"""`speechmap agreement`: how far raters agree in anybody's file of judgments."""

import csv
import json
from pathlib import Path

import click

from assets.errors import PipelineError


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--item", required=True, metavar="COL", help="Column that says what was judged.")
@click.option("--rater", required=True, metavar="COL", help="Column that says who judged it.")
@click.option("--label", required=True, metavar="COL", help="Column with the label that was given.")
@click.option(
    "--order",
    metavar="A,B,C",
    help="All labels from lowest to highest, as a line of CSV; without it they have no order.",
)
@click.option("--ignore", metavar="LABELS", help="Labels that count as missing, as a line of CSV.")
@click.option(
    "--reference", metavar="RATER", help="Rater whose labels count as right; the majority of the others if not given."
)
@click.option(
    "--cluster", metavar="COL", help="Column that says which items belong together; intervals then resample these."
)
@click.option(
    "--small-sample",
    type=click.IntRange(min=0),
    default=30,
    show_default=True,
    envvar="SPEECHMAP_SMALL_SAMPLE",
    help="Flag figures over fewer items.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, complete and unrounded.")
def agreement(
    file: Path,
    item: str,
    rater: str,
    label: str,
    order: str | None,
    ignore: str | None,
    reference: str | None,
    cluster: str | None,
    small_sample: int,
    as_json: bool,
) -> None:
    """Tell how far raters agree in FILE, a CSV, JSONL or Parquet file of judgments.

    One row says that a rater gave a label to an item; of repeated rows the last one counts. Gives the agreement of
    every two raters, of all of them as a panel, and of each with a reference.
    """
    from rich.console import Console  # noqa: PLC0415 - `speechmap --help` must not wait for what it does not need

    from assets.agreement.judgments import Columns  # noqa: PLC0415
    from assets.agreement.report import agreement_report  # noqa: PLC0415
    from orchestration.agreement_tables import print_report  # noqa: PLC0415
    from orchestration.terminal import progress_bars  # noqa: PLC0415

    labels_in_order, ignored = _labels("--order", order), _labels("--ignore", ignore)
    if order is not None and not labels_in_order:
        raise PipelineError("--order names no label; give all labels with commas between them, or leave it out")
    with progress_bars(Console(stderr=True)):
        report = agreement_report(
            file,
            Columns(item, rater, label, cluster),
            order=labels_in_order,
            ignored=ignored,
            reference=reference,
            small_sample=small_sample,
        )
    for name in report["unseen_labels"]:
        click.echo(f"warning: no row has the label '{name}' of --order", err=True)
    for name in report["unseen_ignored_labels"]:
        click.echo(f"warning: no row has the label '{name}' of --ignore", err=True)
    if as_json:
        click.echo(json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        print_report(report)


def _labels(option: str, listed: str | None) -> list[str]:
    """The labels of an option: a line of CSV, so that quotes can hold a label's comma."""
    if listed is None:
        return []
    try:
        fields = [field for row in csv.reader([listed], skipinitialspace=True, strict=True) for field in row]
    except csv.Error:
        raise PipelineError(
            f'{option} cannot be read: put a label that holds a comma in quotes, as "x, one", and double the quotes '
            "within a label"
        ) from None
    return [field.strip() for field in fields if field.strip()]
