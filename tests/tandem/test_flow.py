import json

from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from config.flow_file import FLOWS, as_written, load_flow
from tandem.main import app


def tandem(*arguments):
    return CliRunner().invoke(app, ["flow", *arguments])


def test_a_sound_flow_is_called_sound():
    result = tandem("validate", "order_status")
    assert result.exit_code == 0
    assert "order_status@1 is sound" in result.output


def test_every_problem_of_every_file_is_told_and_the_exit_code_is_2(tmp_path):
    flow = (FLOWS / "order_status.yaml").read_text()
    lost, odd = tmp_path / "lost.yaml", tmp_path / "odd.yaml"
    lost.write_text(flow.replace("next: by_status", "next: nowhere"))
    odd.write_text(flow.replace("tool: order_status", "tool: order_satus"))
    result = tandem("validate", str(lost), str(odd), "order_status")
    assert result.exit_code == 2
    assert f"{lost} (en-US): step 'look_up': next 'nowhere' does not exist" in result.output
    assert f"{odd}: step 'look_up': tool 'order_satus' is not installed" in result.output
    assert "order_status@1 is sound" in result.output


def test_a_phrase_of_two_meanings_is_a_warning(tmp_path):
    flow = (FLOWS / "order_status.yaml").read_text()
    doubtful = tmp_path / "doubtful.yaml"
    doubtful.write_text(
        flow.replace("      - thanks a lot\n", "      - thanks a lot\n      - order status\n", 1)
    )
    result = tandem("validate", str(doubtful))
    assert result.exit_code == 0
    assert f"{doubtful}: warning: step 'greet': answers.thanks: 'order status' (English)" in result.output
    assert "order_status@1 is sound" in result.output


def test_a_flow_is_shown_step_by_step():
    result = tandem("show", "billing")
    assert result.exit_code == 0
    assert "Why is my bill so high?" in result.output
    shown = " ".join(result.output.split())
    assert "failed: unknown → chart_not_confirmed" in shown
    assert "…" not in shown


def test_who_reads_a_flow_sees_what_a_yes_allows_and_what_goes_on_meanwhile(monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    shown = " ".join(tandem("show", "billing").output.split())
    assert "(a yes is consent to send_the_chart)" in shown
    assert "(send_chart, while the conversation goes on)" in shown
    assert "too many tries → not_verified" in shown


def test_without_a_name_the_shipped_flows_are_listed():
    assert "order_status" in tandem("show").output


def test_every_shipped_flow_is_as_the_printed_schema_says():
    schema = json.loads(tandem("schema").output)
    check = Draft202012Validator(schema)
    for path in FLOWS.glob("*.yaml"):
        assert not list(check.iter_errors(as_written(path.read_text()))), path.name


def test_the_printed_schema_refuses_what_is_no_flow():
    check = Draft202012Validator(json.loads(tandem("schema").output))
    flow = as_written((FLOWS / "refund.yaml").read_text())
    assert not check.is_valid({**flow, "stepps": {}})
    assert not check.is_valid({**flow, "steps": {"greet": {"kind": "dance"}}})
    assert not check.is_valid({**flow, "slots": {"day": {"kind": "date", "lies": "around"}}})


def test_a_flow_is_exported_byte_for_byte(tmp_path):
    copy = tmp_path / "mine.yaml"
    copy.write_bytes((FLOWS / "refund.yaml").read_bytes().replace(b"\n", b"\r\n", 3))
    assert tandem("export", str(copy)).stdout_bytes == copy.read_bytes()


def test_a_flow_is_exported_for_pipecat_with_what_it_lost():
    result = tandem("export", "refund", "--pipecat")
    assert result.stdout.startswith("initial_node: greet\n")
    assert "not in it: step 'sure': 'consent_for'" in result.stderr


PIPECAT = {
    "initial_node": "greet",
    "nodes": {
        "greet": {
            "role_message": "You are friendly.",
            "task_messages": [{"role": "developer", "content": "Ask whether they want pizza or sushi."}],
            "functions": [
                {
                    "name": "choose_pizza",
                    "transition_only": True,
                    "description": "The caller wants to order pizza.",
                    "transition_to": "pizza",
                },
                {
                    "name": "choose_sushi",
                    "transition_only": True,
                    "description": "The caller wants sushi.",
                    "transition_to": "bye",
                },
            ],
        },
        "pizza": {
            "task_messages": [{"role": "developer", "content": "Say: I am asking the kitchen."}],
            "functions": [
                {
                    "name": "select_pizza",
                    "transition_to": {"field": "status", "cases": {"ok": "bye"}, "default": "greet"},
                }
            ],
        },
        "bye": {
            "task_messages": [{"role": "developer", "content": "Say: Goodbye."}],
            "post_actions": [{"type": "end_conversation"}],
        },
    },
}


def test_a_flow_of_pipecats_is_imported_with_what_has_to_be_read_through(tmp_path):
    file, out = tmp_path / "Pizza Shop.json", tmp_path / "mine.yaml"
    file.write_text(json.dumps(PIPECAT))
    result = tandem("import", str(file), "--out", str(out))
    assert result.exit_code == 0, result.output
    assert load_flow(str(out)).name == "pizza_shop"
    assert "node 'greet': 'role_message' has no counterpart" in result.stderr
    assert "step 'pizza': tool 'select_pizza' is code in pipecat" in result.stderr


def test_a_yaml_of_ours_is_imported_byte_for_byte_comments_and_line_ends_too(tmp_path):
    file, out = tmp_path / "theirs.yaml", tmp_path / "mine.yaml"
    file.write_bytes((FLOWS / "refund.yaml").read_bytes().replace(b"\n", b"\r\n", 5) + b"# the end \xc3\xb1")
    assert tandem("import", str(file)).stdout_bytes == file.read_bytes()
    assert tandem("import", str(file), "--out", str(out)).exit_code == 0
    assert out.read_bytes() == file.read_bytes()


def test_every_unknown_field_of_a_yaml_from_elsewhere_is_named_with_its_line_and_the_fix(tmp_path):
    file = tmp_path / "theirs.yaml"
    text = (FLOWS / "refund.yaml").read_text().replace("misunderstood:", "colour: blue\nmisundrstood:")
    file.write_text(text)
    result = tandem("import", str(file))
    assert result.exit_code == 2
    assert result.stdout == text
    assert "'colour' is not known here (line" in result.stderr
    assert "'misundrstood' is not known here" in result.stderr
    assert "did you mean 'misunderstood'?" in result.stderr


def test_nothing_that_is_there_is_overwritten(tmp_path):
    out = tmp_path / "mine.yaml"
    out.write_text("mine")
    result = tandem("import", str(FLOWS / "refund.yaml"), "--out", str(out))
    assert result.exit_code != 0
    assert out.read_text() == "mine"


def test_what_is_no_flow_at_all_is_refused(tmp_path):
    odd, broken = tmp_path / "odd.json", tmp_path / "broken.json"
    odd.write_text(json.dumps({"nodes": {"a": {}}, "start": "a"}))
    broken.write_text('{"nodes": ')
    assert tandem("import", str(odd)).exit_code != 0
    assert tandem("import", str(broken)).exit_code == 2
    assert tandem("import", str(tmp_path / "nothing.txt")).exit_code != 0
