"""What the environment says about a run. Wrong values end it with the right ones."""

import os
import re
import shlex
import sys
from dataclasses import dataclass

USAGE = """\
ROUNDS=5            how often each subject is measured, in turn
SECONDS_EACH=2      how long each time
ONLY=pattern        only subjects whose name has this (regular expression); the page is left as it is
REUSE=1,128         more rows: requests in an instance's life, besides 2000..4000; 128 is Spin's own; REUSE= for none
KV=redis            more rows: key-value store on Redis, besides SQLite; KV= for none
BASE=url KEY=key    another deployment, with a key that has consent:read, consent:write, messages:write and
                    reports:read; 5,000 contacts, two messages and what is measured stay there
SIZES=1000,…        of make bench-scale: interactions in the database
LINES=1000000       of make bench-imports: lines in the file
TMPDIR=folder       where states are kept: the disk that is measured"""


def fail(text):
    sys.exit(f"bench: {text}")


@dataclass(frozen=True)
class Options:
    rounds: int
    seconds: int
    only: re.Pattern
    base: str
    key: str
    reuse: list
    kv: list
    sizes: list
    lines: int
    command: str

    @property
    def whole(self):
        """Whether the figures are those that the page shows."""
        return not (self.only.pattern or self.base)

    def wants(self, name):
        return self.only.search(name) is not None


def number(name, default, least=1):
    text = os.environ.get(name, "") or str(default)
    if not text.isdecimal() or int(text) < least:
        fail(f"{name}={text}: write a whole number from {least}")
    return int(text)


def numbers(name, default):
    text = os.environ.get(name, default)
    try:
        return [int(part) for part in text.split(",") if part]
    except ValueError:
        fail(f"{name}={text}: write whole numbers with commas between them")


def read(target, seconds):
    """`target` is what was made, `seconds` its default for SECONDS_EACH."""
    names = ("ROUNDS", "SECONDS_EACH", "ONLY", "REUSE", "KV", "BASE", "SIZES", "LINES")
    given = [f"{name}={shlex.quote(os.environ[name])}" for name in names if name in os.environ]
    only = os.environ.get("ONLY", "")
    try:
        pattern = re.compile(only)
    except re.error as error:
        fail(f"ONLY={only}: {error}")
    base, key = os.environ.get("BASE", "").rstrip("/"), os.environ.get("KEY", "")
    if base and not re.match(r"https?://", base):
        fail(f"BASE={base}: write a URL such as https://example.com")
    if base and not key:
        fail("BASE needs a KEY of that deployment with consent:read, consent:write, messages:write and reports:read")
    kv = [part for part in os.environ.get("KV", "redis").split(",") if part and part != "sqlite"]
    if set(kv) - {"redis"}:
        fail(f"KV={os.environ['KV']}: the host has sqlite, which is always measured, and redis")
    return Options(
        rounds=number("ROUNDS", 5),
        seconds=number("SECONDS_EACH", seconds),
        only=pattern,
        base=base,
        key=key,
        reuse=numbers("REUSE", "1,128"),
        kv=kv,
        sizes=sorted(numbers("SIZES", "1000,10000,100000,1000000,10000000")),
        lines=number("LINES", 1_000_000, least=10),
        command=" ".join([*given, "make", target]),
    )
