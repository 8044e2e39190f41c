"""The `response` object in every shape that upstream holds.

Belongs here: wrapping a text, or the lack of one, into the object a provider returned. Which row gets which text is
decided in `responses`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assets.upstream.demo_corpus.profiles import Form
from assets.upstream.demo_corpus.specimens import Specimen

# Marks text that is in the files and must never be taken for the answer.
HIDDEN_REASONING = "Hidden deliberation:"
SUPERSEDED_TEXT = "Superseded rendering:"

INSPECTION_RAW = (
    '{"error":{"code":"data_inspection_failed","param":null,"message":"Input data may contain inappropriate content."'
    ',"type":"data_inspection_failed"}}'
)


FAILURES = frozenset(
    {
        Specimen.REJECTED,
        Specimen.PROVIDER_ERROR,
        Specimen.PARTIAL_MODERATED,
        Specimen.PARTIAL_FAILED,
        Specimen.TRUNCATED,
        Specimen.CONTENT_FILTERED,
        Specimen.EMPTY,
        Specimen.MISSING,
    }
)
TEXTLESS = frozenset({Specimen.REJECTED, Specimen.PROVIDER_ERROR, Specimen.EMPTY, Specimen.MISSING})


@dataclass(frozen=True)
class Exchange:
    """What is known about one call of a model, apart from how the provider wraps it.

    `created` is in seconds since 1970, `token` a unique hexadecimal string, `thoughts` a text for the places where
    a model thinks.
    """

    model: str
    provider: str | None
    created: int
    token: str
    text: str
    thoughts: str
    prompt_tokens: int

    @property
    def usage(self) -> dict[str, Any]:
        """Token counts as most providers give them."""
        completion = max(1, len(self.text) // 4)
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": completion,
            "total_tokens": self.prompt_tokens + completion,
        }


def _chat(exchange: Exchange, message: dict[str, Any], finish: str | None, **choice: Any) -> dict[str, Any]:
    """A chat completion as OpenRouter returns it."""
    body: dict[str, Any] = {"id": f"gen-{exchange.created}-{exchange.token}"}
    if exchange.provider is not None:
        body["provider"] = exchange.provider
    body |= {"model": exchange.model, "object": "chat.completion", "created": exchange.created}
    body["choices"] = [
        {
            **choice,
            "logprobs": None,
            "finish_reason": finish,
            "native_finish_reason": finish,
            "index": 0,
            "message": {"role": "assistant", **message},
        }
    ]
    if exchange.created % 3 == 0:
        body["system_fingerprint"] = f"fp_{exchange.token[:10]}"
    body["usage"] = exchange.usage
    return body


def _chutes(exchange: Exchange) -> dict[str, Any]:
    """A chat completion as a bare inference server returns it: no provider, other keys, another spelling."""
    return {
        "id": exchange.token,
        "object": "chat.completion",
        "created": exchange.created,
        "model": exchange.model.title(),
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": exchange.text,
                    "reasoning_content": None,
                    "tool_calls": None,
                },
                "logprobs": None,
                "finish_reason": "stop",
                "matched_stop": 1,
            }
        ],
        "usage": {**exchange.usage, "prompt_tokens_details": None},
    }


def _client(exchange: Exchange) -> dict[str, Any]:
    """A chat completion with the client's own reading of it beside: the latter is what counts."""
    is_reworked, has_blocks = exchange.created % 4 == 0, exchange.created % 4 == 1
    shown = f"{SUPERSEDED_TEXT} {exchange.text[:40]}" if is_reworked else exchange.text
    content: Any = exchange.text
    if has_blocks:
        content = [{"type": "thinking", "text": f"{HIDDEN_REASONING} {exchange.thoughts}"}]
        content.append({"type": "text", "text": exchange.text})
    usage = {
        **exchange.usage,
        "cost": exchange.prompt_tokens / 1_000_000,
        "is_byok": False,
        "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    }
    finish = {"source": "choices[0].finish_reason", "value": "stop", "normalized": "stop"}
    body = _chat(exchange, {"content": shown, "refusal": None, "reasoning": None}, "stop")
    body |= {"system_fingerprint": None, "service_tier": None, "usage": usage}
    body["_llm_client"] = {
        "success": True,
        "is_retryable": False,
        "standardized_response": {
            "id": body["id"],
            "created": exchange.created,
            "model": exchange.model,
            "provider": exchange.provider,
            "content": content,
            "usage": usage,
            "finish_reason": "stop",
            "native_finish_reason": "stop",
            "normalization_evidence": {"finish_reason": finish},
        },
        "request_format": "chat_completions",
        "raw_response_format": "openrouter.chat_completions",
    }
    return body


def _messages(exchange: Exchange) -> dict[str, Any]:
    """A message of blocks, of which only those of type text are visible."""
    blocks: list[dict[str, Any]] = [
        {
            "type": "thinking",
            "thinking": f"{HIDDEN_REASONING} {exchange.thoughts}",
            "signature": exchange.token,
        }
    ]
    if exchange.created % 5 == 0:
        blocks.append({"type": "redacted_thinking", "data": exchange.token})
    blocks.append({"type": "text", "text": exchange.text})
    return {
        "id": f"msg_{exchange.token}",
        "type": "message",
        "role": "assistant",
        "model": exchange.model,
        "content": blocks,
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": exchange.prompt_tokens, "output_tokens": max(1, len(exchange.text) // 4)},
    }


def _blocks(exchange: Exchange) -> dict[str, Any]:
    """A chat completion whose content is a list of blocks."""
    content = [
        {"type": "reasoning", "text": f"{HIDDEN_REASONING} {exchange.thoughts}"},
        {"type": "text", "text": exchange.text},
    ]
    return _chat(exchange, {"content": content, "refusal": None}, "stop")


def _reasoning(exchange: Exchange) -> dict[str, Any]:
    """A chat completion with the thoughts in keys of their own."""
    thoughts = f"{HIDDEN_REASONING} {exchange.thoughts}"
    details = [{"type": "reasoning.text", "text": thoughts, "format": "unknown", "index": 0}]
    message = {"content": exchange.text, "refusal": None, "reasoning": thoughts, "reasoning_details": details}
    return _chat(exchange, message, "stop")


def _think_tags(exchange: Exchange) -> dict[str, Any]:
    """A chat completion with the thoughts in the content, between tags."""
    tagged = f"<think>\n{exchange.thoughts}\n</think>\n\n{exchange.text}"
    return _chat(exchange, {"content": tagged, "refusal": None}, "stop")


def _plain(exchange: Exchange) -> dict[str, Any]:
    """A chat completion whose content is a string."""
    return _chat(exchange, {"content": exchange.text, "refusal": None}, "stop")


WRAPPERS: dict[Form, Callable[[Exchange], dict[str, Any]]] = {
    Form.CHAT: _plain,
    Form.CHUTES: _chutes,
    Form.CLIENT: _client,
    Form.MESSAGES: _messages,
    Form.REASONING: _reasoning,
    Form.THINK_TAGS: _think_tags,
    Form.BLOCKS: _blocks,
}


def sound_response(form: Form, exchange: Exchange) -> dict[str, Any]:
    """A response without any failure, in the form of its file."""
    return WRAPPERS[form](exchange)


def _rejected(exchange: Exchange) -> dict[str, Any]:
    """The provider moderated the request: an error and the id of the user."""
    metadata = {"raw": INSPECTION_RAW, "provider_name": exchange.provider}
    error = {"message": "Provider returned error", "code": 400, "metadata": metadata}
    return {"error": error, "user_id": f"user_{exchange.token}"}


def _provider_error(_: Exchange) -> dict[str, Any]:
    """The provider refused the request: an error only."""
    message = "Invalid prompt: the request was refused by the usage rules."
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}


def _partial(exchange: Exchange, message: str, raw: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """Text up to the point where the provider failed, and the failure beside it."""
    metadata = {"provider_name": exchange.provider, "raw": raw}
    error = {"message": message, "code": 502, "metadata": metadata}
    return _chat(exchange, {"content": exchange.text, "refusal": None}, finish, error=error)


def failed_response(failure: Specimen, exchange: Exchange) -> dict[str, Any]:
    """The response of a call that failed wholly or in part; `failure` is one of FAILURES."""
    message: dict[str, Any] = {"content": exchange.text, "refusal": None}
    match failure:
        case Specimen.REJECTED:
            body = _rejected(exchange)
        case Specimen.PROVIDER_ERROR:
            body = _provider_error(exchange)
        case Specimen.PARTIAL_MODERATED:
            text = "Output data may contain inappropriate content."
            raw = {"code": "data_inspection_failed", "param": None, "message": text, "type": "data_inspection_failed"}
            body = _partial(exchange, text, raw)
        case Specimen.PARTIAL_FAILED:
            body = _partial(exchange, "Network connection lost", {"retryable": True}, "error")
        case _:
            finish = FINISH_REASONS[failure]
            body = _chat(exchange, message | MESSAGES_WITHOUT_TEXT.get(failure, {}), finish)
    return body


FINISH_REASONS = {
    Specimen.TRUNCATED: "length",
    Specimen.CONTENT_FILTERED: "content_filter",
    Specimen.EMPTY: "stop",
    Specimen.MISSING: "stop",
}
MESSAGES_WITHOUT_TEXT: dict[Specimen, dict[str, Any]] = {
    Specimen.EMPTY: {"content": ""},
    Specimen.MISSING: {"content": None},
}
