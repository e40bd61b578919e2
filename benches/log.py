#!/usr/bin/env python3
"""What the transparency log costs at 1,000, 100,000 and 10,000,000 leaves: sealing, an inclusion proof, a head.

Fills the trees directly (RFC 9162 with short leaves, which a host would take hours for), then measures through a host of its
own for each, in turns, so that all three see the same machine. CPU is the host's own; it says more than the time on a
machine that does other things. `make bench-log`; SIZES=1000,100000 is quicker."""
import hashlib
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SIZES = [int(size) for size in os.environ.get("SIZES", "1000,100000,10000000").split(",")]
ROUNDS = int(os.environ.get("ROUNDS", "12"))
PROOFS = int(os.environ.get("PROOFS", "200"))
# A second's worth at ten million decisions a day, and as many as one statement seals.
PIECES = [116, 500]
# Until what a request leaves to be done after its answer is done, in seconds.
SETTLE = 0.2


class Host:
    def __init__(self, state):
        command = [f"{ROOT}/target/release/assent", "up", "--listen", "127.0.0.1:0", "--state-dir", state]
        command += ["--manifest", f"{ROOT}/components/consent/spin.toml"]
        environment = dict(os.environ, SPIN_VARIABLE_ADMIN_TOKEN="bench")
        quiet = {"stderr": subprocess.DEVNULL, "text": True}
        self.child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, **quiet)
        self.base = self.child.stdout.readline().split()[-1]

    def ask(self, method, path, body=None, key=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, method=method, data=data)
        request.add_header("Content-Type", "application/json")
        if key:
            request.add_header("Authorization", "Bearer " + key)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read().decode()

    def cpu(self):
        """Seconds, user and system, of all its threads: to the nanosecond, unlike /proc/PID/stat."""
        total = 0
        for thread in os.listdir(f"/proc/{self.child.pid}/task"):
            try:
                with open(f"/proc/{self.child.pid}/task/{thread}/schedstat") as file:
                    total += int(file.read().split()[0])
            except OSError:
                pass
        return total / 1e9

    def stop(self):
        self.child.terminate()
        self.child.wait()


def fill(state, organisation, size):
    """A tree of so many leaves in place of what is there."""
    database = sqlite3.connect(f"{state}/sqlite_db.db", isolation_level=None)
    for pragma in ("synchronous=OFF", "journal_mode=WAL", "cache_size=-400000"):
        database.execute(f"PRAGMA {pragma}")
    found = "SELECT id, signal_seq, settings_version FROM log_head WHERE org_id = ?"
    log, signals, settings = database.execute(found, [organisation]).fetchone()
    triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('log_leaf', 'log_node', 'log_head')"
    triggers = database.execute(triggers).fetchall()
    for name, _ in triggers:
        database.execute(f"DROP TRIGGER {name}")
    database.execute("BEGIN")
    for table in ("log_leaf", "log_node"):
        database.execute(f"DELETE FROM {table} WHERE log_id = ?", [log])
    leaves = ((log, index, '{"bench":%d}' % index) for index in range(size))
    database.executemany("INSERT INTO log_leaf (log_id, idx, leaf) VALUES (?, ?, ?)", leaves)
    sha256 = hashlib.sha256
    level, frontier = 0, []
    hashes = b"".join(sha256(b'\0{"bench":%d}' % index).digest() for index in range(size))
    while hashes:
        count = len(hashes) // 32
        rows = ((log, level, index, hashes[32 * index : 32 * index + 32]) for index in range(count))
        database.executemany("INSERT INTO log_node (log_id, level, idx, hash) VALUES (?, ?, ?, ?)", rows)
        if count & 1:
            frontier.insert(0, hashes[-32:].hex())
        pairs = range(0, 64 * (count // 2), 64)
        hashes = b"".join(sha256(b"\1" + hashes[at : at + 64]).digest() for at in pairs)
        level += 1
    database.execute(
        "UPDATE log_head SET size = ?, frontier = ?, signal_seq = ?, settings_version = ? WHERE id = ?",
        [size, " ".join(frontier), signals, settings, log],
    )
    for _, statement in triggers:
        database.execute(statement)
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


class Log:
    def __init__(self, size, folder):
        self.size, self.state = size, f"{folder}/{size}"
        os.mkdir(self.state)
        self.host = Host(self.state)
        settings = {"settings": {"display_name": "Bench"}}
        self.id = json.loads(self.host.ask("POST", "/v1/organisations", settings, "bench"))["id"]
        key = {"organisation": self.id, "name": "bench", "scopes": ["consent:read", "consent:write"]}
        self.key = json.loads(self.host.ask("POST", "/v1/keys", key, "bench"))["key"]
        self.head()
        self.host.stop()
        begin = time.time()
        fill(self.state, self.id, size)
        print(f"filled {size:,} leaves in {time.time() - begin:.0f} s", file=sys.stderr)
        self.host = Host(self.state)
        assert self.head() == size
        self.people = 0

    def head(self):
        return int(self.host.ask("GET", f"/v1/log/checkpoint?organisation={self.id}").split("\n")[1])

    def measured(self, work, times=1):
        cpu, begin = self.host.cpu(), time.perf_counter()
        work()
        wall = time.perf_counter() - begin
        return (self.host.cpu() - cpu) * 1000 / times, wall * 1000 / times

    def seal(self, count):
        """Decisions first, then the reading that seals them."""
        # One decision is sealed after its answer. Within a second nothing is again, so that a reading seals the others.
        self.decide(1)
        time.sleep(SETTLE)
        before = self.head()
        self.decide(count)
        time.sleep(SETTLE)
        cost = self.measured(self.head)
        assert self.head() == before + count
        return cost

    def decide(self, count):
        people = range(self.people, self.people + count)
        self.people += count
        body = [{"subject": f"contact:{number}", "flags": {"dc": True, "al": True}} for number in people]
        self.host.ask("POST", "/v1/consent", body, self.key)

    def proofs(self):
        size = self.head()
        places = [random.randrange(size) for _ in range(PROOFS)]

        def work():
            for place in places:
                self.host.ask("GET", f"/v1/log/proof?organisation={self.id}&index={place}&size={size}")

        return self.measured(work, PROOFS)

    def heads(self):
        return self.measured(lambda: [self.head() for _ in range(PROOFS)], PROOFS)


def main():
    with tempfile.TemporaryDirectory(prefix="assent-bench-log-", dir=os.environ.get("BENCH_DIR")) as folder:
        logs = [Log(size, folder) for size in SIZES]
        names = ["a head"] + [f"sealing {count}" for count in PIECES] + ["an inclusion proof"]
        found = {(name, log.size): [] for name in names for log in logs}
        for number in range(ROUNDS + 1):
            for log in logs:
                costs = [log.heads()] + [log.seal(count) for count in PIECES] + [log.proofs()]
                # The first round warms caches.
                if number:
                    for name, cost in zip(names, costs):
                        found[name, log.size].append(cost)
        print("| ms of CPU (of time), median of %d rounds | %s |" % (ROUNDS, " | ".join(f"{size:,} leaves" for size in SIZES)))
        print("|---|" + "--:|" * len(SIZES))
        for name in names:
            medians = [[statistics.median(each) for each in zip(*found[name, size])] for size in SIZES]
            cells = [f"{cpu:.2f} ({wall:.2f})" for cpu, wall in medians]
            print(f"| {name} | {' | '.join(cells)} |")
        for log in logs:
            log.host.stop()


if __name__ == "__main__":
    main()
