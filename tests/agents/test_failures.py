from agents.errors import ToolError
from agents.language_model import errors as language_model_errors
from config.failures import FAILURES, MAY_HAVE_HAPPENED
from config.metrics import outcome_label


def kinds(kind: type[ToolError] = ToolError) -> set[type[ToolError]]:
    return {kind}.union(*map(kinds, kind.__subclasses__()))


def test_every_way_to_fail_has_a_word_that_flows_know_and_every_word_is_some_failure() -> None:
    assert language_model_errors.NoAnswer in kinds()
    assert {kind.word for kind in kinds()} == set(FAILURES)
    assert set(FAILURES) >= MAY_HAVE_HAPPENED


def test_every_failure_is_counted_by_its_word() -> None:
    assert {outcome_label("failed", word) for word in FAILURES} == set(FAILURES)
    assert outcome_label("failed", "made up") == "other"
