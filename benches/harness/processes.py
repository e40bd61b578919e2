"""Servers: started on loopback, on one processor, ended with the harness however it ends."""

import ctypes
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import time

from .options import fail

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PINNED = (os.cpu_count() or 1) >= 2
SERVER_CPU, GENERATOR_CPU = 0, 1
PARENT_DEATH_SIGNAL = 1
START_WAIT = 60
TICK = os.sysconf("SC_CLK_TCK")


def on_cpu(cpu):
    """What a child does before it becomes another program."""
    libc = ctypes.CDLL(None)

    def prepare():
        if PINNED:
            os.sched_setaffinity(0, {cpu})
        # Also after a kill -9 of the harness nothing stays behind.
        libc.prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)

    return prepare


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A process that serves. What it prints goes to a file, of which the end is shown where it fails."""

    def __init__(self, name, command, folder, environment=None):
        self.name = name
        self.log = pathlib.Path(folder) / f"{name}.log"
        self.begin = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                env=dict(os.environ, **(environment or {})),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=on_cpu(SERVER_CPU),
            )

    def printed(self):
        return self.log.read_text(errors="replace")

    def wait(self, ready):
        """Until `ready()` gives something true, which is given on. Nothing if it ended or took too long."""
        while time.monotonic() < self.begin + START_WAIT:
            found = ready()
            if found:
                return found
            if self.process.poll() is not None:
                return None
            select.select([], [], [], 0.002)
        return None

    def wait_for_port(self, port):
        def connects():
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", port)) == 0

        return self.wait(connects)

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def file_reads(self):
        """How often it has read from files: not from sockets, which are read otherwise."""
        return int(re.search(r"syscr: (\d+)", pathlib.Path(f"/proc/{self.process.pid}/io").read_text()).group(1))

    def memory_mib(self, field):
        """`VmRSS` is now, `VmHWM` the most so far."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{field}:\s+(\d+)", status).group(1)) / 1024

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def last_lines(text, count=6):
    return "\n".join(text.strip().splitlines()[-count:])


def must_run(server, ready):
    """What `ready` gives, or the end of the run with what the server said."""
    if not ready:
        server.stop()
        fail(f"{server.name} did not start. It said:\n{last_lines(server.printed())}")
    return ready
