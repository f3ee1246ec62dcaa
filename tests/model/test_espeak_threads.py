import subprocess
import sys

_TEN_AT_ONCE = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from model.espeak import EspeakVoice, synthesise
together = Barrier(10)
def speak(k):
    together.wait()
    return synthesise("hello there", EspeakVoice("en-us", "f3")).audio.size
with ThreadPoolExecutor(10) as threads:
    sizes = list(threads.map(speak, range(10)))
assert min(sizes) > 0.9 * max(sizes), sizes
"""


def test_threads_that_speak_first_together_are_all_heard():
    subprocess.run([sys.executable, "-c", _TEN_AT_ONCE], check=True)  # noqa: S603 - our own
