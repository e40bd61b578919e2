"""`make bench-imports`: a file of decisions, beside `sqlite3 .import` of the same rows in the same round."""

import hashlib
import http.client
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import threading
import time

from . import page
from .bench import code, say
from .fixture import key_of_new_organisation
from .host import Api, Host
from .options import fail
from .processes import TICK

IN_A_WRITE = 1 << 18
RESET_PEAK = "5"
MICROS = 1_515_471_711_277_000
BYTES_EACH = 3000
KNOWN_SHARE = 10


def consent_line(number, micros):
    """One of a million people, all of whose flags are said; the identifiers are in no order, as in real files."""
    value = hashlib.md5(str(number).encode()).hexdigest()
    return f"device^idfa^{value}^set^gdpr^dc=1&al={number % 2}&tg=1&cd=1&sh=0&re=1^{micros}\n"


def write_files(folder, lines):
    """The file, a newer one about some of the same people, and the same rows as `.import` reads them."""
    consents, newer, rows = folder / "consents.txt", folder / "newer.txt", folder / "rows.txt"
    with consents.open("w") as one, newer.open("w") as two, rows.open("w") as three:
        for number in range(lines):
            line = consent_line(number, MICROS + number)
            one.write(line)
            three.write(line)
            if number < lines // KNOWN_SHARE:
                two.write(consent_line(number, MICROS + lines + number))
    return consents, newer, rows


def use_all_processors(pid):
    """An import reads and stores at once, so that the host needs more than the processor it was started on."""
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), range(os.cpu_count()))


def cpu_of_threads(pid, name):
    """CPU seconds of the threads with this name."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        text = (task / "stat").read_text()
        if f"({name}" in text:
            fields = text.rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICK


def send(connection, path):
    with path.open("rb") as file:
        try:
            while piece := file.read(IN_A_WRITE):
                connection.send(piece)
        except OSError:
            # The host answered before it had read everything; the answer says why.
            pass


def posted(host, api, path, key):
    """One import: seconds, CPU seconds, those of SQLite's writer, and memory."""
    process = pathlib.Path(f"/proc/{host.server.process.pid}")
    before = host.memory_mib("VmRSS")
    (process / "clear_refs").write_text(RESET_PEAK)
    pid = host.server.process.pid
    cpu, writer, begin = host.cpu_seconds(), cpu_of_threads(pid, "sqlite-writer"), time.monotonic()
    connection = api.connect()
    connection.putrequest("POST", "/v1/imports")
    headers = {**api.headers(), "content-type": "text/plain", "content-length": path.stat().st_size, "idempotency-key": key}
    for name, value in headers.items():
        connection.putheader(name, str(value))
    connection.endheaders()
    sender = threading.Thread(target=send, args=(connection, path), daemon=True)
    sender.start()
    try:
        answer = connection.getresponse()
        tail = b""
        while piece := answer.read1(1 << 16):
            tail = (tail + piece)[-1000:]
        last = json.loads(tail.splitlines()[-1])
    except (OSError, http.client.HTTPException, json.JSONDecodeError, IndexError) as error:
        fail(f"{path.name}: {error!r}")
    seconds = time.monotonic() - begin
    sender.join()
    connection.close()
    if not last.get("import", {}).get("complete"):
        fail(f"{path.name} is not complete: {last}")
    return {
        "accepted": last["import"]["accepted"],
        "seconds": seconds,
        "cpu": host.cpu_seconds() - cpu,
        "writer": cpu_of_threads(pid, "sqlite-writer") - writer,
        "before": before,
        "peak": host.memory_mib(),
    }


def shell_import(folder, rows, table):
    """`sqlite3 .import` into a new file."""
    database = folder / "import.db"
    database.unlink(missing_ok=True)
    commands = f"{table}\n.separator ^\n.import {rows} line\n"
    begin, before = time.monotonic(), os.times()
    subprocess.run(["sqlite3", database], input=commands, text=True, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {"seconds": time.monotonic() - begin, "cpu": cpu}


COLUMNS = "idt TEXT, dt TEXT, idv TEXT, action TEXT, pr TEXT, flags TEXT, ts TEXT"
WITH_KEY = f"CREATE TABLE line ({COLUMNS}, PRIMARY KEY (idt, dt, idv));"
WITHOUT_KEY = f"CREATE TABLE line ({COLUMNS});"


def measured(folder, lines, files):
    consents, newer, rows = files
    state = folder / "import"
    host = Host(state)
    try:
        host.must_start()
        use_all_processors(host.server.process.pid)
        api = Api(host.base, key_of_new_organisation(host.administration())[1])
        found = {
            "new people": (posted(host, api, consents, "first-file"), lines),
            "the same file again": (posted(host, api, consents, "first-file"), lines),
            "known people": (posted(host, api, newer, "newer-file"), lines // KNOWN_SHARE),
        }
        for what, (import_, count) in found.items():
            if import_["accepted"] != count:
                fail(f"{what}: {import_['accepted']:,} of {count:,} lines are accepted")
    finally:
        host.stop()
        shutil.rmtree(state)
    found["`sqlite3 .import`, a table with a key"] = (shell_import(folder, rows, WITH_KEY), lines)
    found["`sqlite3 .import`, a table without"] = (shell_import(folder, rows, WITHOUT_KEY), lines)
    return found


HEAD = (
    "| what | lines | seconds | lines/s | CPU µs a line | of it SQLite's writer | memory MiB before | at most |\n"
    "|---|---|---|---|---|---|---|---|"
)


def table_line(what, rounds):
    count = rounds[0][1]
    middle = lambda name: statistics.median(import_[name] for import_, _ in rounds)
    seconds = middle("seconds")
    cells = [what, f"{count:,}", f"{seconds:.2f}", f"{count / seconds:,.0f}", f"{middle('cpu') / count * 1e6:.1f}"]
    if "writer" in rounds[0][0]:
        cells += [f"{middle('writer') / count * 1e6:.1f}", f"{middle('before'):.0f}", f"{middle('peak'):.0f}"]
    else:
        cells += ["–"] * 3
    return f"| {' | '.join(cells)} |"


def run(options, folder, _started):
    if options.base:
        fail("make bench-imports fills databases of its own; leave BASE out")
    if not shutil.which("sqlite3"):
        fail("install sqlite3, the command, first")
    if shutil.disk_usage(folder).free < options.lines * BYTES_EACH:
        fail(f"{folder.parent} needs {options.lines * BYTES_EACH >> 20:,} MiB free. LINES=100000 makes a smaller file")
    facts = page.facts()
    files = write_files(folder, options.lines)
    rounds = []
    for number in range(options.rounds):
        rounds.append(measured(folder, options.lines, files))
        say(f"round {number + 1} of {options.rounds}: " + ", ".join(f"{what} {import_['seconds']:.1f} s" for what, (import_, _) in rounds[-1].items()))
    table = "\n".join([HEAD, *(table_line(what, [one[what] for one in rounds]) for what in rounds[0])])
    text = "\n\n".join([page.caption(facts, options.command), table, code([f"file: {files[0].stat().st_size / 1e6:.1f} MB"])])
    print(text)
    page.write("imports", text)
    say(f"written to {page.PAGE}")
    return True
