"""Plays Zendesk's Ticketing API as documented: users, search, tickets, comments."""

import base64
import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.agents.crm.vendors.served import Asked, Reply

EMAIL = "bot@acme.example"
TOKEN = "zendesk-token-0000000000000000000000000"
EPOCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
API_USER = 901
BASIC = "Basic " + base64.b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()
UNAUTHORIZED = {"error": "Couldn't authenticate you"}
RATE_LIMIT = {
    "error": "APIRateLimitExceeded",
    "description": "Number of allowed API requests per minute exceeded",
}
NOT_FOUND = 404, {"error": "RecordNotFound", "description": "Not found"}


@dataclass
class ZendeskAccount:
    """The account's records; `page` keeps pages short, so that there are several."""

    url: str = ""
    users: dict[int, dict[str, Any]] = field(default_factory=dict)
    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    audits: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    answered: dict[str, tuple[Any, Reply]] = field(default_factory=dict)
    page: int = 100
    ticks: Any = field(default_factory=itertools.count)
    ids: Any = field(default_factory=lambda: itertools.count(35_436))

    def _now(self) -> str:
        return f"{EPOCH + timedelta(seconds=next(self.ticks)):%Y-%m-%dT%H:%M:%SZ}"

    def add_user(self, **fields: Any) -> int:
        id_ = next(self.ids)
        self.users[id_] = {
            "id": id_,
            "url": f"{self.url}/api/v2/users/{id_}.json",
            "role": "end-user",
            "created_at": self._now(),
            "user_fields": {},
            "tags": [],
            "phone": None,
            **fields,
        }
        return id_

    def add_ticket(self, **fields: Any) -> int:
        id_ = next(self.ids)
        now = self._now()
        comment = fields.pop("comment")
        self.tickets[id_] = {
            "id": id_,
            "url": f"{self.url}/api/v2/tickets/{id_}.json",
            "requester_id": API_USER,
            "external_id": None,
            "type": None,
            "status": "new",
            "tags": [],
            "via": {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}},
            "description": comment["body"],
            "created_at": now,
            "updated_at": now,
            "due_at": None,
            **fields,
        }
        self.comments[id_] = []
        self.audits[id_] = []
        self.add_comment(id_, comment)
        return id_

    def add_comment(self, ticket: int, comment: dict[str, Any], custom: dict[str, Any] | None = None) -> None:
        now = self._now()
        self.comments[ticket].append(
            {
                "id": next(self.ids),
                "type": "Comment",
                "author_id": API_USER,
                "body": comment["body"],
                "html_body": f"<div class='zd-comment'>{comment['body']}</div>",
                "plain_body": comment["body"],
                "public": comment.get("public", True),
                "attachments": [],
                "metadata": {"system": {"client": "python-requests", "location": "Portland"}},
                "created_at": now,
            }
        )
        self.audits[ticket].append(
            {
                "id": next(self.ids),
                "ticket_id": ticket,
                "created_at": now,
                "author_id": API_USER,
                "metadata": {"system": {"client": "python-requests"}, "custom": custom or {}},
                "events": [
                    {"id": next(self.ids), "type": "Comment", "body": comment["body"], "public": False}
                ],
            }
        )
        self.tickets[ticket]["updated_at"] = now

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != BASIC:
            return 401, UNAUTHORIZED
        path = asked.path.removeprefix("/api/v2/").removesuffix(".json").split("/")
        match asked.method, path:
            case "GET", ["users", id_]:
                user = self.users.get(int(id_))
                return NOT_FOUND if user is None else (200, {"user": user})
            case "GET", ["users", id_, "tickets", "requested"]:
                if int(id_) not in self.users:
                    return NOT_FOUND
                mine = [each for each in self.tickets.values() if each["requester_id"] == int(id_)]
                return self._cursor(asked, "tickets", mine)
            case "GET", ["search"]:
                return self._search(asked)
            case "GET", ["tickets"]:
                wanted = asked.query["external_id"]
                held = [each for each in self.tickets.values() if each["external_id"] == wanted]
                return self._cursor(asked, "tickets", held)
            case "POST", ["tickets"]:
                return self._create(asked)
            case "GET", ["tickets", id_]:
                ticket = self.tickets.get(int(id_))
                return NOT_FOUND if ticket is None else (200, {"ticket": ticket})
            case "GET", ["tickets", id_, "comments"]:
                return self._cursor(asked, "comments", self.comments[int(id_)])
            case "GET", ["tickets", id_, "audits"]:
                return self._cursor(asked, "audits", self.audits[int(id_)])
            case "PUT", ["tickets", id_]:
                return self._update(int(id_), asked.body["ticket"])
            case _:
                return 404, {"error": "InvalidEndpoint", "description": "Not found"}

    def _cursor(self, asked: Asked, name: str, every: list[dict[str, Any]]) -> Reply:
        start = int(asked.query.get("page[after]", "0"))
        end = start + min(self.page, int(asked.query["page[size]"]))
        after = f"page%5Bafter%5D={end}&page%5Bsize%5D={asked.query['page[size]']}"
        kept = "".join(
            f"&{key}={value}" for key, value in asked.query.items() if key in ("external_id", "include")
        )
        more = end < len(every)
        return 200, {
            name: every[start:end],
            "meta": {"has_more": more, "after_cursor": str(end) if more else None, "before_cursor": "x"},
            "links": {"prev": None, "next": f"{self.url}{asked.path}?{after}{kept}" if more else None},
        }

    def _search(self, asked: Asked) -> Reply:
        query = asked.query["query"]
        found = [
            {**user, "result_type": "user"} for user in self.users.values() if _matches(user, query.split())
        ]
        page = int(asked.query.get("page", "1"))
        end = page * self.page
        following = f"{self.url}/api/v2/search.json?page={page + 1}&query={query.replace(' ', '+')}"
        return 200, {
            "results": found[end - self.page : end],
            "facets": None,
            "next_page": following if end < len(found) else None,
            "previous_page": None,
            "count": len(found),
        }

    def _create(self, asked: Asked) -> Reply:
        key = asked.headers["idempotency-key"]
        if key in self.answered:
            body, reply = self.answered[key]
            if body != asked.body:
                return 400, {
                    "error": "IdempotentRequestError",
                    "description": "Request parameters of this idempotency key differ",
                }
            return reply
        id_ = self.add_ticket(**asked.body["ticket"])
        reply: Reply = 201, {"ticket": dict(self.tickets[id_]), "audit": self.audits[id_][-1]}
        self.answered[key] = asked.body, reply
        return reply

    def _update(self, id_: int, fields: dict[str, Any]) -> Reply:
        ticket = self.tickets[id_]
        if ticket["status"] == "closed":
            why = [{"description": "Status: closed prevents ticket update"}]
            return 422, {
                "error": "RecordInvalid",
                "description": "Record validation errors",
                "details": {"status": why},
            }
        if fields["safe_update"] and fields["updated_stamp"] != ticket["updated_at"]:
            return 409, {
                "error": "UpdateConflict",
                "description": "Safe Update prevented the update due to outdated ticket data.",
            }
        self.add_comment(id_, fields["comment"], fields["metadata"])
        return 200, {"ticket": dict(ticket), "audit": self.audits[id_][-1]}


def _matches(user: dict[str, Any], words: list[str]) -> bool:
    for word in words:
        name, _, value = word.partition(":")
        match name:
            case "type":
                continue
            case "phone":
                digits = re.sub(r"\D", "", user["phone"] or "")
                if not (digits.endswith(value[1:]) if value.startswith("*") else digits == value):
                    return False
            case "email":
                if value.lower() != user["email"].lower():
                    return False
            case _:
                if user.get(name) != value:
                    return False
    return True
