"""`make bench`, `make bench-scale` and `make bench-imports`: starts everything, measures, compares what is stored, writes the page."""

import contextlib
import os
import pathlib
import shutil
import signal
import sys
import tempfile

from harness import bench, imports, options, processes, scale

TARGETS = {"bench": (bench.run, 2), "bench-scale": (scale.run, 2), "bench-imports": (imports.run, 2)}


def remove_leftovers():
    """What runs that were killed have left."""
    for folder in pathlib.Path(tempfile.gettempdir()).glob("assent-bench-*-*"):
        if not pathlib.Path("/proc", folder.name.split("-")[2]).exists():
            shutil.rmtree(folder, ignore_errors=True)


def main():
    target = sys.argv[1] if len(sys.argv) == 2 else "bench"
    if target not in TARGETS:
        options.fail(f"there is no {target!r}. Run make bench, make bench-scale or make bench-imports. The environment may say:\n{options.USAGE}")
    run, seconds = TARGETS[target]
    given = options.read(target, seconds)
    # So that servers and folders go away however this ends.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit("bench: stopped"))
    if processes.PINNED:
        os.sched_setaffinity(0, {processes.GENERATOR_CPU})
    remove_leftovers()
    with tempfile.TemporaryDirectory(prefix=f"assent-bench-{os.getpid()}-") as folder, contextlib.ExitStack() as started:
        good = run(given, pathlib.Path(folder), started)
    sys.exit(0 if good else 1)


try:
    main()
except KeyboardInterrupt:
    sys.exit("bench: stopped")
