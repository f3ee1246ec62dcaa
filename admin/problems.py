"""What goes wrong, in one shape: problem details (RFC 9457) with a sentence that says what to do.

Problem is raised wherever a request cannot be done; everything else that is raised is a fault of ours.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from fastapi import FastAPI, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.requests import HTTPConnection
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException

logger = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
_MOST_FIELDS: Final = 20
"""Wrong fields that are told of: who corrects them sends the request again."""


class WrongField(BaseModel):
    """One field of a request that cannot be used."""

    field: str
    sentence: str


class ProblemBody(BaseModel):
    """What every refused or failed request answers; some kinds have further fields."""

    model_config = ConfigDict(extra="allow")

    type: str
    """`urn:tandem:` and the kind, for programs."""
    title: str
    status: int
    detail: str
    """For people: what is wrong and what to do."""
    fields: list[WrongField] | None = None


class Problem(Exception):  # noqa: N818 - the name RFC 9457 gives it
    """A request that cannot be done.

    Args:
        status: of HTTP.
        kind: a short name for programs, like `draft-conflict`.
        detail: what is wrong and what to do, for people.
        more: further fields of the body.
        headers: of the answer.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.more = dict(more or {})
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """As the answer to a request."""
        body = {
            "type": f"urn:tandem:{self.kind}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }
        return JSONResponse(body, self.status, self.headers, MEDIA_TYPE)


def not_found(what: str) -> Problem:
    """Say that something is not there; `what` with its article and name: "A call 'x'"."""
    return Problem(404, "not-found", f"{what} does not exist. It may have been removed; reload the list.")


def answer_problems(app: FastAPI) -> None:
    """Have an application answer everything that goes wrong in this shape."""

    @app.exception_handler(Problem)
    async def _problem(connection: HTTPConnection, problem: Problem) -> JSONResponse:
        response = problem.response()
        if isinstance(connection, WebSocket):  # refused before it was accepted
            await connection.send_denial_response(response)
        return response

    @app.exception_handler(RequestValidationError)
    async def _wrong_fields(_: Request, error: RequestValidationError) -> JSONResponse:
        fields = [_in_words(finding) for finding in error.errors()[:_MOST_FIELDS]]
        sentences = " ".join(f"{each.field}: {each.sentence}." for each in fields)
        more = {"fields": [each.model_dump() for each in fields]}
        return Problem(422, "wrong-fields", sentences, more).response()

    @app.exception_handler(HTTPException)
    async def _of_the_framework(request: Request, error: HTTPException) -> JSONResponse:
        match error.status_code:
            case 404:
                detail = f"There is nothing at {request.url.path}. The routes are listed in openapi.json."
            case 405:
                detail = f"{request.url.path} does not take {request.method}."
            case _:
                detail = str(error.detail)
        kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        return Problem(error.status_code, kind, detail, headers=error.headers).response()

    @app.exception_handler(IntegrityError)
    async def _at_once(_: Request, error: IntegrityError) -> JSONResponse:
        logger.warning("the record refused a change", exc_info=error)
        detail = "Somebody did the same a moment ago. Reload, and look whether it is still to be done."
        return Problem(409, "at-once", detail).response()

    @app.exception_handler(Exception)
    async def _fault(_: Request, error: Exception) -> JSONResponse:
        fault = uuid4().hex[:8]
        logger.error("a request failed", exc_info=error, extra={"fault": fault})
        detail = (
            f"Something failed on our side. Try again; if it stays, look for {fault} in the server's log."
        )
        return Problem(500, "fault", detail, {"fault": fault}).response()


def _in_words(finding: Mapping[str, Any]) -> WrongField:
    loc = [str(part) for part in finding["loc"]]
    message = str(finding["msg"]).removeprefix("Value error, ")
    match finding["type"]:
        case "missing":
            message = "is missing; add it"
        case "extra_forbidden":
            message = "is not known here; remove it, or check its spelling"
        case "json_invalid":
            return WrongField(field="body", sentence="is not JSON; check its brackets and quotes")
        case _:
            message = message[:1].lower() + message[1:]
    return WrongField(field=".".join(loc[1:]) or loc[0], sentence=message)
