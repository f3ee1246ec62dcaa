"""A peer in its own process that sends 100,000 messages as fast as it can: `flooder.py URL CALL`."""

import base64
import contextlib
import json
import sys

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


def flood(url: str, call_id: str) -> None:
    packet = {
        "event": "media",
        "media": {"track": "inbound", "payload": base64.b64encode(bytes(160)).decode()},
    }
    begin = {"streamSid": "MZ-flood", "callSid": call_id, "accountSid": "AC"}
    with connect(url, compression=None) as peer, contextlib.suppress(ConnectionClosed):
        peer.send(json.dumps({"event": "start", "sequenceNumber": "1", "start": begin}))
        sys.stdout.write("flooding\n")
        sys.stdout.flush()
        for _ in range(100_000):
            peer.send(json.dumps(packet))


if __name__ == "__main__":
    flood(*sys.argv[1:])
