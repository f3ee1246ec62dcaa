"""Plays Salesforce's REST API as documented: the login, SOQL queries, external ids, comments."""

import base64
import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from tests.agents.crm.vendors.served import Asked, Reply

CLIENT_ID = "3MVG9000000000000000000000"
CLIENT_SECRET = "0123456789ABCDEF0123456789ABCDEF"
BASIC = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
EPOCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
EXPIRED = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
RATE_LIMIT = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
PREFIXES = {"Contact": "003", "Case": "500", "CaseComment": "00a", "Order": "801", "OrderItem": "802"}


def _error(status: int, code: str, message: str) -> Reply:
    return status, [{"message": message, "errorCode": code}]


@dataclass
class SalesforceOrg:
    """The organisation's records; `page` keeps pages short, so that there are several."""

    url: str = ""
    objects: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    page: int = 2000
    token: str = ""
    logins: int = 0
    cursors: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    ids: Any = field(default_factory=lambda: itertools.count(1))

    def add(self, kind: str, **fields: Any) -> str:
        number = next(self.ids)
        id_ = f"{PREFIXES[kind]}Qy{number:010}IAA"
        created = EPOCH + timedelta(seconds=number)
        record = {"Id": id_, "CreatedDate": created.strftime("%Y-%m-%dT%H:%M:%S.000+0000"), **fields}
        if kind == "Case":
            record = {"CaseNumber": f"{1000 + number:08}", "Status": "New", "IsClosed": False, **record}
            record = {"ContactId": None, **record}
        self.objects.setdefault(kind, []).append(record)
        return id_

    def expire(self) -> None:
        self.token = "expired"

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/services/oauth2/token":
            return self._log_in(asked)
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return 401, EXPIRED
        path = re.sub(r"^/services/data/v\d+\.0/", "", asked.path).strip("/").split("/")
        match asked.method, path:
            case "GET", ["query"]:
                try:
                    return self._page(self._select(asked.query["q"]))
                except _MalformedQueryError as error:
                    return _error(400, "MALFORMED_QUERY", str(error))
            case "GET", ["query", cursor]:
                return self._page(self.cursors.pop(cursor))
            case "PATCH", ["sobjects", kind, name, value]:
                return self._upsert(kind, name, unquote(value), asked.body)
            case "POST", ["sobjects", kind]:
                return 201, {"id": self.add(kind, **asked.body), "success": True, "errors": []}
            case _:
                return _error(404, "NOT_FOUND", "The requested resource does not exist")

    def _log_in(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != BASIC or asked.body["grant_type"] != ["client_credentials"]:
            return 400, {"error": "invalid_client", "error_description": "invalid client credentials"}
        self.logins += 1
        self.token = f"00D000000000001!AQ{self.logins}"
        return 200, {
            "access_token": self.token,
            "signature": "c2ln",
            "scope": "api",
            "instance_url": self.url,
            "id": f"{self.url}/id/00D000000000001EAA/005000000000001AAA",
            "token_type": "Bearer",
            "issued_at": "1772366400000",
        }

    def _page(self, found: list[dict[str, Any]]) -> Reply:
        shown, rest = found[: self.page], found[self.page :]
        answer: dict[str, Any] = {"totalSize": len(found), "done": not rest, "records": shown}
        if rest:
            cursor = f"01gQy{next(self.ids):010}-{self.page}"
            self.cursors[cursor] = rest
            answer["nextRecordsUrl"] = f"/services/data/v59.0/query/{cursor}"
        return 200, answer

    def _upsert(self, kind: str, name: str, value: str, body: dict[str, Any]) -> Reply:
        assert name == "Tandem_Key__c"
        for record in self.objects.get(kind, []):
            if record.get(name) == value:
                record.update(body)
                return 200, {"id": record["Id"], "success": True, "errors": [], "created": False}
        id_ = self.add(kind, **body, **{name: value})
        return 201, {"id": id_, "success": True, "errors": [], "created": True}

    def _select(self, soql: str) -> list[dict[str, Any]]:
        parts = re.fullmatch(
            r"SELECT (?P<fields>.+?) FROM (?P<kind>\w+) WHERE (?P<where>.+?)"
            r"(?: ORDER BY (?P<order>[\w, ]+))?",
            soql.strip(),
            re.DOTALL,
        )
        if parts is None:
            raise _MalformedQueryError("unexpected token")
        wanted = _conditions(parts["where"])
        found = [
            record
            for record in self.objects.get(parts["kind"], [])
            if any(str(record.get(name)).lower() in values for name, values in wanted)
        ]
        for name in reversed((parts["order"] or "").replace(" ", "").split(",")):
            found.sort(key=lambda record, name=name: record.get(name, ""))
        names = [name.strip() for name in parts["fields"].split(",")]
        type_ = {"type": parts["kind"], "url": f"/services/data/v59.0/sobjects/{parts['kind']}/"}
        return [
            {"attributes": type_, **{name.split(".")[0]: record.get(name.split(".")[0]) for name in names}}
            for record in found
        ]


class _MalformedQueryError(Exception):
    pass


_VALUE = r"'((?:[^'\\]|\\.)*)'"


def _conditions(where: str) -> list[tuple[str, set[str]]]:
    """Read `A = 'x' OR B IN ('y','z')`: the fields and their values, lower case as SOQL compares text."""
    condition = rf"(\w+) (?:= {_VALUE}|IN \(((?:{_VALUE},?)*)\))"
    if not re.fullmatch(rf"{condition}(?: OR {condition})*", where, re.DOTALL):
        raise _MalformedQueryError(where)
    found: list[tuple[str, set[str]]] = []
    for match in re.finditer(condition, where, re.DOTALL):
        written = [match[2]] if match[2] is not None else re.findall(_VALUE, match[3] or "")
        found.append((match[1], {re.sub(r"\\(.)", r"\1", each).lower() for each in written}))
    return found
