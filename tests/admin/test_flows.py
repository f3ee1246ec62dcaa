import asyncio
import json

import httpx
import pytest
from hypothesis import HealthCheck, given, settings, strategies

from admin.flows.diff import difference
from admin.flows.findings import finding
from admin.flows.yaml_tree import plain, read_tree
from admin.roles import Role
from config.flow_file import load_flow
from tests.admin.office import SHIPPED, Office, published

NAME = "order_status"
FIRST = load_flow(NAME).version + 1
"""A published flow begins above the shipped one of its name."""


def tagged(revision: int) -> dict[str, str]:
    return {"If-Match": f'"{revision}"'}


async def draft_of(client: httpx.AsyncClient) -> httpx.Response:
    return await client.get(f"/flows/{NAME}/draft")


async def save(client: httpx.AsyncClient, yaml: str, revision: int) -> httpx.Response:
    return await client.put(f"/flows/{NAME}/draft", json={"yaml": yaml}, headers=tagged(revision))


async def test_a_flow_begins_from_a_shipped_one_under_a_name_of_its_own(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    shipped = (await manager.get("/flows/shipped")).json()
    assert NAME in [each["name"] for each in shipped]
    made = await manager.post("/flows", json={"shipped": NAME, "name": "orders"})
    assert (made.status_code, made.json()["findings"]) == (201, [])
    assert (await manager.get("/flows/orders/draft")).json()["yaml"].count("\nname: orders\n") == 1
    assert (await manager.post("/flows", json={"shipped": NAME, "name": "orders"})).status_code == 409
    answer = await manager.post("/flows/orders/publish", json={"note": "first"}, headers=tagged(1))
    assert answer.json()["number"] == 1


async def test_what_two_people_save_at_once_is_lost_for_neither(office: Office) -> None:
    ada, bo = await office.person(Role.MANAGER, "Ada"), await office.person(Role.MANAGER, "Bo")
    await ada.post("/flows", json={"yaml": SHIPPED})
    read = await draft_of(bo)
    assert read.headers["etag"] == '"1"'
    adas, bos = SHIPPED + "# Ada's\n", SHIPPED + "# Bo's\n"
    answers = await asyncio.gather(save(ada, adas, 1), save(bo, bos, 1))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    won, lost = (adas, bos) if answers[0].status_code == 200 else (bos, adas)
    conflict = next(answer for answer in answers if answer.status_code == 412)
    body = conflict.json()
    assert body["type"] == "urn:tandem:draft-conflict"
    assert body["theirs"]["yaml"] == won
    assert body["yours"] == {"built_on": 1, "yaml": lost}
    assert body["theirs"]["saved_by"] in ("Ada", "Bo")
    assert conflict.headers["etag"] == '"2"'
    assert (await save(bo, won + lost, 2)).json()["revision"] == 3


async def test_saving_says_which_revision_it_builds_on(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    await manager.post("/flows", json={"yaml": SHIPPED})
    path = f"/flows/{NAME}/draft"
    assert (await manager.put(path, json={"yaml": "x"})).status_code == 428
    assert (await manager.put(path, json={"yaml": "x"}, headers={"If-Match": "*"})).status_code == 400


async def test_an_unsound_draft_is_kept_and_not_published(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    await manager.post("/flows", json={"yaml": SHIPPED})
    wrong = SHIPPED.replace("start: greet\n", "start: greeet\n", 1)
    saved = await save(manager, wrong, 1)
    (found,) = saved.json()["findings"]
    assert found["line"] == 1 + wrong[: wrong.index("start: greeet")].count("\n")
    assert "greeet" in found["sentence"]
    assert (found["severity"], found["fix"]) == ("error", "did you mean 'greet'?")
    assert (await draft_of(manager)).json()["yaml"] == wrong
    answer = await manager.post(f"/flows/{NAME}/publish", json={"note": "x"}, headers=tagged(2))
    assert (answer.status_code, answer.json()["findings"]) == (422, [found])
    assert (await manager.get(f"/flows/{NAME}/versions")).json()["rows"] == []


async def test_a_phrase_of_two_meanings_is_a_warning_and_the_flow_is_published(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    doubtful = SHIPPED.replace("      - thanks a lot\n", "      - thanks a lot\n      - orders status\n", 1)
    made = await manager.post("/flows", json={"yaml": doubtful})
    found, *_ = made.json()["findings"]
    assert (found["severity"], found["step"]) == ("warning", "greet")
    assert "'orders status' (English) is the same as 'order status' of 'track_order' too" in found["sentence"]
    assert found["fix"] == "take it out of one of the two meanings"
    assert doubtful.splitlines()[found["line"] - 1] == "      thanks: goodbye"
    answer = await manager.post(f"/flows/{NAME}/publish", json={"note": "first"}, headers=tagged(1))
    assert answer.status_code == 201, answer.text


async def test_unknown_fields_are_named_with_step_and_line(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    lines = SHIPPED.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("  greet:"))
    lines.insert(at + 1, "    colour: green")
    findings = (await manager.post("/flows/validate", json={"yaml": "\n".join(lines)})).json()["findings"]
    assert [(each["step"], each["line"]) for each in findings] == [("greet", at + 2)]
    assert "'colour' is not known here" in findings[0]["sentence"]


async def test_what_is_no_yaml_is_told_with_its_line(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    (found,) = (await manager.post("/flows/validate", json={"yaml": "schema: 1\n  name: [x\n"})).json()[
        "findings"
    ]
    assert found["line"] in (2, 3)


async def test_a_flow_with_another_name_in_its_text_is_not_published(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    made = await manager.post("/flows", json={"yaml": SHIPPED, "name": "orders"})
    (found,) = made.json()["findings"]
    assert found["fix"] == "write name: orders"
    assert SHIPPED.splitlines()[found["line"] - 1] == f"name: {NAME}"


async def test_versions_are_published_compared_and_rolled_back(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    first = await published(manager)
    assert first["number"] == FIRST
    changed = SHIPPED.replace("patience: 0.5", "patience: 0.75", 1)
    await save(manager, changed, 1)
    stale = await manager.post(f"/flows/{NAME}/publish", json={"note": "x"}, headers=tagged(1))
    assert stale.status_code == 412
    answer = await manager.post(f"/flows/{NAME}/publish", json={"note": "wait"}, headers=tagged(2))
    assert answer.json()["number"] == FIRST + 1
    told = (await manager.get(f"/flows/{NAME}/compare?before={FIRST}&after={FIRST + 1}")).json()
    assert told["elsewhere"] == [{"field": "dials.patience", "before": "0.5", "after": "0.75"}]
    assert (told["same"], told["steps_changed"]) == (False, [])
    back = await manager.post(f"/flows/{NAME}/roll-back", json={"to": FIRST, "note": "calmer"})
    assert (back.json()["number"], back.json()["equal_to"]) == (FIRST + 2, FIRST)
    assert (await manager.get(f"/flows/{NAME}/versions/{FIRST + 2}")).json()["yaml"] == SHIPPED
    assert (await draft_of(manager)).json()["yaml"] == changed
    summary = (await manager.get(f"/flows/{NAME}")).json()
    assert (summary["published"], summary["has_changes"]) == (FIRST + 2, True)
    listed = (await manager.get(f"/flows/{NAME}/versions?limit=2")).json()
    rest = (
        await manager.get(f"/flows/{NAME}/versions", params={"limit": 2, "cursor": listed["next"]})
    ).json()
    numbers = [each["number"] for each in (*listed["rows"], *rest["rows"])]
    assert (numbers, rest["next"]) == ([FIRST + 2, FIRST + 1, FIRST], None)


async def test_versions_published_at_once_have_numbers_of_their_own(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    await published(manager)
    back = {"to": FIRST, "note": "again"}
    answers = await asyncio.gather(*(manager.post(f"/flows/{NAME}/roll-back", json=back) for _ in range(4)))
    assert sorted(each.json()["number"] for each in answers) == [FIRST + at for at in range(1, 5)]


@pytest.mark.parametrize(
    "text",
    [SHIPPED.replace("\n", "\r\n"), "\ufeff" + SHIPPED, SHIPPED + "# ¿señal? 🎧 \t", SHIPPED.rstrip()],
)
async def test_files_come_back_byte_for_byte(office: Office, text: str) -> None:
    manager = await office.person(Role.MANAGER)
    headers = {"Content-Type": "application/yaml"}
    made = await manager.post("/flows/import", content=text.encode(), headers=headers)
    assert made.status_code == 201, made.text
    answer = await manager.get(f"/flows/{NAME}/draft/yaml")
    assert answer.content == text.encode()
    assert answer.headers["content-type"].startswith("application/yaml")
    answer = await manager.put(
        f"/flows/{NAME}/draft/yaml", content=text.encode() + b"\n", headers={**headers, **tagged(1)}
    )
    assert answer.json()["revision"] == 2
    assert (await draft_of(manager)).json()["yaml"] == text + "\n"


async def test_a_file_that_is_no_text_is_refused(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    for content, kind in ((b"\xff\xfe", "not-utf-8"), (b"name: x\n\0", "not-text")):
        answer = await manager.post("/flows/import", content=content)
        assert (answer.status_code, answer.json()["type"]) == (422, f"urn:tandem:{kind}")
    answer = await manager.post("/flows/import", content=b"hello: there")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:tandem:no-name")


async def test_only_a_flow_no_call_ran_is_removed(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    await manager.post("/flows", json={"shipped": NAME, "name": "orders"})
    assert (await manager.delete("/flows/orders")).status_code == 204
    assert (await manager.get("/flows/orders")).status_code == 404
    await published(manager)
    assert (await manager.delete(f"/flows/{NAME}")).status_code == 409


async def test_who_has_a_removed_flow_open_does_not_save_over_the_next_of_its_name(office: Office) -> None:
    ada, bo = await office.person(Role.MANAGER, "Ada"), await office.person(Role.MANAGER, "Bo")
    await ada.post("/flows", json={"yaml": SHIPPED})
    await save(ada, SHIPPED + "# 2\n", 1)
    seen = [1, 2]
    for _ in range(2):
        await bo.delete(f"/flows/{NAME}")
        made = await bo.post("/flows", json={"yaml": SHIPPED})
        revision = made.json()["revision"]
        assert revision not in seen
        assert made.headers["etag"] == f'"{revision}"'
        assert [(await save(ada, "old", each)).status_code for each in seen] == [412] * len(seen)
        seen.append(revision)


async def test_flows_are_listed_by_pages_and_found_by_title(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    for name in ("a", "b", "c"):
        await manager.post("/flows", json={"yaml": f"name: {name}\ntitle: The 100% {name.upper()}"})
    first = (await manager.get("/flows?limit=2")).json()
    second = (await manager.get("/flows", params={"limit": 2, "cursor": first["next"]})).json()
    assert [each["name"] for each in (*first["rows"], *second["rows"])] == ["a", "b", "c"]
    assert second["next"] is None
    found = (await manager.get("/flows", params={"search": "100% b"})).json()["rows"]
    assert [each["name"] for each in found] == ["b"]
    assert (await manager.get("/flows?cursor=nonsense")).status_code == 400


def test_steps_added_removed_and_changed_are_told_by_name() -> None:
    before = "steps:\n  a: {kind: say, says: hi}\n  b: {kind: end}\nname: x\n"
    after = "name: x\nsteps:\n  c: {kind: end}\n  a: {kind: say, says: [hi, ho], next: c}\n"
    told = difference(before, after)
    assert (told.steps_added, told.steps_removed) == (["c"], ["b"])
    (changed,) = told.steps_changed
    assert changed.step == "a"
    assert [(each.field, each.before, each.after) for each in changed.fields] == [
        ("says", "hi", ["hi", "ho"]),
        ("next", None, "c"),
    ]
    assert told.elsewhere == []


def test_what_is_no_yaml_is_compared_as_a_whole() -> None:
    told = difference("name: x", "name: [x")
    assert (told.same, told.readable) == (False, False)


VALUES = strategies.recursive(
    strategies.text("abc: -#{}[]'\"\n&*", max_size=8),
    lambda each: (
        strategies.lists(each, max_size=3)
        | strategies.dictionaries(strategies.text("abc", min_size=1, max_size=3), each, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_tree_holds_what_was_written(value: object) -> None:
    tree = read_tree(json.dumps(value))
    assert tree is not None
    assert plain(tree) == value


@given(strategies.text(max_size=200))
def test_any_text_is_read_or_is_no_yaml(text: str) -> None:
    tree = read_tree(text)
    finding("step 'x': 'y' is not known here; remove it", tree)
    difference(text, "name: x")


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x\n", "[" * 50 + "]" * 50])
def test_what_hides_or_nests_too_deeply_is_no_tree(text: str) -> None:
    assert read_tree(text) is None
