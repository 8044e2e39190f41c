"""A picture of how far every two judges agree, for the card of the agreement dataset."""

import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from assets.publication.markdown_text import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

MOST_JUDGES = 12
LONGEST_NAME = 44
DPI = 110
# The same for all who see colours differently, and in grey.
COLOURS = "cividis"
EMPTY = "#e4e4e4"
# A font that matplotlib brings along, so that the picture is the same on every machine.
FONT = "DejaVu Sans"
MISSING = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class PairAgreement:
    """Two judges, the responses that both labelled, and how far they agree; None where a coefficient is undefined."""

    judges: frozenset[str]
    response_count: int
    cohen_kappa: float | None
    gwet_ac1: float | None
    is_small_sample: bool


def agreement_figure(warehouse: Path) -> bytes | None:
    """PNG of a matrix of judges: Cohen's kappa below the diagonal, Gwet's AC1 above it.

    The same tables give the same bytes.

    Args:
        warehouse: the promoted tables.

    Returns:
        None where no two judges labelled the same response. Of many judges those with the most responses are shown.
    """
    pairs = read_pairs(warehouse)
    judges = _shown(pairs)
    return _png(judges, {pair.judges: pair for pair in pairs}) if judges else None


def read_pairs(warehouse: Path) -> list[PairAgreement]:
    """How far every two judges agree over all responses that both labelled."""
    with duckdb.connect(str(warehouse), read_only=True) as tables:
        rows = tables.execute(
            "select judge_a, judge_b, response_count, cohen_kappa, gwet_ac1, is_small_sample "
            "from marts.judge_pair_agreement where scope = 'overall' and label_set = 'three_labels'"
        ).fetchall()
    return [PairAgreement(frozenset(row[:2]), *row[2:]) for row in rows]


def _shown(pairs: Sequence[PairAgreement]) -> list[str]:
    counts: dict[str, int] = {}
    for pair in pairs:
        for judge in pair.judges:
            counts[judge] = counts.get(judge, 0) + pair.response_count
    return sorted(sorted(counts, key=lambda judge: (-counts[judge], judge))[:MOST_JUDGES])


def _png(judges: Sequence[str], pairs: Mapping[frozenset[str], PairAgreement]) -> bytes:
    import matplotlib as mpl  # noqa: PLC0415 - takes a second, and is seldom needed
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with mpl.rc_context():
        # whatever the user's own settings say; names are no formulas
        mpl.rcdefaults()
        mpl.rcParams.update({"text.parse_math": False, "font.family": [FONT], "font.size": 9})
        side = 1.2 + 0.78 * len(judges)
        figure = Figure(figsize=(side + 4.6, side + 1.2), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        _draw(figure, figure.add_subplot(), judges, pairs)
        image = io.BytesIO()
        figure.savefig(image, format="png", metadata={"Software": None})
    return image.getvalue()


def _draw(figure: "Figure", axes: "Axes", judges: Sequence[str], pairs: Mapping[frozenset[str], PairAgreement]) -> None:
    from matplotlib import colormaps  # noqa: PLC0415
    from matplotlib.cm import ScalarMappable  # noqa: PLC0415
    from matplotlib.colors import Normalize  # noqa: PLC0415

    colours = colormaps[COLOURS]
    for row, one in enumerate(judges):
        for column, other in enumerate(judges):
            _draw_cell(axes, row, column, pairs.get(frozenset({one, other})), colours)
    names = [_name(judge) for judge in judges]
    axes.set(xlim=(-0.5, len(judges) - 0.5), ylim=(len(judges) - 0.5, -0.5), aspect="equal")
    axes.set_yticks(range(len(judges)), labels=[f"{name}  {place}" for place, name in enumerate(names, 1)])
    axes.set_xticks(range(len(judges)), labels=[str(place) for place in range(1, len(judges) + 1)])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    figure.suptitle(
        "How far two judges agree on whether a model complies\nbelow the diagonal Cohen's kappa, above it Gwet's AC1",
        fontsize=11,
    )
    figure.supxlabel(
        "n: responses that both labelled COMPLETE, EVASIVE or DENIAL.  * few of them: take it as a hint.\n"
        "Hatched: undefined, both gave one and the same label throughout.  Grey: no response in common.",
        fontsize=8,
    )
    bar = figure.colorbar(ScalarMappable(Normalize(0, 1), colours), ax=axes, shrink=0.7, extend="min")
    bar.set_label("1: always the same label    0: as by chance")


def _draw_cell(axes: "Axes", row: int, column: int, pair: PairAgreement | None, colours: "Colormap") -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    value = None if pair is None else pair.cohen_kappa if row > column else pair.gwet_ac1
    face = "white" if row == column else EMPTY if value is None else colours(max(value, 0.0))
    is_undefined = pair is not None and value is None
    axes.add_patch(
        Rectangle(
            (column - 0.5, row - 0.5),
            1,
            1,
            facecolor=face,
            edgecolor="#9a9a9a" if is_undefined else "white",
            hatch="////" if is_undefined else None,
        )
    )
    if pair is not None:
        figures = "" if value is None else f"{value:.2f}{'*' if pair.is_small_sample else ''}\n"
        ink = "white" if value is not None and value < 0.5 else "black"
        axes.text(column, row, f"{figures}n {_short(pair.response_count)}", ha="center", va="center", color=ink)


def _short(count: int) -> str:
    return f"{count:,}" if count < 100_000 else f"{round(count / 1000):,}k"


def _name(judge: str) -> str:
    """The name in letters that the font has, on one line, and no longer than there is room for."""
    from matplotlib.font_manager import FontProperties, findfont, get_font  # noqa: PLC0415

    font = get_font(findfont(FontProperties(family=FONT)))
    # letters that are put on top of others may pile up to any height
    letters = [letter for letter in unicodedata.normalize("NFC", visible(judge)) if not unicodedata.combining(letter)]
    name = "".join(letter if font.get_char_index(ord(letter)) else MISSING for letter in letters)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
