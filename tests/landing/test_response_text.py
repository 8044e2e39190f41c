"""The visible text out of every shape in which answers come, and out of shapes that nobody has seen yet."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.landing.response_text import ResponseText, extract_response

THINKING = {"type": "thinking", "thinking": "hidden", "text": "hidden"}


def block(text: Any) -> dict[str, Any]:
    return {"type": "text", "text": text}


def chat(content: Any, **choice: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"role": "assistant", "content": content}, **choice}]}


def standardized(content: Any, response: dict[str, Any]) -> dict[str, Any]:
    return {**response, "_llm_client": {"standardized_response": {"content": content}}}


@pytest.mark.parametrize(
    ("response", "text", "shape"),
    [
        (chat("shown"), "shown", "chat_completion"),
        (chat([block("one"), THINKING, block("two")]), "onetwo", "chat_completion"),
        (chat([THINKING]), None, "chat_completion"),
        (chat(""), None, "chat_completion"),
        (chat(None), None, "chat_completion"),
        (chat([]), None, "chat_completion"),
        (chat(["shown"]), None, "chat_completion"),
        (chat([block(None), block(3), block("shown")]), "shown", "chat_completion"),
        ({"content": [block("shown")]}, "shown", "messages"),
        ({"content": [THINKING, block("one"), block(""), block("two")], "type": "message"}, "onetwo", "messages"),
        ({"content": [THINKING]}, None, "messages"),
        ({"content": []}, None, "messages"),
        (standardized("authoritative", chat("other")), "authoritative", "standardized"),
        (
            standardized([THINKING, block("authoritative")], {"content": [block("other")]}),
            "authoritative",
            "standardized",
        ),
        (standardized("authoritative", {"error": {"code": 502}}), "authoritative", "standardized"),
        (standardized("authoritative", {}), "authoritative", "standardized"),
        (standardized(None, chat("shown")), "shown", "chat_completion"),
        (standardized("", {"content": [block("shown")]}), "shown", "messages"),
        ({"_llm_client": "odd", **chat("shown")}, "shown", "chat_completion"),
        ({"_llm_client": {"standardized_response": "odd"}, **chat("shown")}, "shown", "chat_completion"),
        ({"error": {"message": "hidden", "code": 502}}, None, "error"),
        ({"error": "hidden"}, None, "error"),
        ({"error": {}}, None, "error"),
        (None, None, "none"),
    ],
)
def test_every_known_shape(response: dict[str, Any] | None, text: str | None, shape: str) -> None:
    answer = extract_response(response)
    assert (answer.text, answer.shape) == (text, shape)


@pytest.mark.parametrize(
    "response",
    [
        {},
        {"error": None},
        {"text": "hidden"},
        {"content": "hidden"},
        {"content": {"text": "hidden"}},
        {"choices": []},
        {"choices": {}},
        {"choices": ["hidden"]},
        {"choices": [{"text": "hidden"}]},
        {"choices": [{"message": "hidden"}]},
        {"output": [{"content": [{"type": "output_text", "text": "hidden"}]}]},
        "hidden",
        ["hidden"],
        3,
        True,
        False,
    ],
)
def test_a_shape_that_nobody_knows_has_no_text_and_says_so(response: Any) -> None:
    assert extract_response(response) == ResponseText(None, "unknown")


@pytest.mark.parametrize(
    "text", [" outer space \n", "a\0b", "<think>x</think>y", "\ufeffx", "e\u0301", "\U0001f600", " "]
)
def test_the_text_is_returned_exactly(text: str) -> None:
    for response in (chat(text), {"content": [block(text)]}, standardized(text, {})):
        assert extract_response(response).text == text


def test_an_error_beside_text_keeps_the_text_and_is_told() -> None:
    answer = extract_response(chat("partial", error={"code": 502}, finish_reason="error"))
    assert answer == ResponseText("partial", "chat_completion", has_error=True, finish_reason="error")


@pytest.mark.parametrize(
    ("response", "has_error"),
    [
        ({"error": {"code": 1}}, True),
        ({"error": {}}, True),
        (chat("x"), False),
        ({**chat("x"), "error": None}, False),
        ({**chat("x"), "error": {"code": 1}}, True),
        (chat("x", error=None), False),
        (standardized("x", chat("x", error={"code": 1})), True),
        (None, False),
    ],
)
def test_has_error(response: dict[str, Any] | None, has_error: bool) -> None:
    assert extract_response(response).has_error is has_error


def test_what_is_told_about_the_making() -> None:
    answer = extract_response({**chat("x", finish_reason="length"), "provider": "Served By", "model": "m-2025"})
    assert (answer.finish_reason, answer.provider, answer.model) == ("length", "Served By", "m-2025")
    assert extract_response({"content": [block("x")], "stop_reason": "end_turn"}).finish_reason == "end_turn"
    odd = extract_response({**chat("x", finish_reason=3), "provider": {}, "model": ""})
    assert (odd.finish_reason, odd.provider, odd.model) == (None, None, None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    "choices",
                    "message",
                    "content",
                    "type",
                    "text",
                    "error",
                    "_llm_client",
                    "standardized_response",
                    "provider",
                )
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_json_makes_it_fail(response: Any) -> None:
    answer = extract_response(response)
    assert answer.text is None or (isinstance(answer.text, str) and answer.text != "")
    assert answer.shape in {"chat_completion", "messages", "standardized", "error", "none", "unknown"}
