"""What the agent of an evaluation has to say: the same few lines in the same situations."""

from functools import cache
from typing import Final

import numpy as np

from config.units import SAMPLES_PER_MS
from model.evaluate.recording import SOUND_RMS
from model.voice.house import HouseVoice

STATEMENTS: Final = {
    "en": (
        "Your order left our warehouse on Monday morning and was handed to the carrier the same day. It "
        "should reach the depot in your city tomorrow night, and the driver will ring you half an hour "
        "before he comes to your door, so please keep your telephone close at hand.",
        "I have looked at your account and found two invoices from the month of October. The first one "
        "has been paid in full, and the second one is still open because the card you used for it has "
        "expired. You can pay it online, by bank transfer, or with me right now on the telephone.",
        "The technician can come to you on Wednesday between nine and eleven, or on Thursday after "
        "three in the afternoon. He will bring the spare part with him, and the repair takes about "
        "forty minutes. You do not have to prepare anything, but somebody over eighteen has to be at "
        "home.",
        "You can return the item within thirty days, as long as it is in its original packaging. I will "
        "send you a label by email which you can print and put on the parcel, and as soon as it has "
        "arrived with us we will pay the money back to your account, which takes three to five working "
        "days.",
    ),
    "es": (
        "Su pedido salió de nuestro almacén el lunes por la mañana y fue entregado al transportista ese "
        "mismo día. Debería llegar mañana por la noche al centro de su ciudad, y el conductor le "
        "llamará media hora antes de llegar a su puerta, así que tenga el teléfono cerca, por favor.",
        "He mirado su cuenta y he encontrado dos facturas del mes de octubre. La primera está pagada "
        "por completo, y la segunda sigue abierta porque la tarjeta que utilizó ha caducado. Puede "
        "pagarla por internet, por transferencia bancaria, o conmigo ahora mismo por teléfono.",
        "El técnico puede ir a su casa el miércoles entre las nueve y las once, o el jueves después de "
        "las tres de la tarde. Llevará la pieza de repuesto, y la reparación dura unos cuarenta "
        "minutos. No tiene que preparar nada, pero alguien mayor de edad tiene que estar en casa.",
    ),
}
"""Long enough (12 s and more) to be spoken over."""
REPLIES: Final = {
    "en": (
        "Thank you, I see what you mean. Let me have a look at that for you, it will only take a moment.",
        "All right, I have written that down, and I will take care of it for you straight away.",
    ),
    "es": (
        "Gracias, entiendo lo que me dice. Déjeme mirarlo un momento, no tardaré nada.",
        "De acuerdo, lo he apuntado y me ocupo de ello ahora mismo.",
    ),
}
QUESTIONS: Final = {
    "en": {
        "free": "Hello, how can I help you?",
        "story": "Could you tell me what happened?",
        "digits": "What is your order number? It has six digits.",
        "yes_no": "Is there anything else I can do for you?",
        "date": "Which day would suit you?",
        "choice": "Is this about an order, a delivery, or a bill?",
    },
    "es": {
        "free": "Hola, ¿en qué puedo ayudarle?",
        "story": "¿Podría contarme qué ha pasado?",
        "digits": "¿Cuál es su número de pedido? Tiene seis cifras.",
        "yes_no": "¿Puedo hacer algo más por usted?",
        "date": "¿Qué día le vendría bien?",
        "choice": "¿Se trata de un pedido, de una entrega o de una factura?",
    },
}
REMINDERS: Final = {
    "en": ("Certainly, I will tell you when it is time.", "It is time now, as you asked me to tell you."),
    "es": ("Claro, le aviso cuando sea la hora.", "Ya es la hora, tal como me pidió que le avisara."),
}
CORRECTIONS: Final = {
    "en": (
        "Your parcel will be with you on Tuesday the 24th of November.",
        "I must correct myself: order 1 0 4 2 3 3 will be with you on Friday the 27th, between 9 and 12.",
    ),
    "es": (
        "Su paquete le llegará el martes 24 de noviembre.",
        "Debo corregirme: el pedido 1 0 4 2 3 3 le llegará el viernes 27, entre las 9 y las 12.",
    ),
}


def tag_of(language: str) -> str:
    """The BCP 47 tag of a call in a language."""
    return "es-419" if language == "es" else "en-US"


@cache
def spoken_ms(text: str, language: str) -> int:
    """How long the agent's voice takes for a text in a language (en, es)."""
    clauses = HouseVoice().speak(text, tag_of(language))
    return sum(len(speech.audio) for speech in clauses) // SAMPLES_PER_MS


_EARLIEST_MS: Final = 2_200
_LATEST_MS: Final = 5_800
_MUST_SOUND_MS: Final = 900
_STEP_MS: Final = 50


@cache
def mid_speech_ms(text: str, language: str) -> tuple[int, ...]:
    """Moments of a text, ms from its first sound, at which the voice goes on for a while without a breath.

    Whoever speaks over it there can only be answered by stopping, not by a pause that was due anyway.
    """
    sound = np.concatenate([speech.audio for speech in HouseVoice().speak(text, tag_of(language))]).astype(
        np.float64
    )
    step = _STEP_MS * SAMPLES_PER_MS
    blocks = sound[: sound.size // step * step].reshape(-1, step)
    silent = np.sqrt(np.square(blocks).mean(1)) <= SOUND_RMS
    silent = silent[:-1] & silent[1:]
    ahead = _MUST_SOUND_MS // _STEP_MS
    moments = range(_EARLIEST_MS // _STEP_MS, _LATEST_MS // _STEP_MS)
    return tuple(k * _STEP_MS for k in moments if not silent[max(k - 2, 0) : k + ahead].any())
