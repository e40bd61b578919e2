"""Tables, and their places in `docs/benchmarks.md`."""

import datetime
import os
import platform
import re
import statistics

from . import subjects
from .options import fail
from .processes import PINNED, ROOT

PAGE = ROOT / "docs/benchmarks.md"
HEAD = (
    "| what one request does | requests/s | p50 ms | p99 ms | CPU µs/request | × hello-world (min–max) "
    "| the same by CPU time |\n|---|---|---|---|---|---|---|"
)
HEAD_OF_VARIANTS = (
    "| what differs | what one request does | requests/s | p50 ms | p99 ms | CPU µs/request | × the row above (min–max) |\n"
    "|---|---|---|---|---|---|---|"
)


def facts(base=""):
    """The machine, in one line; with another deployment it is the generator's."""
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*: (.+)", file.read())
    cpu = model.group(1).strip() if model else platform.machine()
    pinned = "server and generator on a core each" if PINNED else "not pinned"
    if base:
        pinned = "where the generator ran"
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores ({cpu}), Linux {platform.release()}, {pinned}, load {load:.1f} at the start"


def caption(facts_then, command):
    return f"{datetime.date.today()}, `{command}`; {facts_then}."


def middle(rounds, field):
    values = [one[field] for one in rounds if one[field] is not None]
    return statistics.median(values) if values else None


def shown(value, digits):
    return "–" if value is None else f"{value:,.{digits}f}"


def ratios(rounds, others, field="rate"):
    """How many times the other, round by round: median, least, most. Nothing where one was not measured."""
    if not others or rounds[0][field] is None or others[0][field] is None:
        return None
    each = [one[field] / other[field] for one, other in zip(rounds, others)]
    return statistics.median(each), min(each), max(each)


def ratio_text(found):
    return "–" if found is None else f"{found[0]:.2f} ({found[1]:.2f}–{found[2]:.2f})"


def cells(row, rounds):
    rate = middle(rounds, "rate")
    text = shown(rate, 0 if rate >= 100 else 1)
    if row.items > 1:
        text += f" ({rate * row.items:,.0f} {row.unit})"
    cpu = middle(rounds, "cpu")
    return f"{text} | {shown(middle(rounds, 'p50'), 2)} | {shown(middle(rounds, 'p99'), 1)} | {shown(cpu, 0)}"


def main_table(rows, results):
    hello = results.get(subjects.HELLO)
    lines = [HEAD]
    for row in rows:
        rounds = results[row.name]
        faster = ratios(rounds, hello) if row.compared else None
        # As often as one does for the time of the other.
        cheaper = ratios(hello, rounds, "cpu") if row.compared and hello else None
        lines.append(f"| {row.name} | {cells(row, rounds)} | {ratio_text(faster)} | {ratio_text(cheaper)} |")
    return "\n".join(lines)


def variants_table(rows, results):
    lines = [HEAD_OF_VARIANTS]
    for row in rows:
        compared = ratios(results[row.name], results.get(row.like))
        lines.append(f"| {row.variant} | {row.like} | {cells(row, results[row.name])} | {ratio_text(compared)} |")
    return "\n".join(lines)


def write(block, text):
    """Puts the text between the markers of this block."""
    begin, end = f"<!-- {block}: written by the harness -->", f"<!-- {block}: end -->"
    page = PAGE.read_text()
    if page.count(begin) != 1 or page.count(end) != 1:
        fail(f"{PAGE} has no place for these figures. Put the lines {begin} and {end} into it once")
    before, rest = page.split(begin)
    _, after = rest.split(end)
    PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}")
