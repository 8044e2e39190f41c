"""Take the reviews of an exported file into the data directory: all of it or nothing, and each of them once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assets.annotation.review_file import read_review_file
from assets.annotation.reviewers import judge_of, reviewer_name
from assets.annotation.reviews import Review
from assets.annotation.shown_tables import shown_tables
from assets.annotation.stored_reviews import read_stored, write_stored
from assets.errors import PipelineError
from assets.lake import Lake


@dataclass(frozen=True)
class ReviewImport:
    """What an import did with the reviews of its file, as counts.

    Attributes:
        judge: the judge that the reviewer is.
        added: of responses that the reviewer had not reviewed.
        replaced: later than what was stored of the response, which they replace.
        known: stored already, word for word.
        outdated: no later than another that is stored of the response, and left out.
        stored: all that are stored of the reviewer now.
    """

    judge: str
    added: int
    replaced: int
    known: int
    outdated: int
    stored: int

    @property
    def changed(self) -> bool:
        """Whether anything was stored."""
        return bool(self.added or self.replaced)

    def as_text(self) -> str:
        """For a terminal."""
        counts = (
            f"{self.added:,} reviews new, {self.replaced:,} in place of earlier ones, {self.known:,} stored already"
        )
        lines = [f"{self.judge}: {counts}; {self.stored:,} in all"]
        if self.outdated:
            lines.append(
                f"{self.outdated:,} left out: what is stored of their responses was reviewed at the same time or later"
            )
        lines.append("the next `speechmap run` brings them into the tables" if self.changed else "nothing has changed")
        return "\n".join(lines)


def import_reviews(lake: Lake, file: Path, reviewer: str, now: datetime | None = None) -> ReviewImport:
    """Store the reviews of an exported file; the data directory is locked meanwhile.

    Args:
        lake: the data directory, with tables that have passed their gate.
        file: what the review page exported.
        reviewer: who reviewed; see `reviewer_name`.
        now: with a time zone; the clock's if not given.

    Raises:
        PipelineError: the name, the file or what is stored is not as it should be, a response is unknown, or a run is
            writing the data directory. Nothing is stored then.
    """
    name = reviewer_name(reviewer)
    with shown_tables(lake) as tables:
        labels = {label for (label,) in tables.execute("select distinct fine_label from seeds.labels").fetchall()}
    reviews = read_review_file(file, labels, now or datetime.now(UTC))
    with lake.lock():
        _require_known_responses(lake, file, reviews)
        stored = read_stored(lake, name)
        added = [review for review in reviews if review.response_uuid not in stored]
        known = [review for review in reviews if stored.get(review.response_uuid) == review]
        replaced = [
            review
            for review in reviews
            if (before := stored.get(review.response_uuid)) is not None and review.reviewed_at > before.reviewed_at
        ]
        merged = stored | {review.response_uuid: review for review in (*added, *replaced)}
        if added or replaced:
            write_stored(lake, name, merged.values())
    outdated = len(reviews) - len(added) - len(known) - len(replaced)
    return ReviewImport(judge_of(name), len(added), len(replaced), len(known), outdated, len(merged))


def _require_known_responses(lake: Lake, file: Path, reviews: list[Review]) -> None:
    with shown_tables(lake) as tables:
        unknown = tables.execute(
            """
            select number, response_uuid
            from (select unnest(range(len($uuids))) as number, unnest($uuids::varchar[]) as response_uuid) as reviewed
            where response_uuid not in (select response_uuid from marts.responses)
            order by number
            """,
            {"uuids": [review.response_uuid for review in reviews]},
        ).fetchall()
    if unknown:
        number, uuid = unknown[0]
        raise PipelineError(
            f"{file}: reviews[{number}].response_uuid: {uuid} is no response of the tables that are shown "
            f"({len(unknown):,} of {len(reviews):,} are none); was the file exported from another data directory? "
            "Take them out, and import the rest"
        )
