"""The host of this repository with the application and the two bench components."""

import http.client
import json
import re
import secrets
import time
import urllib.parse

from .options import fail
from .processes import ROOT, Server, free_port, must_run

HASH_SECRET = secrets.token_hex(32)
# A machine that does other things too makes stores slow, and is answered 503.
ATTEMPTS = 8
BENCH_COMPONENTS = (("hello", "/bench/hello"), ("raw302", "/bench/302"))


class Api:
    """Calls of a deployment, ours or any other."""

    def __init__(self, base, key=None):
        self.base, self.key = base, key

    def connect(self):
        url = urllib.parse.urlsplit(self.base)
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        return kind(url.netloc, timeout=120)

    def headers(self):
        return {"authorization": f"Bearer {self.key}", "content-type": "application/json"}

    def status_and_body(self, method, path, body=None, headers=None):
        data = None if body is None else json.dumps(body).encode()
        prefix = urllib.parse.urlsplit(self.base).path
        connection = self.connect()
        try:
            connection.request(method, prefix + path, data, {**self.headers(), **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError as error:
            fail(f"{method} {self.base}{path}: {error}")
        finally:
            connection.close()

    def call(self, method, path, body=None):
        same_request = {"idempotency-key": secrets.token_hex(16)}
        for attempt in range(ATTEMPTS):
            status, answer = self.status_and_body(method, path, body, same_request)
            if status != 503:
                break
            time.sleep(attempt / 2)
        if status >= 300:
            fail(f"{method} {self.base}{path} answered {status}: {answer.decode(errors='replace')[:500]}")
        return answer

    def json(self, method, path, body=None):
        return json.loads(self.call(method, path, body))


def manifest(folder):
    """The application's manifest with absolute paths and the bench components added."""
    text = (ROOT / "spin.toml").read_text().replace('"target/', f'"{ROOT}/target/').replace('"static"', f'"{ROOT}/static"')
    for name, route in BENCH_COMPONENTS:
        wasm = ROOT / f"target/wasm32-wasip2/wasm/bench_{name}.wasm"
        text += f'\n[[trigger.http]]\nroute = "{route}"\ncomponent = "bench-{name}"\n'
        text += f'\n[component.bench-{name}]\nsource = "{wasm}"\n'
    path = folder / "spin.toml"
    path.write_text(text)
    return path


class Host:
    """`assent up` in a folder of its own; what is there already is used."""

    def __init__(self, folder, reuse=None, redis=None):
        folder.mkdir(exist_ok=True)
        self.folder, self.redis = folder, redis
        self.admin = secrets.token_hex(32)
        command = [ROOT / "target/release/assent", "up", "--manifest", manifest(folder)]
        command += ["--state-dir", folder / "state", "--listen", "127.0.0.1:0"]
        if reuse:
            command += ["--max-instance-reuse-count", reuse]
        if redis:
            config = folder / "runtime-config.toml"
            config.write_text(f'[key_value_store.default]\ntype = "redis"\nurl = "{redis.url}"\n')
            command += ["--runtime-config-file", config]
        variables = {"SPIN_VARIABLE_ADMIN_TOKEN": self.admin, "SPIN_VARIABLE_HASH_SECRET": HASH_SECRET}
        self.server = Server("assent", command, folder, variables)
        self.base = None

    def start(self):
        """Waits until it listens. False if it did not start."""
        line = r"listening on (http://\S+)"
        found = self.server.wait(lambda: re.search(line + r"\n", self.server.printed()))
        self.ready_after = time.monotonic() - self.server.begin
        self.base = found and found.group(1)
        return bool(found)

    def must_start(self):
        must_run(self.server, self.start())
        return self

    @property
    def database(self):
        return self.folder / "state" / "sqlite_db.db"

    def administration(self):
        return Api(self.base, self.admin)

    def cpu_seconds(self):
        beside = self.redis.cpu_seconds() if self.redis else 0
        return self.server.cpu_seconds() + beside

    def memory_mib(self, field="VmHWM"):
        return self.server.memory_mib(field)

    def stop(self):
        self.server.stop()


class Redis(Server):
    """A Redis as it must be run if it is to keep anything: each write is flushed before its answer."""

    def __init__(self, program, folder):
        port = free_port()
        self.port, self.url = port, f"redis://127.0.0.1:{port}"
        command = [program, "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
        super().__init__("redis-server", [*command, "--appendonly", "yes", "--appendfsync", "always"], folder)
