from typer.testing import CliRunner

from config.flow_file import FLOWS
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
    assert f"{lost}: step 'look_up': next 'nowhere' does not exist" in result.output
    assert f"{odd}: step 'look_up': tool 'order_satus' is not installed" in result.output
    assert "order_status@1 is sound" in result.output


def test_a_flow_is_shown_step_by_step():
    result = tandem("show", "order_status")
    assert result.exit_code == 0
    assert "Where is my order, and why is my bill so high?" in result.output
    shown = " ".join(result.output.split())
    assert "failed: unknown → chart_not_confirmed" in shown
    assert "…" not in shown


def test_who_reads_a_flow_sees_what_a_yes_allows_and_what_goes_on_meanwhile(monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    shown = " ".join(tandem("show", "order_status").output.split())
    assert "(a yes is consent to send_the_chart)" in shown
    assert "(send_chart, while the conversation goes on)" in shown
    assert "too many tries → not_verified" in shown


def test_without_a_name_the_shipped_flows_are_listed():
    assert "order_status" in tandem("show").output
