"""Load: `wrk` for many small requests, one caller after the other for few large ones."""

import http.client
import json
import math
import subprocess
import time
import urllib.parse

from .options import fail
from .processes import GENERATOR_CPU, on_cpu

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CONNECTIONS = 32
# At a fixed rate: many people who each do something now and then, so that one slow answer delays few others.
# What it delays all the same wrk puts back into the latencies, by the interval at which each was expected.
PEOPLE_AT_A_RATE = 256
# Where a busy machine let nothing through, it may be quieter a moment later.
ATTEMPTS = 3
# One caller asks again after this many seconds, and gives up when so many times the store was away.
AFTER_503, MOST_WRONG = 0.2, 200
# After a run, until what it left to be recorded is recorded: then the server has next to nothing to do.
SETTLE_STEP, SETTLE_MOST, IDLE = 0.15, 20, 0.1

DONE = """
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"wrong":%d,"broken":%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.status, e.connect + e.read + e.write + e.timeout))
end
"""

# Independent people: the time from one request to the next is exponential. Threads of a run differ by the seed.
DELAY = """
math.randomseed({seed})
delay = function() return math.floor(-math.log(1 - math.random()) * {mean:.3f} + 0.5) end
"""


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered), math.ceil(len(ordered) * percent / 100)) - 1] if ordered else 0


def result(requests, seconds, p50, p99, used):
    return {"requests": requests, "rate": requests / seconds, "p50": p50, "p99": p99, "wrong": 0, **used}


class Cpu:
    """CPU time of a server over some requests, with what comes after their answers; nothing where it is elsewhere."""

    def __init__(self, server):
        self.server = server
        self.before = server.cpu_seconds() if server else 0

    def each(self, requests):
        """In µs, and how many seconds after the last answer the server was idle."""
        begin = time.monotonic()
        time.sleep(SETTLE_STEP)
        if not self.server:
            return {"cpu": None, "settled": 0}
        busy, now = True, self.server.cpu_seconds()
        while busy and time.monotonic() < begin + SETTLE_MOST:
            time.sleep(SETTLE_STEP)
            last, now = now, self.server.cpu_seconds()
            busy = now - last > SETTLE_STEP * IDLE
        settled = time.monotonic() - begin - 2 * SETTLE_STEP
        return {"cpu": (now - self.before) / requests * 1e6, "settled": settled}


def run_wrk(command):
    ran = subprocess.run(command, capture_output=True, text=True, preexec_fn=on_cpu(GENERATOR_CPU))
    lines = ran.stdout.strip().splitlines()
    if ran.returncode or not lines or not lines[-1].startswith("{"):
        fail(f"wrk failed: {(ran.stderr or ran.stdout).strip()}")
    return json.loads(lines[-1])


def wrk(base, script, seconds, folder, server=None, rate=None):
    """As fast as 32 connections go; or at a rate, if one is given. Also how many more may have been answered."""
    people = PEOPLE_AT_A_RATE if rate else CONNECTIONS
    text = script + DONE
    if rate:
        text += DELAY.format(seed=time.monotonic_ns() % 2**31, mean=people / rate * 1000)
    path = folder / "wrk.lua"
    path.write_text(text)
    command = ["wrk", "-t1", f"-c{people}", f"-d{seconds}s", "--timeout", "30s", "-H", f"User-Agent: {BROWSER}"]
    before = 0
    for attempt in range(ATTEMPTS):
        cpu = Cpu(server)
        said = run_wrk([*command, "-s", path, base + "/"])
        good = said["requests"] - said["wrong"]
        if good and not said["broken"]:
            break
        before += said["requests"] + people
        time.sleep(attempt * 5)
    else:
        fail(
            f"of {said['requests']} answers {good} were good, and {said['broken']} connections failed. The host answers 503 "
            f"where a store takes longer than 250 ms: is the machine busy with other things? It was asked by:\n{script[-300:]}"
        )
    used = cpu.each(said["requests"])
    measured = result(good, said["microseconds"] / 1e6, said["p50"] / 1000, said["p99"] / 1000, used)
    # What was answered with an error may be stored all the same; what was in flight at the end was not counted.
    return dict(measured, wrong=said["wrong"]), before + people + said["wrong"]


def one_caller(api, request, seconds, server=None, least=3):
    """One request after the other over one connection, so long but at least so many. Nothing is in flight at the end,
    only a 503 promises nothing."""
    connection, headers = api.connect(), api.headers()
    prefix = urllib.parse.urlsplit(api.base).path
    cpu = Cpu(server)
    times, wrong = [], 0
    begin = end = time.perf_counter()
    while end < begin + seconds or len(times) < least:
        method, path, body = request(len(times) + wrong)
        start = time.perf_counter()
        try:
            connection.request(method, prefix + path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            fail(f"{method} {path}: {error!r}")
        end = time.perf_counter()
        if answer.status == 503 and wrong < MOST_WRONG:
            wrong += 1
            time.sleep(AFTER_503)
        elif answer.status >= 300:
            fail(f"{method} {path} answered {answer.status}: {content[:300]}")
        else:
            times.append(end - start)
    connection.close()
    return dict(from_times(times, end - begin, cpu.each(len(times))), wrong=wrong), wrong


def from_times(times, seconds, used):
    p99 = percentile(times, 99) * 1000 if len(times) >= 100 else None
    return result(len(times), seconds, percentile(times, 50) * 1000, p99, used)
