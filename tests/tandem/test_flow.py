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
    assert "unknown_number" in result.output


def test_without_a_name_the_shipped_flows_are_listed():
    assert "order_status" in tandem("show").output
