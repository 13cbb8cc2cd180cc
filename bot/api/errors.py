"""How a request is refused: JSON with a sentence for whoever writes the bridge."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse


class RefusedError(Exception):
    """A request that is not answered; the text says what to do."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.headers = headers
        super().__init__(text)


def refusal(
    status: int,
    text: str,
    headers: Mapping[str, str] | None = None,
    *,
    reference: str | None = None,
    problems: Sequence[Mapping[str, Any]] = (),
) -> JSONResponse:
    """What every refusal looks like."""
    body: dict[str, Any] = {"error": text, "reference": reference}
    if problems:
        body["problems"] = list(problems)
    return JSONResponse(body, status_code=status, headers=dict(headers or {}))


_SENTENCES = {
    "missing": "必须写",
    "string_type": "要写成文字",
    "string_too_short": "不能是空的",
    "string_too_long": "太长了，最多 {max_length} 个字符",
    "bool_type": "要写 true 或 false",
    "int_parsing": "要写成整数",
    "int_type": "要写成整数",
    "float_parsing": "要写成数字",
    "bool_parsing": "要写 true 或 false",
    "list_type": "要写成列表",
    "too_long": "太多了，最多 {max_length} 个",
    "extra_forbidden": "没有这一项",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "model_attributes_type": "正文要是一个 JSON 对象，并写上 Content-Type: application/json",
    "dict_type": "正文要是一个 JSON 对象",
    "json_invalid": "不是合法的 JSON",
}


def problem(error: Mapping[str, Any]) -> dict[str, str]:
    """One thing that pydantic does not like, in Chinese."""
    where = ".".join(str(part) for part in error["loc"] if part not in ("body", "query", "header"))
    # Of a text that is checked by a function as well, pydantic speaks as of a list.
    text = "string_" if isinstance(error.get("input"), str) and error["type"] in ("too_long", "too_short") else ""
    known = _SENTENCES.get(text + error["type"])
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return {"where": where, "what": str(context.get("error", "不对"))}
    return {"where": where, "what": known.format(**context) if known else "不对"}
