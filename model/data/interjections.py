"""What is heard over somebody's speech or in a silence: backchannels, asides, noises, other voices."""

from typing import Final

from model.data import scripts
from model.data.acoustics import Sound, in_background, to_somebody_else
from model.data.clips import Clip, clips_of
from model.data.delivery import FRAME_SAMPLES
from model.data.noises import lasting, sudden
from model.data.scene import Scene
from model.data.stage import OverlapKind, add
from model.data.timing import stop_ms
from model.data.voices import draw_bystander
from model.streams import AGENT_TEXT

_MURMURS: Final = {
    "mm-hm": ("mm-hm.", "mm-hm."),
    "uh-huh": ("uh-huh.", "ajá."),
    "i see": ("I see.", "Entiendo."),
    "okay": ("okay.", "vale."),
    "right": ("right.", "claro."),
    "one moment": ("One moment.", "Un momento."),
}
"""How the agent says its small utterances, in English and in Spanish."""
_BACKCHANNELS: Final = ("mm-hm", "mm-hm", "mm-hm", "uh-huh", "i see", "okay", "right")


def agent_backchannel(scene: Scene, at: int) -> None:
    """Let the agent say "mm-hm" at a frame, without taking the floor."""
    murmur(scene, scene.random.choice(_BACKCHANNELS), at)


def murmur(scene: Scene, name: str, at: int) -> int:
    """Let the agent give one of its small utterances; gives the frame it ends."""
    clip = scene.agent_says(_MURMURS[name][scene.language == "es"])
    return at if clip is None else scene.stage.say_agent(clip, at, text=AGENT_TEXT.index(name))


def caller_backchannel(scene: Scene, clip: Clip, begin: int, onset: int) -> int:
    """Let the caller say "mm-hm" over the agent's `clip`, which goes on; rarely it falters all the same.

    Gives the frame at which the agent has finished.
    """
    turn = scripts.backchannel(scene.random, scene.language)
    pieces = scene.pieces(turn)
    if not pieces:
        return scene.stage.say_agent(clip, begin)
    said, language = pieces[0]
    end = scene.stage.say_caller(said, onset, 0, language)
    scene.stage.overlap(onset, end, "backchannel")
    if scene.random.random() > 0.08 or scene.manners.patient:
        finished = scene.stage.say_agent(clip, begin)
        if scene.random.random() < 0.25 and end + scene.frames(1_500) < finished:
            again = scripts.backchannel(scene.random, scene.language)
            later = end + scene.frames(scene.random.uniform(500, 1_200))
            for piece, spoken_in in scene.pieces(again):
                scene.stage.overlap(later, scene.stage.say_caller(piece, later, 0, spoken_in), "backchannel")
        return finished
    stops = onset + scene.frames(stop_ms(scene.random))
    ended = scene.stage.say_agent(clip, begin, upto=stops)
    resumes = max(ended, end) + scene.frames(scene.random.uniform(300, 1_200))
    scene.stage.free(max(ended, end), resumes, weight=0.5)
    scene.stage.may_speak(max(ended, end), resumes)
    return scene.stage.say_agent(clip, resumes, since=max(ended - begin, 0))


def something_beside(scene: Scene, onset: int) -> tuple[int, OverlapKind]:
    """A noise, somebody in the room, or the caller to somebody else; gives the frame it ends, and what."""
    draw = scene.random.random()
    if draw < 0.45:
        return _mix(scene, sudden(scene.split, scene.random), onset), "noise"
    if draw < 0.75:
        return aside(scene, onset), "aside"
    return background_speech(scene, onset), "background"


def aside(scene: Scene, onset: int) -> int:
    """The caller says something to somebody else; gives the frame it ends."""
    language = scene.caller_language()
    turn = scripts.spoken("aside", scene.split, scene.random, language)
    clips = clips_of(turn.sentences[0], scene.caller.speaking(turn.sentences[0].language))
    at = onset
    for clip in clips:
        scene.stage.voice_weight[at : at + clip.frames] = 0.0
        _mix(scene, to_somebody_else(clip.audio, scene.random.gauss(-8, 2)), at)
        at += clip.frames + scene.frames(scene.random.uniform(50, 350))
    return at


def background_speech(scene: Scene, onset: int) -> int:
    """Somebody else talks in the room; gives the frame it ends."""
    voice = draw_bystander(scene.split, scene.language, scene.random)
    name = scene.random.choice(("aside", "television", "free"))
    turn = scripts.spoken(name, scene.split, scene.random, voice.language)
    clips = clips_of(turn.sentences[0], voice)
    level_db = scene.random.gauss(-15, 3)
    at = onset
    for clip in clips:
        at = _mix(scene, in_background(clip.audio, level_db), at)
    return at


def surroundings(scene: Scene) -> None:
    """What goes on around the call: noises anywhere, a television, several people talking, a line's tones."""
    stage, random = scene.stage, scene.random
    for _ in range(random.choice((0, 0, 1, 1, 2, 3))):
        onset = random.randrange(stage.frames)
        if stage.caller_voice[max(onset - 5, 0) : onset + 40].any() and random.random() < 0.7:
            continue
        end, what = something_beside(scene, onset)
        end = min(end, stage.frames)
        if end <= onset:
            continue
        alone = not stage.caller_voice[onset:end].any() and not stage.barge_weight[onset:end].any()
        if alone and bool(stage.agent_voice[onset : min(onset + 20, end)].all()):
            stage.overlap(onset, end, what)
    draw = random.random()
    if draw < 0.1:
        _television(scene)
    elif draw < 0.14:
        _crowd(scene)
    elif draw < 0.24:
        _tones(scene)


def _television(scene: Scene) -> None:
    voices = [draw_bystander(scene.split, scene.language, scene.random) for _ in range(2)]
    level_db, at = scene.random.uniform(-26, -10), scene.random.randrange(200)
    while at < scene.stage.frames:
        voice = scene.random.choice(voices)
        turn = scripts.spoken("television", scene.split, scene.random, voice.language)
        for clip in clips_of(turn.sentences[0], voice):
            at = _mix(scene, in_background(clip.audio, level_db), at) + scene.random.randint(5, 60)
        at += scene.random.randint(10, 120)


def _crowd(scene: Scene) -> None:
    """Babble: four people at once, far away, all the time."""
    level_db = scene.random.uniform(-30, -18)
    for _ in range(4):
        voice = draw_bystander(scene.split, scene.language, scene.random)
        turn = scripts.spoken("television", scene.split, scene.random, voice.language)
        at = scene.random.randrange(100)
        clips = clips_of(turn.sentences[0], voice)
        while clips and at < scene.stage.frames:
            for clip in clips:
                at = _mix(scene, in_background(clip.audio, level_db), at) + scene.random.randint(1, 10)


def _tones(scene: Scene) -> None:
    """Music on hold, a dial tone or a fax on the caller's line, for part of the call or all of it."""
    sound = lasting(scene.random, scene.random.triangular(2, 20, 5))
    _mix(scene, sound, scene.random.randrange(scene.stage.frames))


def _mix(scene: Scene, sound: Sound, at: int) -> int:
    add(scene.stage.caller, sound, at * FRAME_SAMPLES)
    return at + len(sound) // FRAME_SAMPLES
