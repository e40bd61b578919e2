"""`make bench-scale`: the same work on databases of very different sizes, in turn; the cost must stay flat."""

import shutil
import sqlite3
import statistics
import time

from . import audience, generator, page, stream, subjects
from .bench import RECORDED_WITHIN, code, say
from .fill import LINKS, Filling
from .fixture import MAIL, key_of_new_organisation, link_of, mint
from .host import Api, Host
from .options import fail

STARTS = 3
CLICKING = 4000
BYTES_EACH = 400
FLAT = 1.2
TEXT = "".join(f'<a href="https://example.com/{number}">x</a>' for number in range(LINKS - 1))
LINKED = dict(MAIL, content=f"<html><body>{TEXT}</body></html>")


class Sized:
    """A host on a database of one size."""

    def __init__(self, folder, size, started):
        self.folder, self.size = folder / str(size), size
        begin = time.monotonic()
        host = Host(self.folder)
        started.callback(host.stop)
        host.must_start()
        organisation, key = key_of_new_organisation(host.administration())
        api = Api(host.base, key)
        clicked, reported = (api.json("POST", "/v1/messages", LINKED) for _ in range(2))
        host.stop()
        links = [(link["id"], link["kind"]) for link in reported["links"]]
        filling = self.filling = Filling(host.database, organisation, size, (reported["id"], links))
        filling.run()
        self.filled_after = time.monotonic() - begin
        self.people, self.mails = filling.people, filling.mails
        self.clicked, self.reported, self.link = clicked["id"], reported["id"], link_of(clicked, "click")
        self.start(key, started)
        tokens = mint(self.api, self.clicked, filling.contacts_who_agreed(CLICKING))
        if len(set(tokens)) != CLICKING:
            fail(f"{len(set(tokens))} of {CLICKING} people got a token of their own: does benches/harness/fill.py fit the schema?")
        self.script = subjects.cycle(f"/l/{self.link}/", tokens)
        self.newest, self.results, self.lines = self.last_interaction(), {"redirect": [], "report": [], "list": []}, []

    def start(self, key, started):
        """Several times, the last one stays."""
        ready, answered = [], []
        for number in range(STARTS):
            if number:
                self.host.stop()
            self.host = Host(self.folder)
            started.callback(self.host.stop)
            self.host.must_start()
            self.api = Api(self.host.base, key)
            self.api.status_and_body("GET", f"/l/{self.link}/-")
            answered.append(time.monotonic() - self.host.server.begin)
            ready.append(self.host.ready_after)
        self.ready, self.first_answer = statistics.median(ready), statistics.median(answered)
        self.memory_at_start = self.host.memory_mib("VmRSS")

    def last_interaction(self):
        with sqlite3.connect(self.host.database) as connection:
            return connection.execute("SELECT max(id) FROM interaction").fetchone()[0]

    def measure(self, what, load):
        """`load()` puts it on. Reads are counted too: unlike times they do not depend on what else the machine does."""
        before = self.host.server.file_reads()
        measured, slack = load()
        reads = (self.host.server.file_reads() - before) / measured["requests"]
        self.results[what].append(dict(measured, reads=reads))
        return measured["requests"], slack

    def redirect(self, seconds):
        answered = self.measure("redirect", lambda: generator.wrk(self.host.base, self.script, seconds, self.folder, self.host))
        self.take_back(*answered)

    def take_back(self, answered, slack):
        """Compares what was stored, and deletes it, so that the size stays what it is."""
        connection = sqlite3.connect(self.host.database, timeout=30, isolation_level=None)
        begin, added = time.monotonic(), 0
        while added < answered and time.monotonic() < begin + RECORDED_WITHIN:
            time.sleep(0.2)
            added = connection.execute("SELECT count(*) FROM interaction WHERE id > ?", (self.newest,)).fetchone()[0]
        if not answered <= added <= answered + slack:
            self.lines.append(f"stored equals answered: {self.size:,}: {answered:,} answered, {added:,} stored: NO")
        connection.execute("DELETE FROM interaction WHERE id > ?", (self.newest,))
        connection.execute("DELETE FROM interaction_count WHERE message_id = ?", (self.clicked,))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.close()

    def report(self, seconds):
        request = ("GET", f"/v1/messages/{self.reported}/stats", None)
        self.measure("report", lambda: generator.one_caller(self.api, lambda _: request, seconds, self.host))


    def list(self, seconds):
        request = ("GET", f"/v1/messages/{self.reported}/contacts", None)
        self.measure("list", lambda: generator.one_caller(self.api, lambda _: request, seconds, self.host))


HEAD = (
    "| interactions | people | mails | file MiB | redirects/s | CPU µs | × smallest (min–max) | reads "
    "| report p50 ms | CPU ms | × smallest (min–max) | reads "
    "| list p50 ms | CPU ms | × smallest (min–max) | reads | ready s | first answer s | MiB at start | MiB at most |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def table_line(sized, smallest):
    redirect, report, listed = sized.results["redirect"], sized.results["report"], sized.results["list"]
    cells = [
        f"{sized.size:,}",
        f"{sized.people:,}",
        f"{sized.mails:,}",
        f"{sized.host.database.stat().st_size / 2**20:,.0f}",
        page.shown(page.middle(redirect, "rate"), 0),
        page.shown(page.middle(redirect, "cpu"), 0),
        page.ratio_text(cost(sized, smallest, "redirect")),
        page.shown(page.middle(redirect, "reads"), 1),
        page.shown(page.middle(report, "p50"), 1),
        page.shown(page.middle(report, "cpu") / 1000, 1),
        page.ratio_text(cost(sized, smallest, "report")),
        page.shown(page.middle(report, "reads"), 0),
        page.shown(page.middle(listed, "p50"), 1),
        page.shown(page.middle(listed, "cpu") / 1000, 1),
        page.ratio_text(cost(sized, smallest, "list")),
        page.shown(page.middle(listed, "reads"), 0),
        f"{sized.ready:.2f}",
        f"{sized.first_answer:.2f}",
        f"{sized.memory_at_start:.0f}",
        f"{sized.most:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def cost(sized, smallest, what):
    return page.ratios(sized.results[what], smallest.results[what], "cpu")


def verdict(all_sizes, what):
    largest = max(cost(sized, all_sizes[0], what)[0] for sized in all_sizes)
    word = "yes" if largest <= FLAT else "NO"
    return f"CPU time of a {what} at most {FLAT} × the smallest size's: {word}, at most {largest:.2f} ×"


def run(options, folder, started):
    if options.base:
        fail("make bench-scale fills databases of its own; leave BASE out")
    facts = page.facts()
    room = sum(options.sizes) * BYTES_EACH
    if shutil.disk_usage(folder).free < room:
        fail(f"{folder.parent} needs {room >> 20:,} MiB free. TMPDIR=folder names another place, SIZES=1000,100000 smaller databases")
    all_sizes = []
    for size in options.sizes:
        all_sizes.append(Sized(folder, size, started))
        say(f"{size:,} interactions: filled after {all_sizes[-1].filled_after:.0f} s")
    for number in range(options.rounds):
        begin = time.monotonic()
        for measure in (Sized.redirect, Sized.report, Sized.list):
            for sized in all_sizes:
                measure(sized, options.seconds)
        say(f"round {number + 1} of {options.rounds}: {time.monotonic() - begin:.0f} s")
    for sized in all_sizes:
        sized.most = sized.host.memory_mib()
    largest = all_sizes[-1]
    streamed = stream.line(largest.host, largest.api, largest.reported, largest.filling.contact)
    wrong = [line for sized in all_sizes for line in sized.lines]
    lines = [verdict(all_sizes, what) for what in ("redirect", "report", "list")]
    lines += wrong or ["stored equals answered: yes, after each measurement of each size"]
    lines.append(streamed)
    lines += audience.lines(largest.api, largest.reported)
    table = "\n".join([HEAD, *(table_line(sized, all_sizes[0]) for sized in all_sizes)])
    text = "\n\n".join([page.caption(facts, options.command), table, code(lines)])
    print(text)
    if not wrong:
        page.write("scale", text)
        say(f"written to {page.PAGE}")
    return not wrong
