"""Great Expectations' Data Docs of the landed rows: HTML to open from disk, one page per kind and an index.

The parts of a page are rendered by Great Expectations. The frame around them is ours: theirs loads styles, scripts and
pictures from a dozen hosts, and nothing here leaves the machine.
"""

import html
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assets.lake import atomic_folder
from assets.quality.landed_suites import Validated
from assets.quality.validation import Outcome

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult

INDEX = "index.html"
_ANCHOR = re.compile(r"</?a\b[^>]*>", re.IGNORECASE)  # they lead into a site of another layout
_ACTIVE = re.compile(r"<script\b.*?</script>|<link\b[^>]*>|\son\w+=\"[^\"]*\"", re.DOTALL | re.IGNORECASE)
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
td, th { border: 1px solid #8888; padding: .3rem .6rem; text-align: left; }
.passed { color: #146c43; } .failed { color: #b02a37; } .fa-check-circle::before { content: "✔"; }
.fa-times::before { content: "✘"; } :root { color-scheme: light dark; }
"""


def write_data_docs(folder: Path, validated: Sequence[Validated], corpus: str) -> None:
    """Write an index and a page per kind; the folder is replaced as a whole.

    Args:
        folder: where they go.
        validated: what the suites found, per kind.
        corpus: the corpus that the rows belong to, in words.
    """
    # The import takes seconds; analytics must be off before it.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with atomic_folder(folder) as pages:
        for one in validated:
            title = f"{one.suite.kind}: {_verdict(one)}"
            (pages / f"{one.suite.kind}.html").write_text(_page(title, corpus, _sections(one)), encoding="utf-8")
        (pages / INDEX).write_text(_page("Landed rows and their suites", corpus, [_table(validated)]), encoding="utf-8")


def _page(title: str, corpus: str, parts: Sequence[str]) -> str:
    body = _ACTIVE.sub("", "\n".join(parts))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body>"
        f'<p><a href="{INDEX}">All kinds</a></p><h1>{html.escape(title)}</h1><p>{html.escape(corpus)}</p>\n'
        f"{body}\n</body></html>\n"
    )


def _table(validated: Sequence[Validated]) -> str:
    rows = "".join(
        f'<tr><td><a href="{one.suite.kind}.html">{one.suite.kind}</a></td><td>{one.row_count:,}</td>'
        f"<td>{len(one.suite.expectations)}</td><td>{sum(not found.passed for found in one.outcomes)}</td>"
        f'<td class="{"failed" if one.is_broken else "passed"}">{_verdict(one)}</td></tr>'
        for one in validated
    )
    heads = "".join(f"<th>{head}</th>" for head in ("kind", "rows", "expectations", "broken", "verdict"))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _verdict(one: Validated) -> str:
    return "broken" if one.is_broken else "as expected"


def _sections(one: Validated) -> list[str]:
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer  # noqa: PLC0415
    from great_expectations.render.view import DefaultJinjaSectionView  # noqa: PLC0415

    renderer = ValidationResultsPageRenderer(run_info_at_end=True)
    document = renderer.render(_suite_result(one))
    view = DefaultJinjaSectionView()
    rendered = [
        view.render(  # type: ignore[no-untyped-call]
            {"section": section.to_json_dict(), "section_loop": {"index": number}}
        )
        for number, section in enumerate(document.sections, start=1)
    ]
    return [_ANCHOR.sub("", part) for part in rendered]


def _suite_result(one: Validated) -> "ExpectationSuiteValidationResult":
    """What the suite says of all rows of the kind, those that passed it on an earlier run among them."""
    from great_expectations.core import ExpectationSuiteValidationResult, RunIdentifier  # noqa: PLC0415

    found = {outcome.expectation: outcome for outcome in one.outcomes}
    results = [
        _expectation_result(
            made.snake_case_type, made.arguments, found.get(made.name, Outcome(made.name, True)), one.row_count
        )
        for made in one.suite.expectations
    ]
    broken = sum(not result.success for result in results)
    now = datetime.now(UTC)
    return ExpectationSuiteValidationResult(
        success=not broken,
        results=results,
        suite_name=one.suite.kind,
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": len(results) - broken,
            "unsuccessful_expectations": broken,
            "success_percent": 100 * (len(results) - broken) / len(results),
        },
        meta={"run_id": RunIdentifier(run_name=one.suite.kind, run_time=now), "validation_time": now.isoformat()},
    )


def _expectation_result(kind: str, arguments: Any, outcome: Outcome, row_count: int) -> Any:
    from great_expectations.core import ExpectationValidationResult  # noqa: PLC0415
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration  # noqa: PLC0415

    return ExpectationValidationResult(
        success=outcome.passed,
        expectation_config=ExpectationConfiguration(type=kind, kwargs=dict(arguments)),
        result={
            "element_count": row_count,
            "unexpected_count": outcome.failed_count,
            "unexpected_percent": 100 * outcome.failed_count / row_count if row_count else 0.0,
            # places, never values
            "partial_unexpected_list": outcome.places,
        },
        exception_info={"raised_exception": False, "exception_traceback": None, "exception_message": None},
    )
