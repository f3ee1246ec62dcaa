"""How a word sounds, in the phones of the acoustic model (ARPAbet without stress).

First the dictionary that the pocketsphinx package carries (CMUdict); for a word it lacks, espeak-ng's
letter-to-sound rules, mapped phone by phone.
"""

import mmap
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import pocketsphinx

from model.espeak import EspeakVoice, synthesise

MODEL_PATH: Final = Path(pocketsphinx.get_model_path()) / "en-us"

_DICTIONARY: Final = MODEL_PATH / "cmudict-en-us.dict"
_ADDED: Final = {
    "yup": ("Y AH P",),
    "nah": ("N AA",),
    "mhm": ("AH M HH AH M", "M HH AH M"),
    "wanna": ("W AA N AH", "W AO N AH"),
    "uh": ("AH", "AA"),
    "um": ("AH M",),
    "yeah": ("Y AE", "Y AE AH", "Y EH"),
}
"""Words the dictionary lacks or gives too narrowly."""

_MNEMONICS: Final = """
a=AE aa=AE A:=AA A=AA A@=AA+R O=AO O:=AO O@=AO+R o@=AO+R 0=AA 0#=AA V=AH @=AH @2=AH @5=AH a#=AH E=EH
e=EH e@=EH+R I=IH I#=IH I2=IH i=IY i:=IY i@=IY+AH i@3=IH+R U=UH u=UW u:=UW U@=UH+R 3=ER 3:=ER @L=AH+L
aI=AY eI=EY OI=OY aU=AW oU=OW aI@=AY+AH aI3=AY+ER aU@=AW+ER IR=IH+R VR=ER o=OW oU#=OW O2=AO b=B d=D D=DH
f=F g=G h=HH j=Y k=K l=L m=M n=N N=NG p=P r=R r-=R s=S S=SH t=T t#=T T=TH v=V w=W z=Z Z=ZH dZ=JH tS=CH
x=K ?= n-=AH+N m-=AH+M t2=T d#=D w#=W z#=Z x2=K l-=AH+L
"""
_ESPEAK_PHONES: Final = {
    name: arpabet.replace("+", " ")
    for name, _, arpabet in (pair.partition("=") for pair in _MNEMONICS.split())
}
"""espeak-ng's en-us mnemonics without their stress marks, as ARPAbet."""


def pronunciations(word: str) -> tuple[str, ...]:
    """Say how `word` (lower case) sounds: one or more pronunciations, phones separated by spaces.

    Empty when nothing can be said about it (a sign without a sound).
    """
    if word in _ADDED:
        return _ADDED[word]
    return _from_dictionary(word) or _from_letters(word)


def dictionary_entries() -> Iterator[tuple[str, str]]:
    """Every word of the dictionary and one of its pronunciations, phones separated by spaces."""
    for line in _DICTIONARY.read_text().splitlines():
        entry, _, phones = line.partition(" ")
        yield entry.partition("(")[0], phones


@cache
def _dictionary() -> mmap.mmap:
    with _DICTIONARY.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


@cache
def _where(letter: str) -> int:
    """The offset of the first entry that begins with `letter`: entries are in the order of their letters."""
    return max(0, _dictionary().find(f"\n{letter}".encode()))


@lru_cache(maxsize=4_096)
def _from_dictionary(word: str) -> tuple[str, ...]:
    text = _dictionary()
    begin_at = _where(word[0])
    end_at = _where(chr(ord(word[0]) + 1)) if "a" <= word[0] < "z" else len(text)
    found: list[str] = []
    for number in range(1, 6):
        entry = word if number == 1 else f"{word}({number})"
        at = text.find(f"\n{entry} ".encode(), begin_at, end_at + 1)
        if at < 0:
            break
        begin = at + len(entry.encode()) + 2
        found.append(text[begin : text.find(b"\n", begin)].decode().strip())
    return tuple(found)


@lru_cache(maxsize=4_096)
def _from_letters(word: str) -> tuple[str, ...]:
    """espeak-ng's phonemes of the word as ARPAbet; the few it has no counterpart for are left out."""
    events = synthesise(word, EspeakVoice(language="en-us", rate_wpm=300)).phonemes
    sounded = " ".join(phone for event in events for phone in espeak_phones(event.name))
    return (sounded,) if sounded else ()


def espeak_phones(name: str) -> tuple[str, ...]:
    """The phones of one of espeak-ng's phoneme events; none for pauses and marks."""
    return tuple(_ESPEAK_PHONES.get(name.lstrip("',%="), "").split())
