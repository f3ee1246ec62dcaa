"""Checking that a number's calls reach us, and having the carrier send them here."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from admin.access import Who
from admin.audit.trail import Change, note
from admin.numbers.routes import PhoneNumber
from admin.parts import AdminParts, Parts
from admin.problems import Problem
from config.line_check import LineCheck

router = APIRouter(prefix="/numbers", tags=["numbers"])


class LineFinding(BaseModel):
    """One thing that must hold for calls to arrive."""

    what: str
    """account, number, webhook, address, signature, media"""
    well: bool
    sentence: str


@router.post("/{number}/check")
async def check_number(number: PhoneNumber, parts: Parts) -> list[LineFinding]:
    """Check the way of a call to this number, from the carrier's account to our media socket."""
    found = await _line(number, parts).check(number)
    return [LineFinding(what=each.what, well=each.well, sentence=each.sentence) for each in found]


@router.post("/{number}/webhook")
async def set_number_webhook(number: PhoneNumber, who: Who, parts: Parts, request: Request) -> LineFinding:
    """Have the carrier announce this number's calls to us."""
    found = await _line(number, parts).mend(number)
    if found.well:
        async with parts.database.writing() as db:
            note(
                db, request, who, parts.now_ms(), Change("number", number, None, {"webhook": found.sentence})
            )
    return LineFinding(what=found.what, well=found.well, sentence=found.sentence)


def _line(number: str, parts: AdminParts) -> LineCheck:
    if number == "default":
        detail = "'default' stands for many numbers. Give each a row of its own to check it."
        raise Problem(422, "no-number", detail)
    if parts.line is None:
        raise Problem(503, "no-telephone", "There is no telephone beside this API to check.")
    return parts.line
