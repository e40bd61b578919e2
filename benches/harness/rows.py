"""The rows of a run: what is measured in each round, and how."""

import time
from dataclasses import dataclass
from typing import Callable, Optional

from . import generator, others, subjects

NGINX = "nginx `return 302`, one worker"
WASMTIME = "hello-world under `wasmtime serve`"
COMMIT = "SQLite commit of one row (Python)"
# Hello-world at half load says what the platform and the machine take of a 99th percentile.
HALF = (subjects.HELLO, subjects.IDENTIFIED, subjects.GET, subjects.SET)
# What the variants are measured with: start of an instance, both stores, the key-value store alone.
REUSED = (subjects.HELLO, subjects.IDENTIFIED, subjects.GET)
STORED = (subjects.IDENTIFIED, subjects.GET, subjects.SET)


@dataclass
class Row:
    """`measure` is given what this round has measured so far, by name. `like` is the row that this one varies."""

    name: str
    measure: Callable
    items: int = 1
    unit: str = ""
    variant: str = ""
    like: Optional[str] = None
    compared: bool = False


class Measuring:
    """Measures subjects with the options of this run."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder

    def subject(self, fixture, subject, rate_of=None):
        """A way to measure it: as fast as it goes, or at half the rate that `rate_of` had in the same round."""

        def measure(round_so_far):
            rate = round_so_far[rate_of]["rate"] / 2 if rate_of else None
            if subject.script:
                measured, in_flight = generator.wrk(
                    fixture.api.base, subject.script, self.options.seconds, self.folder, fixture.host, rate
                )
            else:
                measured, in_flight = generator.one_caller(
                    fixture.api, subject.request, self.options.seconds, fixture.host
                )
            fixture.count(subject.stores, measured["requests"] * subject.items, in_flight * subject.items)
            return measured

        return measure

    def main(self, fixture):
        rows = []
        for subject in subjects.of(fixture):
            measure = self.subject(fixture, subject)
            rows.append(Row(subject.name, measure, subject.items, subject.unit, compared=subject.script is not None))
            if subject.name in HALF:
                measure = self.subject(fixture, subject, rate_of=subject.name)
                rows.append(Row(half(subject.name), measure, like=subject.name))
        return [row for row in rows if self.wanted(row, rows)]

    def wanted(self, row, rows):
        """Of what is left out nobody needs the figure in the same round."""
        needed = row.name == subjects.HELLO or any(
            other.like == row.name and self.options.wants(other.name) for other in rows
        )
        return needed or self.options.wants(row.name)

    def beside(self, server, name, path):
        def measure(_):
            script = subjects.path_script(path)
            measured, _in_flight = generator.wrk(server.base, script, self.options.seconds, self.folder, server)
            return measured

        return Row(name, measure, compared=True)

    def commit(self):
        def measure(_):
            cpu, begin = time.process_time(), time.perf_counter()
            times = others.commits(self.folder, self.options.seconds)
            seconds = time.perf_counter() - begin
            used = {"cpu": (time.process_time() - cpu) / len(times) * 1e6, "settled": 0}
            return generator.from_times(times, seconds, used)

        return Row(COMMIT, measure)

    def variant(self, fixture, label, names):
        """The same subjects on a host that was started differently; they stand beside those of the first host."""
        of_this = [subject for subject in subjects.of(fixture) if subject.name in names]
        return [
            Row(f"{subject.name} [{label}]", self.subject(fixture, subject), variant=label, like=subject.name)
            for subject in of_this
            if self.options.wants(f"{subject.name} [{label}]")
        ]


def half(name):
    return f"{name}, at half of that"
