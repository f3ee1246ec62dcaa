"""YAML as a request's or an answer's whole body, byte for byte."""

from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response

from admin.problems import Problem

MEDIA_TYPE: Final = "application/yaml"
YAML_BODY: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}
}
YAML_ANSWER: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}, "description": "The YAML."}
}


async def _text(request: Request) -> str:
    try:
        text = (await request.body()).decode("utf-8")
    except UnicodeDecodeError:
        detail = "This is not text in UTF-8. Save the file as UTF-8 and send it again."
        raise Problem(422, "not-utf-8", detail) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        detail = f"Line {line} has a NUL character, which is no text. Remove it and send the file again."
        raise Problem(422, "not-text", detail)
    return text


YamlText = Annotated[str, Depends(_text)]
"""The body of a request."""


def yaml_answer(text: str, file_name: str) -> Response:
    """Give out a flow as the file it was."""
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return Response(text.encode("utf-8"), media_type=MEDIA_TYPE, headers=headers)
