"""What is measured, and by which requests."""

import json
from dataclasses import dataclass, field
from typing import Callable, Optional

from .fixture import AGREED, BATCH, MANY, PEOPLE, WRITTEN

HELLO = "hello-world (SDK types)"
RAW = "empty 302 (raw types)"
IDENTIFIED = "redirect, identified"
ANONYMOUS = "redirect, anonymous"
INTERCEPTED = "redirect intercepted"
PIXEL = "open pixel, identified"
GET = "GET consent"
CHECK_ONE = "consent check, 1 subject"
CHECK_MANY = "consent check, 10,000 subjects"
SET = "POST consent"
SET_ONE_CALLER = "POST consent, one caller"
BATCHES = "POST consent, 100 in a list"
MINT = "tokens, 10,000 contacts"
REPORT = "report of the mail clicked above"


@dataclass
class Subject:
    """`script` is Lua for wrk; `request` makes the n-th request of one caller. `items` are in each request."""

    name: str
    script: Optional[str] = None
    request: Optional[Callable] = None
    items: int = 1
    unit: str = ""
    stores: list = field(default_factory=list)


def path_script(path):
    return f'wrk.path = "{path}"\n'


def cycle(prefix, tokens):
    paths = ",".join(f'"{prefix}{token}"' for token in tokens)
    return f"local t={{{paths}}}\nlocal i=0\nrequest=function() i=i%#t+1 return wrk.format('GET',t[i]) end\n"


def authorised(key):
    return f'wrk.headers["Authorization"]="Bearer {key}"\nwrk.headers["Content-Type"]="application/json"\n'


def post(path, body, key):
    """The same body each time; `body` is text."""
    return authorised(key) + f"wrk.method='POST'\nwrk.path='{path}'\nwrk.body=[[{body}]]\n"


def read_script(fixture):
    return authorised(fixture.api.key) + (
        f"local i=0\nrequest=function() i=i%{PEOPLE}+1\n"
        f"return wrk.format('GET',string.format('/v1/consent/contact:bench-{fixture.run}-%05d',i-1)) end\n"
    )


def write_script(fixture):
    """Half of the people refuse, each always the same."""
    return authorised(fixture.api.key) + (
        "local i=0\nrequest=function() i=i+1\n"
        "return wrk.format('POST','/v1/consent',nil,string.format("
        f"'{{\"subject\":\"contact:written-{fixture.run}-%04d\",\"flags\":{{\"dc\":%s,\"al\":true}}}}',i%{WRITTEN},tostring(i%2==0))) end\n"
    )


def batch(fixture):
    decisions = [{"subject": f"contact:batch-{fixture.run}-{place:04}", "flags": AGREED} for place in range(BATCH)]
    return json.dumps(decisions).encode()


def platform(host):
    """What the platform alone costs; only our host has it."""
    return [Subject(HELLO, path_script("/bench/hello")), Subject(RAW, path_script("/bench/302"))] if host else []


def of(fixture):
    """All of them, in the order in which they are measured."""
    key, run, clicked = fixture.api.key, fixture.run, fixture.message
    lists = batch(fixture)
    contacts = json.dumps({"contacts": fixture.many}).encode()
    one = json.dumps({"subject": f"contact:written-{run}-0000", "flags": AGREED}).encode()
    checks = []
    if fixture.has_check():
        asked = json.dumps(fixture.check_body(fixture.many)).encode()
        checks = [
            Subject(CHECK_ONE, post("/v1/consent/check", json.dumps(fixture.check_body(fixture.people[:1])), key)),
            Subject(CHECK_MANY, request=lambda _: ("POST", "/v1/consent/check", asked), items=MANY, unit="subjects"),
        ]
    return [
        *platform(fixture.host),
        Subject(IDENTIFIED, cycle(f"/l/{fixture.click}/", fixture.tokens), stores=["clicks", "identified clicks"]),
        Subject(ANONYMOUS, path_script(f"/l/{fixture.click}/{fixture.anonymous}"), stores=["clicks"]),
        # The form that a click shows. What it counts is another message's.
        *([Subject(INTERCEPTED, cycle(*fixture.asking))] if fixture.asking else []),
        Subject(PIXEL, cycle(f"/o/{fixture.open}/", fixture.tokens), stores=["opens"]),
        Subject(GET, read_script(fixture)),
        *checks,
        Subject(SET, write_script(fixture), stores=["decisions"]),
        Subject(SET_ONE_CALLER, request=lambda _: ("POST", "/v1/consent", one), stores=["decisions"]),
        Subject(
            BATCHES,
            request=lambda _: ("POST", "/v1/consent", lists),
            items=BATCH,
            unit="decisions",
            stores=["decisions in batches"],
        ),
        Subject(
            MINT,
            request=lambda _: ("POST", f"/v1/messages/{fixture.minted}/tokens", contacts),
            items=MANY,
            unit="tokens",
            stores=["tokens"],
        ),
        Subject(REPORT, request=lambda _: ("GET", f"/v1/messages/{clicked}/stats", None)),
    ]
