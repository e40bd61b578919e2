"""Tokens for a million contacts in one streamed request: how many a second, and that memory does not grow."""

import http.client
import json
import pathlib
import threading
import time

from .options import fail

CONTACTS = 1_000_000
IN_A_WRITE = 1000
RESET_PEAK = "5"


def send(connection, contact):
    """Writes the contacts, a line each, while the answer is read."""
    try:
        for first in range(0, CONTACTS, IN_A_WRITE):
            connection.send("".join(f"{contact(number)}\n" for number in range(first + 1, first + IN_A_WRITE + 1)).encode())
    except OSError:
        # The host answered before it had read everything; the answer says why.
        pass


def read(answer):
    """How many lines it has, and the last one."""
    lines, tail = 0, b""
    while piece := answer.read(1 << 16):
        lines += piece.count(b"\n")
        tail = (tail + piece)[-500:]
    return lines, json.loads(tail.splitlines()[-1])


def line(host, api, message, contact):
    """A line about it for the page."""
    process = pathlib.Path(f"/proc/{host.server.process.pid}")
    before = host.memory_mib("VmRSS")
    (process / "clear_refs").write_text(RESET_PEAK)
    cpu, begin = host.cpu_seconds(), time.monotonic()
    connection = api.connect()
    connection.putrequest("POST", f"/v1/messages/{message}/tokens")
    size = sum(len(contact(number)) + 1 for number in range(1, CONTACTS + 1))
    for name, value in {**api.headers(), "content-type": "text/plain", "content-length": size}.items():
        connection.putheader(name, str(value))
    connection.endheaders()
    sender = threading.Thread(target=send, args=(connection, contact), daemon=True)
    sender.start()
    try:
        answer = connection.getresponse()
    except OSError as error:
        return f"tokens as a stream are left out: {error!r}"
    if answer.status != 200:
        return f"tokens as a stream are left out: the host answered {answer.status}"
    try:
        lines, last = read(answer)
    except (OSError, http.client.HTTPException, json.JSONDecodeError) as error:
        fail(f"tokens for {CONTACTS:,} contacts in one request: {error!r}")
    seconds = time.monotonic() - begin
    sender.join()
    connection.close()
    if last.get("sent") != CONTACTS or lines != CONTACTS + 1:
        fail(f"{lines:,} lines came for {CONTACTS:,} contacts, the last was {last}")
    each = (host.cpu_seconds() - cpu) / CONTACTS * 1e6
    return (
        f"tokens for {CONTACTS:,} contacts in one request: {seconds:.0f} s, {CONTACTS / seconds:,.0f} a second, {each:.0f} µs CPU each; "
        f"memory {before:.0f} MiB before, at most {host.memory_mib():.0f} MiB meanwhile"
    )
