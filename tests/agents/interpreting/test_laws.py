"""What holds for an interpreter whatever is said to it."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from agents.interpreting.events import (
    Event,
    Heard,
    HeardWord,
    HearsLanguage,
    NotTranslated,
    Repeat,
    Say,
    SpeaksLanguage,
    Tick,
    Translate,
    Translated,
)
from agents.interpreting.interpreter import advance, begin
from agents.interpreting.policy import DEFAULT, LOCAL_AGREEMENT_2, LOCAL_AGREEMENT_3, WAIT_3, WAIT_5
from agents.interpreting.tongue import tongue_of
from tests.agents.interpreting.talking import PARTIAL_MS, WORD_MS, Call, actions

AHEAD = [LOCAL_AGREEMENT_2, LOCAL_AGREEMENT_3, WAIT_3, WAIT_5]
CAREFUL = [replace(policy, ahead=False) for policy in AHEAD]
POLICIES = st.sampled_from([DEFAULT, replace(DEFAULT, ahead=False), *CAREFUL])
OPENERS = ["and", "because", "for", "with", "that", "the", "my", "not"]
NUMBERS = ["one", "two", "seven", "twenty", "hundred", "dollars", "tuesday"]
FILLERS = ["um", "uh"]
THINGS = ["lamp", "order", "shop", "late", "red", "buy", "call", "house"]
WORDS = st.sampled_from([*OPENERS, *NUMBERS, *FILLERS, *THINGS])


def timed(texts: list[str], confidence: float = 0.45) -> tuple[HeardWord, ...]:
    return tuple(
        HeardWord(text, k * WORD_MS, k * WORD_MS + WORD_MS - 40, confidence) for k, text in enumerate(texts)
    )


def plain(phrases: list[str]) -> list[str]:
    return re.findall(r"[a-z0-9]+", " ".join(phrases).lower())


@st.composite
def turns(draw: st.DrawFn) -> tuple[list[str], list[Event]]:
    """A turn of words of which none is said twice running, and ears that guess the latest ones wrong."""
    kinds = draw(st.lists(st.sampled_from(["word", "opener", "filler"]), min_size=1, max_size=24))
    said: list[str] = []
    for k, kind in enumerate(kinds):
        after_opener = any(word in OPENERS for word in [word for word in said if word != "um"][-1:])
        said.append(
            {"opener": f"w{k}x" if after_opener else OPENERS[k % 4], "filler": "um"}.get(kind, f"w{k}x")
        )
    events: list[Event] = []
    known = 0
    now_ms = 0
    while known < len(said):
        now_ms += PARTIAL_MS
        known = min(len(said), known + draw(st.integers(1, 3)))
        guessed = [f"guess{now_ms}n{k}" for k in range(draw(st.integers(0, 2)))]
        events.append(Heard(timed(said[:known] + guessed), final=False, now_ms=now_ms))
    events.append(Heard(timed(said, 0.9), final=True, now_ms=now_ms + PARTIAL_MS))
    return said, events


@given(turns(), st.sampled_from(CAREFUL))
def test_each_word_is_translated_once_and_none_that_was_only_guessed(turn, policy):
    said, events = turn
    asked = [
        action.passage.text
        for _, done in actions(begin("en", "es", policy), events)
        for action in done
        if isinstance(action, Translate)
    ]
    assert plain(asked) == [word for word in said if word != "um"]


@given(turns(), st.sampled_from(AHEAD))
def test_each_word_is_said_once_though_more_is_asked_ahead(turn, policy):
    said, events = turn
    call = Call("en", "es", policy, answers=lambda text: text)
    for event in events:
        call.until(event.now_ms)
        call.tell(event)
    call.until(call.now_ms + 1_000)
    assert plain(call.said) == [word for word in said if word != "um"]


EVENTS = st.lists(
    st.one_of(
        st.builds(lambda texts, final: ("heard", texts, final), st.lists(WORDS, max_size=25), st.booleans()),
        st.builds(lambda far: ("answered", far), st.integers(0, 5)),
        st.builds(lambda far: ("failed", far), st.integers(0, 5)),
        st.just(("passed",)),
        st.just(("again",)),
        st.builds(lambda tag: ("speaks", tag), st.sampled_from(["en-US", "es-MX", "fr", "und"])),
        st.builds(lambda tag: ("hears", tag), st.sampled_from(["en-US", "es-MX", "fr"])),
    ),
    max_size=24,
)


def told(script: list[tuple], policy) -> tuple[list, list]:
    """Tell of all sorts of things; what was done, and the states between."""
    state = begin("en-US", "es-MX", policy)
    done, states, asked = [], [], []
    for k, entry in enumerate(script):
        now_ms = k * PARTIAL_MS
        match entry:
            case ("heard", texts, final):
                event = Heard(timed(texts), final, now_ms)
            case ("answered", far) if asked:
                event = Translated(asked[-1 - far % len(asked)], f"said {k}", now_ms)
            case ("failed", far) if asked:
                event = NotTranslated(asked[-1 - far % len(asked)], "why", now_ms)
            case ("again",):
                event = Repeat(now_ms)
            case ("speaks", tag):
                event = SpeaksLanguage(tag, now_ms)
            case ("hears", tag):
                event = HearsLanguage(tag, now_ms)
            case _:
                event = Tick(now_ms)
        state, actions_now = advance(state, event)
        done += actions_now
        asked += [action.request_id for action in actions_now if isinstance(action, Translate)]
        states.append(state)
    return done, states


@given(EVENTS, POLICIES)
def test_the_same_events_give_the_same_actions(script, policy):
    assert told(script, policy)[0] == told(script, policy)[0]


@given(EVENTS, POLICIES)
def test_ids_are_never_used_twice_and_every_request_holds_words(script, policy):
    done, _ = told(script, policy)
    ids = [
        a.request_id if isinstance(a, Translate) else a.say_id for a in done if isinstance(a, Translate | Say)
    ]
    assert len(ids) == len(set(ids))
    assert all(plain([a.passage.text]) for a in done if isinstance(a, Translate))
    assert all(a.text.strip() for a in done if isinstance(a, Say))


@given(EVENTS, POLICIES)
def test_nothing_is_put_right_more_often_than_a_listener_can_bear(script, policy):
    _, states = told(script, policy)
    assert all(state.turn.corrected <= 2 * policy.corrections for state in states)


@given(st.permutations(range(6)))
def test_whatever_the_order_of_the_answers_it_is_said_in_the_order_it_was_spoken(order):
    call = Call(answers=lambda _: None)
    for k in range(6):
        call.tell(Heard(timed([f"sentence{k}"]), final=True, now_ms=1_000 * k))
    asked = [action for _, action in call.done if isinstance(action, Translate)]
    for k in order:
        call.tell(Translated(asked[k].request_id, asked[k].passage.text, 6_000))
    assert call.said == [action.passage.text for action in asked]


def test_a_turn_that_never_ends_is_remembered_only_so_far():
    call = Call()
    sentence = "and then i went to the shop because the lamp was red but nobody came with the order"
    words = timed(sentence.split(" ") * 60)
    for upto in range(1, len(words), 2):
        call.until(call.now_ms + PARTIAL_MS)
        call.tell(Heard(words[max(0, upto - 60) : upto], final=False, now_ms=words[upto].end_ms))
        turn = call.state.turn
        assert len(turn.sent) <= DEFAULT.recall
        assert len(turn.waiting) <= 60
        assert len(call.state.pending) + len(call.state.unspoken) + len(call.state.last) < 40
    assert len(call.said) > 100


def test_every_language_that_is_spoken_has_all_words_it_needs():
    for tag in ("en", "es"):
        tongue = tongue_of(tag)
        assert all(" " in pair for pair in tongue.together)
        assert tongue.unfinished.isdisjoint(tongue.fillers)
