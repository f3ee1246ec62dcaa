"""A process that answers texts ended by a null byte, as Apertium's stages do, and goes wrong when told.

Run as `python child.py WORDS`, a JSON object of words and what they become; others come out as they are. The
word "halfway" ends it in the middle of the answer, "forever" is never answered.
"""

import json
import re
import sys
import time


def main() -> None:
    words: dict[str, str] = json.loads(sys.argv[-1])
    text = b""
    while sign := sys.stdin.buffer.read(1):
        if sign != b"\0":
            text += sign
            continue
        said = text.decode()
        if "forever" in said:
            time.sleep(3_600)
        answer = re.sub(r"\w+", lambda word: words.get(word[0].lower(), word[0]), said)
        if "halfway" in said:
            sys.stdout.buffer.write(answer.encode()[: len(answer) // 2])
            sys.stdout.flush()
            sys.exit(3)
        sys.stdout.buffer.write(answer.encode() + b"\0")
        sys.stdout.flush()
        text = b""


if __name__ == "__main__":
    main()
