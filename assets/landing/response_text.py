"""The visible text of a model's answer, out of the shapes in which upstream keeps answers.

Only what a person would have seen counts: reasoning blocks are left out, think tags inside the visible
text stay. The text is returned exactly as it is, since its hash identifies the response.
"""

from dataclasses import dataclass
from typing import Any

CHAT_COMPLETION, MESSAGES, STANDARDIZED, ERROR, NONE, UNKNOWN = (
    "chat_completion",
    "messages",
    "standardized",
    "error",
    "none",
    "unknown",
)


@dataclass(frozen=True)
class ResponseText:
    """What can be read from one `response` object. `text` is None where there is no visible text."""

    text: str | None
    shape: str
    has_error: bool = False
    finish_reason: str | None = None
    provider: str | None = None
    model: str | None = None


def extract_response(response: Any) -> ResponseText:
    """Read the visible text and what is told about its making; never raises, whatever the shape."""
    if response is None:
        return ResponseText(None, NONE)
    if not isinstance(response, dict):
        return ResponseText(None, UNKNOWN)
    choice = _first_choice(response)
    text, shape = _text_and_shape(response, choice)
    return ResponseText(
        text=text,
        shape=shape,
        has_error=shape == ERROR or bool(response.get("error")) or bool(choice.get("error")),
        finish_reason=_string(choice.get("finish_reason")) or _string(response.get("stop_reason")),
        provider=_string(response.get("provider")),
        model=_string(response.get("model")),
    )


def _text_and_shape(response: dict[str, Any], choice: dict[str, Any]) -> tuple[str | None, str]:
    client = response.get("_llm_client")
    standardized = client.get("standardized_response") if isinstance(client, dict) else None
    if isinstance(standardized, dict) and (text := _visible(standardized.get("content"))) is not None:
        return text, STANDARDIZED
    if isinstance(choice.get("message"), dict):
        return _visible(choice["message"].get("content")), CHAT_COMPLETION
    if isinstance(response.get("content"), list):
        return _visible(response["content"]), MESSAGES
    if response.get("error") is not None:
        return None, ERROR
    return None, UNKNOWN


def _first_choice(response: dict[str, Any]) -> dict[str, Any]:
    choices = response.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return choices[0]
    return {}


def _visible(content: Any) -> str | None:
    """Text of a string, or of the text blocks of a list; None where there is nothing to see."""
    if isinstance(content, str):
        return content or None
    if not isinstance(content, list):
        return None
    parts = [
        block["text"]
        for block in content
        if isinstance(block, dict) and block.get("type") == "text" and isinstance(block.get("text"), str)
    ]
    return "".join(parts) or None


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
