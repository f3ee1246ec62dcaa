from agents.interpreting.ready import make_ready
from agents.translation.translator import Passage, TranslatorFailed


class Asked:
    """A translator that remembers what it was asked, and always fails."""

    name = "asked"

    def __init__(self, *pairs: tuple[str, str]) -> None:
        self._pairs = frozenset(pairs)
        self.passages: list[Passage] = []

    def pairs(self) -> frozenset[tuple[str, str]]:
        return self._pairs

    async def translate(self, passage: Passage) -> str:
        self.passages.append(passage)
        raise TranslatorFailed("nobody there")

    async def close(self) -> None: ...


async def test_every_pair_is_tried_before_the_first_call_and_a_failure_holds_nothing_up() -> None:
    translator = Asked(("en", "es"), ("es", "en"))
    await make_ready(translator)
    assert {(each.source, each.target) for each in translator.passages} == {("en", "es"), ("es", "en")}


async def test_an_endpoint_is_not_asked_for_nothing() -> None:
    translator = Asked()
    await make_ready(translator)
    assert translator.passages == []
