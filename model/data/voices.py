"""Who speaks in simulated calls: espeak-ng identities, split between training and test.

An identity is an accent and a variant; rate, pitch and range vary within it. The agent's voices are few.
"""

from random import Random
from typing import Final

from model.data.scripts import Split
from model.espeak import EspeakVoice

_ACCENTS: Final = (
    "en-us", "en-us", "en-us", "en-us", "en", "en", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan",
    "en-gb-x-gbcwmd", "en-us-nyc", "en-029",
)  # fmt: skip
TRAIN_VARIANTS: Final = (
    "", "", "", "Alex", "Alicia", "Andrea", "Andy", "Denis", "Diogo", "Gene", "Henrique", "Hugo",
    "Jacky", "Lee", "Marco", "Mario", "Michael", "Mr serious", "Nguyen", "Reed", "RicishayMax", "anika",
    "announcer", "antonio", "aunty", "belinda", "boris", "caleb", "david", "ed", "edward", "f1", "f2",
    "f3", "f4", "grandma", "grandpa", "gustave", "ian", "iven", "iven3", "john", "kaukovalta", "klatt2",
    "klatt4", "m1", "m2", "m3", "m4", "m5", "m6", "marcelo", "max", "michel", "miguel", "norbert",
    "pedro", "quincy", "rob", "sandro", "shelby", "steph", "steph3", "travis", "victor",
)  # fmt: skip
TEST_VARIANTS: Final = (
    "Annie", "Mike", "Storm", "f5", "m7", "m8", "linda", "paul", "robert", "zac", "pablo", "steph2", "iven2",
    "klatt3",
)  # fmt: skip
_AGENT_VOICES: Final = (
    EspeakVoice("en-us", "f3", 165, 45, 45),
    EspeakVoice("en-us", "f2", 160, 50, 50),
    EspeakVoice("en-us", "Annie", 165, 50, 50),
    EspeakVoice("en-us", "steph", 160, 45, 55),
    EspeakVoice("en-us", "", 170, 40, 50),
    EspeakVoice("en-us", "m3", 165, 45, 50),
    EspeakVoice("en", "f4", 165, 50, 45),
    EspeakVoice("en-us", "Alicia", 160, 50, 50),
)


def caller_voice(split: Split, random: Random) -> EspeakVoice:
    """A caller; rates, pitches and ranges come in a few steps so that sentences can be kept and reused."""
    return EspeakVoice(
        language=random.choice(_ACCENTS),
        variant=random.choice(TRAIN_VARIANTS if split == "train" else TEST_VARIANTS),
        rate_wpm=random.choice((130, 145, 160, 175, 190, 210, 235)),
        pitch=random.choice((25, 40, 50, 60, 75)),
        pitch_range=random.choice((35, 50, 65, 80)),
    )


def agent_voice(random: Random) -> EspeakVoice:
    """An agent."""
    return random.choice(_AGENT_VOICES)
