"""Flows in several languages, and what is said of those that lack one."""

import pytest

from config.flow_file import FLOWS, FlowError, load_flow, read_flow

HOURS = (FLOWS / "after_hours.yaml").read_text()


def problems(old, new):
    assert old in HOURS, f"{old!r} is not in the flow"
    with pytest.raises(FlowError) as caught:
        read_flow(HOURS.replace(old, new, 1), "hours.yaml")
    return str(caught.value).splitlines()


def test_each_language_is_a_flow_and_any_leads_to_any():
    flow = load_flow("after_hours")
    spanish = flow.speaking("es-MX")
    assert flow.language == "en-US"
    assert spanish.language == "es-MX"
    assert spanish.speaking("en-US").steps == flow.steps
    assert flow.speaking("fr-FR") is flow


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            '{en: "What is it about?", es: "¿De qué se trata?"}',
            '{en: "What is it about?"}',
            "step 'matter': says has no Spanish; write it as {en: ..., es: ...}",
        ),
        (
            '{en: "What is it about?", es: "¿De qué se trata?"}',
            '"What is it about?"',
            "step 'matter': says has no English and no Spanish; write it as {en: ..., es: ...}",
        ),
        (
            "language: es-MX",
            "language: fr-FR",
            "step 'in_spanish': speaks 'fr-FR', which is none of the flow's languages; "
            "there is: en-US, es-MX",
        ),
    ],
)
def test_a_language_that_is_missing_is_named_with_its_step_and_the_fix(old, new, line):
    found = problems(old, new)
    assert any(each.endswith(line) for each in found), found


def test_phrases_that_lack_a_language_are_named():
    both = "{en: [it is an emergency, it is urgent], es: [es una emergencia, es urgente]}"
    assert problems(both, "[it is an emergency, it is urgent]") == [
        "hours.yaml: meaning 'urgent': has no English and no Spanish; write it as {en: ..., es: ...}"
    ]


def test_a_field_nobody_knows_is_named_with_its_line():
    with pytest.raises(FlowError) as caught:
        read_flow(HOURS.replace("    slot: matter", "    slott: matter"), "hours.yaml")
    at = HOURS.splitlines().index("    slot: matter") + 1
    assert f"step 'matter': 'slott' is not known here (line {at}); did you mean 'slot'?" in str(caught.value)


def test_a_paste_of_ten_megabytes_is_refused_with_a_sentence():
    with pytest.raises(FlowError, match="is larger than 1,000,000 bytes; a flow is a few thousand") as caught:
        read_flow(HOURS + "#" * 10_000_000, "paste")
    assert "\n" not in str(caught.value)
