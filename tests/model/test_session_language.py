"""A call that goes on in another language: its offers, its small utterances, what it takes up again."""

from dataclasses import dataclass, field

from model.listening import listening_in
from model.session.events import told
from model.session.state import Row, Session
from model.turn import LanguageChanged, Offer, OfferMade, OfferStarted
from tests.model.conversing import Conversation, ScriptedVoice, Spoken, Voiced, made


@dataclass
class Booth:
    """Keeps in which language each text was to be said."""

    said: list[tuple[str, str]] = field(default_factory=list)
    speeds: list[float] = field(default_factory=list)

    def prepare(self, text: str, language: str, speed: float) -> Spoken:
        self.said.append((text, language))
        self.speeds.append(speed)
        return ScriptedVoice().prepare(text, language)


def begun() -> Session:
    return Session(language="en-US", listening=listening_in("call", "en-US"))


def test_what_is_offered_from_then_on_is_said_in_the_new_language() -> None:
    booth, row = Booth(), Row(0)
    session = begun()
    for event in (
        OfferMade(Offer("a", "Hello.")),
        LanguageChanged("es-MX"),
        OfferMade(Offer("b", "Hola.")),
    ):
        session = told(session, event, row, booth.prepare)
    assert booth.said == [("Hello.", "en-US"), ("Hola.", "es-MX")]
    assert [offer.language for offer in session.offers.waiting] == ["en-US", "es-MX"]
    assert (session.language, row.language) == ("es-MX", "es-MX")


def test_an_offer_that_says_its_language_is_said_in_it_whatever_the_call_speaks() -> None:
    booth = Booth()
    told(begun(), OfferMade(Offer("a", "Con gusto.", language="es-MX")), Row(0), booth.prepare)
    assert booth.said == [("Con gusto.", "es-MX")]


def test_small_utterances_and_what_introduces_an_interrupted_offer_change_with_it() -> None:
    session = told(begun(), LanguageChanged("es-MX"), Row(0), Booth().prepare)
    assert session.listening.introduction == "Como le decía,"
    assert session.listening.call_id == "call"
    back = told(session, LanguageChanged("en-GB"), Row(1), Booth().prepare)
    assert back.listening.introduction == "As I was saying,"


def test_the_change_alone_says_nothing_and_stops_nothing() -> None:
    call = Conversation(
        events={0: (made(text="One moment please."),), 1: (LanguageChanged("es-MX"),)},
        caller=(Voiced(9_000, 9_100),),
    ).run(12)
    assert call.said("o") == "One moment please."
    assert len(call.acts(OfferStarted)) == 1


def test_an_offer_is_voiced_at_its_own_speed():
    booth = Booth()
    told(begun(), OfferMade(Offer("a", "One moment.", speed=1.25)), Row(0), booth.prepare)
    assert booth.speeds == [1.25]
