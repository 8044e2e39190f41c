"""The rows of the response files: upstream's keys in the order of the file's period.

Belongs here: everything that stands in `responses/<set>_<model>.jsonl` around the response object.
"""

from collections.abc import Sequence

from assets.upstream.demo_corpus.plan import Model
from assets.upstream.demo_corpus.profiles import Form, Profile
from assets.upstream.demo_corpus.responses import Response
from assets.upstream.demo_corpus.rows import encode, encode_text, joined
from assets.upstream.demo_corpus.specimens import Specimen

STATUSES = {
    Specimen.REJECTED: ("moderation", "error.code:400"),
    Specimen.PROVIDER_ERROR: ("provider_error", "error.type:invalid_request_error"),
    Specimen.PARTIAL_MODERATED: ("moderation", "choice.error.code:502"),
    Specimen.PARTIAL_FAILED: ("provider_error", "choice.error.code:502"),
    Specimen.TRUNCATED: ("truncation", "finish_reason:length;native_finish_reason:length"),
    Specimen.CONTENT_FILTERED: (
        "moderation",
        "finish_reason:content_filter;native_finish_reason:content_filter",
    ),
    Specimen.EMPTY: ("empty_response", "content:empty"),
    Specimen.MISSING: ("missing_content", "content:null"),
}
SUCCESS = ("success", "finish_reason:stop;native_finish_reason:stop")


def raw_response(profile: Profile, encoded: str) -> str | None:
    """What stands beside a response object in files of some periods: the same and two keys of the client."""
    if not profile.has_raw_response:
        return None
    origin = encode({"_provider_used": profile.api_provider, "_model_used_for_api": "default"})
    return f"{encoded[:-1]}, {origin[1:]}"


def api_names(model: Model, profile: Profile) -> tuple[str | None, str | None]:
    """The JSON of `api_provider` and `api_model`; the latter is sometimes another spelling of the model."""
    if profile.api_provider is None:
        return None, None
    spelling = model.name.title() if profile.has_raw_response else model.name
    return encode_text(profile.api_provider), encode_text(spelling)


def encoded_domain(profile: Profile, response: Response) -> str | None:
    """The JSON of the question's domain, where files of this period hold it."""
    domain = response.question.domain
    return encode_text(domain) if profile.has_domain and domain else None


def _early_row(model: Model, profile: Profile, response: Response) -> str:
    """A row as the first collector wrote it: the question's keys first."""
    api_provider, api_model = api_names(model, profile)
    return joined(
        {
            "question_id": encode_text(response.question.id),
            "category": encode_text(response.question.category),
            "domain": encoded_domain(profile, response),
            "question": response.question.encoded_text,
            "model": encode_text(model.name),
            "api_provider": api_provider,
            "api_model": api_model,
            "timestamp": response.timestamp,
            "response": response.encoded,
            "raw_response": raw_response(profile, response.encoded),
        }
    )


def _late_row(model: Model, profile: Profile, response: Response) -> str:
    """A row as the later collector wrote it: status and formats, most keys behind the response."""
    api_provider, api_model = api_names(model, profile)
    status, reason = STATUSES.get(response.specimen, SUCCESS) if response.specimen else SUCCESS
    is_standardized = profile.form is Form.CLIENT and response.is_sound
    return joined(
        {
            "question_id": encode_text(response.question.id),
            "question": response.question.encoded_text,
            "model": encode_text(model.name),
            "timestamp": response.timestamp,
            "response": response.encoded,
            "api_provider": api_provider,
            "api_model": api_model,
            "request_format": encode_text("chat_completions") if is_standardized else None,
            "raw_response_format": encode_text("openrouter.chat_completions") if is_standardized else None,
            "category": encode_text(response.question.category),
            "domain": encoded_domain(profile, response),
            "response_status": encode_text(status),
            "response_status_reason": encode_text(reason),
        }
    )


def response_lines(model: Model, profile: Profile, responses: Sequence[Response]) -> list[str]:
    """The rows of one response file, in the order of the responses."""
    row = _late_row if profile.has_status else _early_row
    return [row(model, profile, response) for response in responses]
