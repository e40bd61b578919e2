"""`make bench`: all subjects in turn, round by round."""

import shutil
import sys
import time

from . import generator, others, page, promises, rows, subjects
from .fixture import Fixture, key_of_new_organisation
from .host import Host, Redis
from .processes import last_lines


# Seconds: what was answered while SQLite was slow waits in the host's memory for a while.
RECORDED_WITHIN = 20


def say(text):
    print(text, file=sys.stderr, flush=True)


class Bench:
    def __init__(self, options, folder, started):
        self.options, self.folder, self.started = options, folder, started
        self.measuring = rows.Measuring(options, folder)
        self.fixtures, self.left_out = [], []

    def fixture(self, host):
        _, key = key_of_new_organisation(host.administration())
        self.fixtures.append(Fixture(host.base, key, host))
        return self.fixtures[-1]

    def elsewhere(self):
        """The rows of a deployment that is running somewhere."""
        fixture = Fixture(self.options.base, self.options.key)
        self.fixtures.append(fixture)
        return self.measuring.main(fixture)

    def here(self):
        """The rows of our host and of what it stands beside."""
        host = Host(self.folder / "host")
        self.started.callback(host.stop)
        host.must_start()
        main = self.measuring.main(self.fixture(host))
        for name, make, path in ((rows.WASMTIME, others.wasmtime, "/"), (rows.NGINX, others.nginx, "/")):
            if self.options.wants(name):
                self.add_beside(main, name, make, path)
        if self.options.wants(rows.COMMIT):
            main.append(self.measuring.commit())
        for count in self.options.reuse:
            label = f"{count:,} request{'s' if count != 1 else ''} an instance, not 2000 to 4000"
            main += self.variant(label, rows.REUSED, f"reuse-{count}", reuse=count)
        for kind in self.options.kv:
            label = f"key-value store on {kind.capitalize()}, not SQLite"
            main += self.variant(label, rows.STORED, kind, redis=True)
        return main

    def add_beside(self, main, name, make, path):
        try:
            server = make(self.folder)
        except others.LeftOut as why:
            self.left_out.append(f"{name}: {why}")
            return
        self.started.callback(server.stop)
        main.append(self.measuring.beside(server, name, path))

    def variant(self, label, names, place, reuse=None, redis=False):
        if not any(self.options.wants(f"{name} [{label}]") for name in names):
            return []
        try:
            host = Host(self.folder / place, reuse, self.redis(place) if redis else None)
            self.started.callback(host.stop)
            if not host.start():
                raise others.LeftOut(last_lines(host.server.printed(), 2))
        except others.LeftOut as why:
            self.left_out.append(f"{label}: {why}")
            return []
        return self.measuring.variant(self.fixture(host), label, names)

    def redis(self, place):
        folder = self.folder / f"{place}-server"
        folder.mkdir()
        server = Redis(others.program("redis-server", "redis-server"), folder)
        self.started.callback(server.stop)
        if not server.wait_for_port(server.port):
            raise others.LeftOut(f"redis-server did not start: {last_lines(server.printed(), 2)}")
        return server

    def measure(self, wanted):
        """What each row gave, in each round."""
        results = {row.name: [] for row in wanted}
        for number in range(self.options.rounds):
            begin = time.monotonic()
            so_far = {}
            for row in wanted:
                so_far[row.name] = row.measure(so_far)
                results[row.name].append(so_far[row.name])
            say(f"round {number + 1} of {self.options.rounds}: {time.monotonic() - begin:.0f} s")
        return results

    def compare_stored(self):
        """A line for each thing that was promised to be stored."""
        lines, good, begin = [], True, time.monotonic()
        for fixture in self.fixtures:
            stored = fixture.stored()
            while time.monotonic() < begin + RECORDED_WITHIN and any(stored[what] < n for what, n in fixture.answered.items()):
                time.sleep(1)
                stored = fixture.stored()
            where = "" if fixture is self.fixtures[0] else f" ({fixture.host.folder.name})"
            for what, answered in sorted(fixture.answered.items()):
                # What was in flight when the generator stopped was answered without being counted by it.
                fits = answered <= stored[what] <= answered + fixture.slack[what]
                good &= fits
                verdict = "yes" if fits else "NO"
                lines.append(f"stored equals answered: {what}{where}: {answered:,} answered, {stored[what]:,} stored: {verdict}")
        return lines, good

    def memory(self):
        if self.options.base:
            return []
        hosts = [fixture.host for fixture in self.fixtures]
        ready = ", ".join(f"{host.ready_after:.2f}" for host in hosts)
        return [
            f"ready on empty states after {ready} s; the first time components are compiled if they never ran here",
            f"peak memory after all of this {hosts[0].memory_mib():.0f} MiB; {generator.CONNECTIONS} connections, "
            f"{self.options.rounds} rounds of {self.options.seconds} s",
        ]


def run(options, folder, started):
    facts = page.facts(options.base)
    if shutil.disk_usage(folder).free < 2 << 30:
        say(f"bench: less than 2 GiB are free in {folder.parent}; TMPDIR=folder names another place")
    bench = Bench(options, folder, started)
    wanted = bench.elsewhere() if options.base else bench.here()
    warm_up(bench)
    say(f"{len(wanted)} rows, {options.rounds} rounds, about {len(wanted) * options.rounds * (options.seconds + 0.4) / 60:.0f} minutes")
    results = bench.measure(wanted)
    lines, good = bench.compare_stored()
    lines = [*promises.lines(results), *bench.memory(), *errors(results), *backlogs(results), *lines]
    if not options.base and subjects.CHECK_ONE not in results and options.whole:
        bench.left_out.append("consent check: `POST /v1/consent/check` is not there yet")
    first = [row for row in wanted if not row.variant]
    variants = [row for row in wanted if row.variant]
    text = "\n\n".join([page.caption(facts, options.command), page.main_table(first, results), code(lines)])
    text += "".join(f"\n\nLeft out: {why}." for why in bench.left_out)
    tables = {"figures": text}
    if variants:
        tables["variants"] = f"{page.caption(facts, options.command)}\n\n{page.variants_table(variants, results)}"
    print("\n\n".join(tables.values()))
    if options.whole and good:
        for block, table in tables.items():
            page.write(block, table)
        say(f"written to {page.PAGE}")
    return good


def errors(results):
    """The host answers 503 where a store takes too long, which happens where the machine does other things too."""
    found = {name: sum(one["wrong"] for one in rounds) for name, rounds in results.items()}
    return [f"answers that were errors, not counted as requests: {name}: {wrong:,}" for name, wrong in found.items() if wrong]


def backlogs(results):
    """Where more is answered than can be recorded meanwhile."""
    longest = {name: max(one["settled"] for one in rounds) for name, rounds in results.items()}
    return [f"busy for {seconds:.1f} s after the last answer: {name}" for name, seconds in longest.items() if seconds > 1]


def code(lines):
    return "\n".join(["```text", *lines, "```"])


def warm_up(bench):
    """Not measured: hello-world and the first pages of everything."""
    for fixture in bench.fixtures:
        fixture.api.call("GET", f"/v1/messages/{fixture.message}/stats")
