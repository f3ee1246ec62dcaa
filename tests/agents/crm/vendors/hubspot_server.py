"""Plays HubSpot's CRM API as documented: objects (v3) and associations (v4)."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.agents.crm.vendors.served import Asked, Reply

TOKEN = "pat-na1-00000000-0000-0000-0000-000000000000"
EPOCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNIQUE = {"tickets": "tandem_key"}
TYPES = {("tickets", 16): "contacts", ("notes", 228): "tickets"}
RATE_LIMIT = {
    "status": "error",
    "message": "You have reached your secondly limit.",
    "errorType": "RATE_LIMIT",
    "correlationId": "c033cdaa-2c40-4a64-ae48-b4cec88dad24",
    "policyName": "SECONDLY",
    "requestId": "3d3e35b7-0dae-4b9f-a6e3-9c230cbcf8dd",
}
UNAUTHORIZED = {
    "status": "error",
    "message": "Authentication credentials not found. This API supports OAuth 2.0 authentication.",
    "correlationId": "aeb5f871-7f07-4993-9211-075dc63e7cbf",
    "category": "INVALID_AUTHENTICATION",
}


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def _error(status: int, category: str, message: str, **more: Any) -> Reply:
    return status, {
        "status": "error",
        "message": message,
        "correlationId": "8f2a1c2e-7f5e-4c0c-9d7f-2b1a3c4d5e6f",
        "category": category,
        **more,
    }


@dataclass
class HubSpotAccount:
    """The account's records; `page` keeps pages short, so that there are several."""

    objects: dict[str, dict[str, dict[str, str | None]]] = field(default_factory=dict)
    links: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    page: int = 100
    ids: Any = field(default_factory=lambda: itertools.count(512_000_001))

    def add(self, kind: str, properties: dict[str, str], **links: str) -> str:
        id_ = str(next(self.ids))
        created = EPOCH + timedelta(seconds=int(id_) - 512_000_000)
        stamps = {"createdate": _stamp(created), "hs_createdate": _stamp(created)}
        self.objects.setdefault(kind, {})[id_] = {**stamps, **properties}
        for to, to_id in links.items():
            self.link(kind, id_, to, to_id)
        return id_

    def link(self, kind: str, id_: str, to: str, to_id: str) -> None:
        self.links.setdefault((kind, id_), []).append((to, to_id))
        self.links.setdefault((to, to_id), []).append((kind, id_))

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, UNAUTHORIZED
        match asked.method, asked.path.strip("/").split("/"):
            case "GET", ["crm", "v3", "objects", kind, id_]:
                return self._get(kind, id_, asked.query)
            case "POST", ["crm", "v3", "objects", kind]:
                return self._create(kind, asked.body)
            case "POST", ["crm", "v3", "objects", kind, "search"]:
                return self._search(kind, asked.body)
            case "POST", ["crm", "v3", "objects", kind, "batch", "read"]:
                return self._batch(kind, asked.body)
            case "POST", ["crm", "v4", "associations", kind, to, "batch", "read"]:
                return self._associations(kind, to, asked.body)
            case _:
                return _error(404, "OBJECT_NOT_FOUND", f"no such endpoint: {asked.method} {asked.path}")

    def _shown(self, kind: str, id_: str, names: list[str]) -> dict[str, Any]:
        every = self.objects[kind][id_]
        shown = {name: every.get(name) for name in {*names, "hs_object_id"}} | {"hs_object_id": id_}
        created = every["createdate"]
        return {"id": id_, "properties": shown, "createdAt": created, "updatedAt": created, "archived": False}

    def _get(self, kind: str, id_: str, query: dict[str, str]) -> Reply:
        if unique := query.get("idProperty"):
            found = [key for key, each in self.objects.get(kind, {}).items() if each.get(unique) == id_]
        else:
            found = [id_] if id_ in self.objects.get(kind, {}) else []
        if not found:
            return _error(404, "OBJECT_NOT_FOUND", "resource not found")
        return 200, self._shown(kind, found[0], query.get("properties", "").split(","))

    def _create(self, kind: str, body: Any) -> Reply:
        properties = body["properties"]
        unique = UNIQUE.get(kind, "")
        for id_, each in self.objects.get(kind, {}).items():
            if unique and each.get(unique) == properties.get(unique):
                why = f"Cannot set PropertyValueCoordinates{{{unique}}}. {id_} already has that value."
                return _error(400, "VALIDATION_ERROR", f"Property values were not valid: {why}")
        if kind == "notes" and "hs_timestamp" not in properties:
            return _error(400, "VALIDATION_ERROR", "hs_timestamp is required")
        id_ = self.add(kind, properties)
        for link in body["associations"]:
            (type_,) = link["types"]
            to = TYPES[kind, type_["associationTypeId"]]
            if type_["associationCategory"] != "HUBSPOT_DEFINED" or link["to"]["id"] not in self.objects[to]:
                return _error(400, "INVALID_ASSOCIATION", "no such association")
            self.link(kind, id_, to, link["to"]["id"])
        return 201, self._shown(kind, id_, [*list(properties), "createdate"])

    def _search(self, kind: str, body: Any) -> Reply:
        if len(body["filterGroups"]) > 5 or body["limit"] > 200:
            return _error(400, "VALIDATION_ERROR", "too many filter groups")
        found = [
            id_
            for id_, each in self.objects.get(kind, {}).items()
            if any(
                all(self._value(each, one["propertyName"]) == one["value"] for one in group["filters"])
                for group in body["filterGroups"]
            )
        ]
        start = int(body["after"])
        end = start + self.page
        answer: dict[str, Any] = {
            "total": len(found),
            "results": [self._shown(kind, each, body["properties"]) for each in found[start:end]],
        }
        if end < len(found):
            answer["paging"] = {"next": {"after": str(end)}}
        return 200, answer

    @staticmethod
    def _value(properties: dict[str, str | None], name: str) -> str | None:
        calculated = {
            "hs_searchable_calculated_phone_number": "phone",
            "hs_searchable_calculated_mobile_number": "mobilephone",
        }
        if name not in calculated:
            return properties.get(name)
        digits = "".join(each for each in properties.get(calculated[name]) or "" if each.isdigit())
        return digits.removeprefix("1")

    def _batch(self, kind: str, body: Any) -> Reply:
        if len(body["inputs"]) > 100:
            return _error(400, "VALIDATION_ERROR", "at most 100")
        known = [each["id"] for each in body["inputs"] if each["id"] in self.objects.get(kind, {})]
        # Batches come in whatever order.
        results = [self._shown(kind, each, body["properties"]) for each in reversed(known)]
        return 200, {"status": "COMPLETE", "results": results} | _times()

    def _associations(self, kind: str, to: str, body: Any) -> Reply:
        results, errors = [], []
        for each in body["inputs"]:
            ids = [id_ for other, id_ in self.links.get((kind, each["id"]), []) if other == to]
            if not ids:
                _, error = _error(
                    404,
                    "OBJECT_NOT_FOUND",
                    f"No {to} is associated with {kind} {each['id']}.",
                    subCategory="crm.associations.NO_ASSOCIATIONS_FOUND",
                    context={"fromObjectId": [each["id"]]},
                )
                errors.append({key: value for key, value in error.items() if key != "correlationId"})
                continue
            start = int(each.get("after") or 0)
            end = start + self.page
            kinds = [{"category": "HUBSPOT_DEFINED", "typeId": 15, "label": None}]
            result: dict[str, Any] = {
                "from": {"id": each["id"]},
                "to": [{"toObjectId": int(id_), "associationTypes": kinds} for id_ in ids[start:end]],
            }
            if end < len(ids):
                result["paging"] = {"next": {"after": str(end), "link": "?after=" + str(end)}}
            results.append(result)
        answer: dict[str, Any] = {"status": "COMPLETE", "results": results} | _times()
        return (207, answer | {"errors": errors, "numErrors": len(errors)}) if errors else (200, answer)


def _times() -> dict[str, str]:
    return {"startedAt": _stamp(EPOCH), "completedAt": _stamp(EPOCH)}
