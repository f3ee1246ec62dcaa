"""Settings: the rules of the house, and what this installation is set to by its environment."""

from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel

from admin.access import Who
from admin.audit.trail import Change, note
from admin.house.rules import Rules, read_rules, write_rules
from admin.parts import Parts
from admin.problems import Problem
from admin.turns import in_turn

router = APIRouter(prefix="/settings", tags=["settings"])


class Installation(BaseModel):
    """What the environment of the server says; it is changed there. Secrets are not shown."""

    version: str
    public_url: str
    development: bool
    """Calls are taken unsigned, from this machine only."""
    twilio: bool
    database: str
    """`sqlite` or `postgresql`."""
    redis: str
    """`private` or `given`."""
    ears: str
    crm: str
    language_model: str | None
    default_flow: str
    most_calls: int
    longest_call_minutes: int
    hosts_for_http_tools: list[str]


class SettingsBody(BaseModel):
    """The answer's ETag goes into If-Match when the rules are changed."""

    rules: Rules
    installation: Installation


@router.get("")
async def read_settings(parts: Parts, response: Response) -> SettingsBody:
    """Read the settings."""
    async with parts.database.reading() as db:
        rules = await read_rules(db)
    response.headers["ETag"] = rules.etag
    settings = parts.settings
    return SettingsBody(
        rules=rules,
        installation=Installation(
            version=version("tandem-telephony"),
            public_url=settings.public_url,
            development=settings.development,
            twilio=settings.twilio_account_sid is not None,
            database=settings.database_url.partition("+")[0],
            redis="private" if settings.given_redis_url is None else "given",
            ears=settings.ears,
            crm=settings.crm.value,
            language_model=settings.llm_model,
            default_flow=settings.flow,
            most_calls=settings.max_calls,
            longest_call_minutes=settings.max_call_minutes,
            hosts_for_http_tools=list(settings.http_tools_allow),
        ),
    )


@router.put("/rules")
async def change_rules(
    body: Rules,
    who: Who,
    parts: Parts,
    request: Request,
    response: Response,
    if_match: Annotated[str | None, Header(alias="If-Match", max_length=64)] = None,
) -> Rules:
    """Change the rules of the house. Calls that begin two seconds later follow them."""
    now_ms = parts.now_ms()
    async with parts.database.writing() as db:
        await in_turn(db, "rules of the house")
        before = await read_rules(db)
        if if_match is None:
            detail = "Say in If-Match which settings you built on: the ETag they were read with."
            raise Problem(428, "no-revision", detail)
        if if_match.strip() != before.etag:
            detail = (
                "Somebody else has changed the settings since you read them. Look at theirs, then save again."
            )
            more = {"current": before.model_dump(mode="json"), "etag": before.etag}
            raise Problem(412, "settings-conflict", detail, more, {"ETag": before.etag})
        await write_rules(db, body, now_ms)
        changed = [name for name in Rules.model_fields if getattr(before, name) != getattr(body, name)]
        if changed:
            was, now = before.model_dump(mode="json"), body.model_dump(mode="json")
            change = Change(
                "setting",
                "rules",
                {name: was[name] for name in changed},
                {name: now[name] for name in changed},
            )
            note(db, request, who, now_ms, change)
    response.headers["ETag"] = body.etag
    return body
