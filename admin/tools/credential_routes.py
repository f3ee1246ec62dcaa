"""Stored credentials, write-only: their names are shown, their values never."""

import os
from typing import Annotated, Final

import yaml
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field, SecretStr

from admin.access import Who
from admin.audit.trail import Change, note
from admin.parts import AdminParts, Parts
from admin.problems import Problem, not_found
from admin.tools.files import in_turn_with_files, replace
from admin.words import Body
from agents.credentials import VARIABLE, credentials_of
from agents.errors import DeclarationError

router = APIRouter(prefix="/credentials", tags=["tools"])
CredentialName = Annotated[str, Path(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
_MOST_CHARACTERS: Final = 4_096


class Credential(BaseModel):
    """What descriptions refer to as `{credential:NAME}`."""

    name: str
    from_environment: bool
    """It comes from the environment of this process, and cannot be changed here."""


class CredentialValue(Body):
    value: Annotated[SecretStr, Field(min_length=1, max_length=_MOST_CHARACTERS)]


@router.get("")
async def list_credentials(parts: Parts) -> list[Credential]:
    """List the names of stored credentials."""
    given = {name.removeprefix(VARIABLE) for name in os.environ if name.startswith(VARIABLE)}
    names = sorted({*_stored(parts), *given})
    return [Credential(name=name, from_environment=name in given) for name in names]


@router.put("/{name}")
async def save_credential(
    name: CredentialName, body: CredentialValue, who: Who, parts: Parts, request: Request
) -> Credential:
    """Store a credential, or put a new value in its place. It counts from the next request on."""
    _refuse_given(name)
    async with in_turn_with_files(parts) as db:
        stored = _stored(parts)
        before = {"stored": True} if name in stored else None
        note(db, request, who, parts.now_ms(), Change("credential", name, before, {"stored": True}))
        await db.flush()
        _keep(parts, {**stored, name: body.value.get_secret_value()})
    return Credential(name=name, from_environment=False)


@router.delete("/{name}", status_code=204)
async def delete_credential(name: CredentialName, who: Who, parts: Parts, request: Request) -> None:
    """Forget a credential. Tools that refer to it fail from now on."""
    _refuse_given(name)
    async with in_turn_with_files(parts) as db:
        stored = _stored(parts)
        if name not in stored:
            raise not_found(f"The credential '{name}'")
        note(db, request, who, parts.now_ms(), Change("credential", name, {"stored": True}, None))
        await db.flush()
        _keep(parts, {each: value for each, value in stored.items() if each != name})


def _refuse_given(name: str) -> None:
    if VARIABLE + name in os.environ:
        detail = f"{name} comes from the environment ({VARIABLE}{name}), which stands above what is stored."
        raise Problem(409, "given-by-environment", f"{detail} Change it there.")


def _stored(parts: AdminParts) -> dict[str, str]:
    try:
        return dict(credentials_of(parts.settings).stored())
    except DeclarationError as error:
        detail = str(error).replace(f"{parts.settings.home.resolve()}/", "")
        raise Problem(409, "unreadable-credentials", f"{detail} Mend it on Tandem's machine.") from None


def _keep(parts: AdminParts, stored: dict[str, str]) -> None:
    path = parts.settings.home.resolve() / "credentials.yaml"
    replace(path, yaml.safe_dump(stored, allow_unicode=True, default_style='"') if stored else None)
