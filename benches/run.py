"""Requests per second, latencies and CPU time of what the application answers, side by side in one run.

The host runs on one processor and the generator (wrk) on another where there are two. Each subject is
measured in turn, several rounds, so that a machine that slows down slows all of them; what counts are the
ratios to the hello-world component of the same round. After the rounds, what is stored is compared with what
was answered.
"""

import json
import os
import pathlib
import re
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS_EACH = int(os.environ.get("SECONDS_EACH", "4"))
CONNECTIONS = 32
PEOPLE = 5000
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PINNED = (os.cpu_count() or 1) >= 2 and hasattr(os, "sched_setaffinity")


def pin(cpu):
    return (lambda: os.sched_setaffinity(0, {cpu})) if PINNED else None


class Host:
    """The real host with the real components and the two bench components."""

    def __init__(self, folder):
        self.admin = secrets.token_hex(32)
        manifest = (ROOT / "spin.toml").read_text().replace('"target/', f'"{ROOT}/target/').replace('"static"', f'"{ROOT}/static"')
        for name, route in (("hello", "/bench/hello"), ("raw302", "/bench/302")):
            wasm = ROOT / f"target/wasm32-wasip2/wasm/bench_{name}.wasm"
            manifest += f'\n[[trigger.http]]\nroute = "{route}"\ncomponent = "bench-{name}"\n\n[component.bench-{name}]\nsource = "{wasm}"\n'
        path = pathlib.Path(folder) / "spin.toml"
        path.write_text(manifest)
        command = [ROOT / "target/release/assent", "up", "--manifest", path, "--state-dir", f"{folder}/state", "--listen", "127.0.0.1:0"]
        environment = dict(os.environ, SPIN_VARIABLE_ADMIN_TOKEN=self.admin)
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, preexec_fn=pin(0))
        begin = time.monotonic()
        line = self.process.stdout.readline()
        self.base = re.search(r"http://\S+", line).group(0)
        self.ready_after = time.monotonic() - begin

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024

    def call(self, method, path, body=None, key=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {key or self.admin}", "content-type": "application/json"}
        request = urllib.request.Request(self.base + path, data=data, headers=headers, method=method)
        return urllib.request.urlopen(request).read()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def wrk(host, path=None, script=None):
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS_EACH}s", "--latency", "-H", f"User-Agent: {BROWSER}"]
    command += ["-s", script] if script else []
    cpu = host.cpu_seconds()
    out = subprocess.run([*command, host.base + (path or "/")], capture_output=True, text=True, check=True, preexec_fn=pin(1)).stdout
    time.sleep(0.5)
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    wrong = sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", out)))
    if wrong:
        sys.exit(f"bench: {wrong} answers of {path or script} were errors")

    def milliseconds(name):
        value, unit = re.search(rf"{name}\s+([\d.]+)(us|ms|s)", out).groups()
        return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]

    return {
        "requests": requests,
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)),
        "p50": milliseconds("50%"),
        "p99": milliseconds("99%"),
        "cpu": (host.cpu_seconds() - cpu) / requests * 1e6,
    }


def prepare(host, folder):
    organisation = json.loads(host.call("POST", "/v1/organisations", {}))["id"]
    scopes = ["consent:read", "consent:write", "messages:write", "reports:read"]
    key = json.loads(host.call("POST", "/v1/keys", {"organisation": organisation, "name": "bench", "scopes": scopes}))["key"]
    people = [f"bench-{number:06}" for number in range(PEOPLE)]
    granted = [{"subject": f"contact:{person}", "flags": {"dc": True, "al": True}} for person in people]
    host.call("POST", "/v1/consent", granted, key)
    mail = {
        "name": "bench",
        "content": '<html><body><a href="https://example.com/">x</a></body></html>',
        "click_tag": "*|CLICK|*",
        "preferences_tag": "*|PREFERENCES|*",
    }
    message = json.loads(host.call("POST", "/v1/messages", mail, key))
    click, pixel = (next(link["id"] for link in message["links"] if link["kind"] == kind) for kind in ("click", "open"))
    lines = host.call("POST", f"/v1/messages/{message['id']}/tokens", {"contacts": [*people, "never-asked"]}, key)
    tokens = [json.loads(line)["click"] for line in lines.splitlines()]

    def script(name, text):
        path = pathlib.Path(folder) / f"{name}.lua"
        path.write_text(text)
        return str(path)

    def cycle(prefix):
        paths = ",".join(f'"{prefix}{token}"' for token in tokens[:-1])
        return f"local t={{{paths}}}\nlocal i=0\nrequest=function() i=i%#t+1 return wrk.format('GET',t[i]) end\n"

    authorised = f'wrk.headers["Authorization"]="Bearer {key}"\nwrk.headers["Content-Type"]="application/json"\n'
    read = authorised + f"local i=0\nrequest=function() i=i%{PEOPLE}+1 return wrk.format('GET',string.format('/v1/consent/contact:bench-%06d',i-1)) end\n"
    write = authorised + (
        "local i=0\nrequest=function() i=i+1\n"
        "return wrk.format('POST','/v1/consent',nil,string.format("
        "'{\"subject\":\"contact:written-%04d\",\"flags\":{\"dc\":%s,\"al\":true}}',i%200,tostring(i%2==0))) end\n"
    )
    subjects = {
        "hello-world (SDK types)": {"path": "/bench/hello"},
        "empty 302 (raw types)": {"path": "/bench/302"},
        "redirect, identified": {"script": script("identified", cycle(f"/l/{click}/"))},
        "redirect, anonymous": {"path": f"/l/{click}/{tokens[-1]}"},
        "open pixel, identified": {"script": script("pixel", cycle(f"/o/{pixel}/"))},
        "GET consent": {"script": script("read", read)},
        "POST consent": {"script": script("write", write)},
    }
    return subjects, message["id"], key


def stored_decisions(host, key):
    total = 0
    for number in range(200):
        body = {"subject": f"contact:written-{number:04}"}
        total += json.loads(host.call("POST", "/v1/consent/query", body, key))["version"]
    return total


def table(results):
    lines = ["| what one request does | requests/s | p50 ms | p99 ms | CPU µs/request | × hello-world (min–max) |", "|---|---|---|---|---|---|"]
    hello = results["hello-world (SDK types)"]
    for name, rounds in results.items():
        middle = {field: statistics.median(one[field] for one in rounds) for field in ("rate", "p50", "p99", "cpu")}
        ratios = [one["rate"] / base["rate"] for one, base in zip(rounds, hello)]
        lines.append(
            f"| {name} | {middle['rate']:,.0f} | {middle['p50']:.2f} | {middle['p99']:.1f} | {middle['cpu']:.0f} "
            f"| {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f}) |"
        )
    return "\n".join(lines)


def check(host, results, message, key):
    time.sleep(2)
    stats = json.loads(host.call("GET", f"/v1/messages/{message}/stats", key=key))

    def answered(*names):
        return sum(one["requests"] for name in names for one in results[name])

    rows = [
        ("clicks", answered("redirect, identified", "redirect, anonymous"), stats["clicks"]["total"], 2),
        ("identified clicks", answered("redirect, identified"), stats["clicks"]["identified"], 1),
        ("opens", answered("open pixel, identified"), stats["opens"]["total"], 1),
        ("decisions", answered("POST consent"), stored_decisions(host, key), 1),
    ]
    good = True
    for name, counted, stored, subjects in rows:
        # What was in flight when the generator stopped was answered without being counted by it.
        fits = counted <= stored <= counted + CONNECTIONS * ROUNDS * subjects
        good &= fits
        print(f"stored equals answered: {name}: {counted:,} answered, {stored:,} stored: {'yes' if fits else 'NO'}")
    return good


def main():
    with tempfile.TemporaryDirectory() as folder:
        host = Host(folder)
        try:
            subjects, message, key = prepare(host, folder)
            for subject in subjects.values():
                wrk(host, **subject) if subject.get("path", "").startswith("/bench") else None
            results = {name: [] for name in subjects}
            for number in range(ROUNDS):
                for name, subject in subjects.items():
                    results[name].append(wrk(host, **subject))
                print(f"round {number + 1} of {ROUNDS} done", file=sys.stderr)
            print(table(results))
            print()
            print(f"ready after {host.ready_after:.2f} s; peak memory {host.memory_mib():.0f} MiB; {CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS_EACH} s, {'host and generator on a processor each' if PINNED else 'not pinned'}")
            good = check(host, results, message, key)
        finally:
            host.stop()
    sys.exit(0 if good else 1)


main()
