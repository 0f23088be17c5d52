"""Sends a file of orders in one request and reads its answer while it still goes out; a process of its own.

echo '{"port": 8000, "path": "/...", "token": "...", "file": "orders.ndjson", "key": "k"}' | python -m bench.stream
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any


def run(port: int, path: str, token: str, file: str, key: str) -> dict[str, Any]:
    """How many orders were placed, and the seconds from the first byte sent to the last byte answered."""
    body = Path(file).read_bytes()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Type: application/x-ndjson\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode()
    connection = socket.create_connection(("127.0.0.1", port))
    started = time.perf_counter()
    sender = threading.Thread(target=connection.sendall, args=(head + body,))
    sender.start()
    last = first = b""
    while piece := connection.recv(1 << 18):
        first = first or piece[:600]
        last = (last + piece)[-2000:]
    seconds = time.perf_counter() - started
    sender.join()
    ended = re.search(rb'\{"end": ?true[^\n]*', last)
    if not ended:
        raise RuntimeError(f"{first!r} … {last[-600:]!r}")
    end = json.loads(ended[0])
    return {"placed": end["placed"], "refused": end["refused"], "seconds": seconds, "cpu_seconds": time.process_time()}


def main() -> int:
    """Read what to send from the input, write what became of it to the output."""
    print(json.dumps(run(**json.load(sys.stdin))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
