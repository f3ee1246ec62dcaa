"""Who translates here: Apertium, the endpoint of the language model, or nobody, and what to do then."""

from dataclasses import dataclass
from typing import Final

from agents.reports import unix_ms
from agents.translation.apertium import INSTALL, Apertium, stages
from agents.translation.glossary import FILE, read_glossary
from agents.translation.protected import GuardedTranslator
from agents.translation.translator import NoTranslator, Translator
from config.settings import Settings

_ENDPOINT: Final = "endpoint"
_REMEDY: Final = f"{INSTALL} (or set LLM_MODEL, and LLM_BASE_URL or LLM_API_KEY)"


@dataclass(frozen=True, slots=True)
class TranslatorStatus:
    """Whether there is live translation.

    Attributes:
        name: who translates, for people; empty: nobody.
        pairs: (source, target) languages; none: any, where there is somebody.
        says: one line for people.
        remedy: the one line that brings a translator; empty where there is one.
    """

    name: str
    pairs: frozenset[tuple[str, str]]
    says: str
    remedy: str = ""

    @property
    def available(self) -> bool:
        """Whether somebody translates."""
        return bool(self.name)


def status(settings: Settings) -> TranslatorStatus:
    """Tell who translates. Starts nothing; a broken endpoint shows when it is asked."""
    wanted = settings.translator
    if wanted != _ENDPOINT:
        try:
            for pair in Apertium().pairs():
                stages(*pair)
        except NoTranslator as missing:
            if wanted or settings.llm_model is None:
                remedy = missing.remedy if wanted else _REMEDY
                return TranslatorStatus("", frozenset(), f"nobody translates: {missing.why}", remedy)
        else:
            return TranslatorStatus(
                Apertium.name, Apertium().pairs(), "Apertium translates English and Spanish, on this machine"
            )
    host = settings.llm_base_url
    return TranslatorStatus(
        f"{settings.llm_model}", frozenset(), f"{settings.llm_model} at {host} translates, as far as it can"
    )


def open_translator(settings: Settings) -> Translator:
    """Open the translator the settings name, with the company's glossary, for one event loop.

    Raises:
        NoTranslator: there is none; the text says what to do.
        GlossaryError: `glossary.yaml` in TANDEM_HOME is not valid.
    """
    chosen = status(settings)
    if not chosen.available:
        raise NoTranslator(chosen.says, chosen.remedy)
    glossary = read_glossary(settings.home / FILE)
    if chosen.name == Apertium.name and chosen.pairs:
        return GuardedTranslator(Apertium(), glossary)
    return GuardedTranslator(_endpoint(settings), glossary)


def _endpoint(settings: Settings) -> Translator:
    from agents.language_model.endpoint import Endpoint  # the client takes a second to import
    from agents.language_model.spending import DayBudget, Price
    from agents.limits import Daily
    from agents.translation.endpoint import EndpointTranslator

    tokens, usd = settings.llm_most_tokens_per_day, settings.llm_most_usd_per_day
    day = None
    if tokens is not None or usd is not None:
        day = DayBudget(Daily(settings.redis_url), tokens, None if usd is None else round(usd * 1_000_000))
    price = Price(settings.llm_input_price_usd, settings.llm_output_price_usd)
    return EndpointTranslator(Endpoint(settings, unix_ms), unix_ms, price, day)
