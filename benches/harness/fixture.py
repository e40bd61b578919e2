"""What a deployment needs before it is measured: people who agreed, a mail, tokens; and what was then answered."""

import json
import secrets
from collections import Counter

from .host import Api
from .options import fail

PEOPLE = 5000
WRITTEN = 1000
BATCH = 100
MANY = 10_000
SCOPES = ["consent:read", "consent:write", "messages:write", "reports:read"]
MAIL = {
    "name": "bench",
    "content": '<html><body><a href="https://example.com/">x</a></body></html>',
    "click_tag": "*|CLICK|*",
    "preferences_tag": "*|PREFERENCES|*",
}
AGREED = {"dc": True, "al": True}


def key_of_new_organisation(administration, settings=None):
    organisation = administration.json("POST", "/v1/organisations", {"settings": settings or {}})["id"]
    key = administration.json("POST", "/v1/keys", {"organisation": organisation, "name": "bench", "scopes": SCOPES})
    return organisation, key["key"]


def link_of(message, kind):
    return next(link["id"] for link in message["links"] if link["kind"] == kind)


def mint(api, message, contacts):
    """The click tokens of these contacts."""
    lines = api.call("POST", f"/v1/messages/{message}/tokens", {"contacts": contacts})
    return [json.loads(line)["click"] for line in lines.splitlines()]


class Fixture:
    """One deployment, prepared. `answered` counts what it has promised to have stored, `slack` what may be more."""

    def __init__(self, base, key, host=None):
        self.api, self.host = Api(base, key), host
        # Its own names, so that the same deployment can be measured again.
        self.run = secrets.token_hex(3)
        self.people = [f"bench-{self.run}-{number:05}" for number in range(PEOPLE)]
        # Half of them agreed, half were never asked.
        self.many = [*self.people, *(f"never-asked-{self.run}-{number:05}" for number in range(MANY - PEOPLE))]
        self.answered, self.slack = Counter(), Counter()
        for start in range(0, PEOPLE, 1000):
            granted = [{"subject": f"contact:{person}", "flags": AGREED} for person in self.people[start : start + 1000]]
            self.api.call("POST", "/v1/consent", granted)
        clicked, reported = (self.api.json("POST", "/v1/messages", MAIL) for _ in range(2))
        self.message, self.click, self.open = clicked["id"], link_of(clicked, "click"), link_of(clicked, "open")
        self.minted = reported["id"]
        *self.tokens, self.anonymous = mint(self.api, self.message, [*self.people, self.many[-1]])

        self.asking = self.link_that_asks() if host else None

    def link_that_asks(self):
        """The path of a link, and tokens of people whose clicks ask, in an organisation of its own."""
        asks = {"interception": {"on": True}}
        api = Api(self.api.base, key_of_new_organisation(self.host.administration(), asks)[1])
        message = api.json("POST", "/v1/messages", MAIL)
        return f"/l/{link_of(message, 'click')}/", mint(api, message["id"], self.many[PEOPLE:])

    def check_body(self, contacts):
        return {"gate": "track", "subjects": [f"contact:{contact}" for contact in contacts]}

    def has_check(self):
        """Whether `POST /v1/consent/check` is there; it must tell those who agreed from the others."""
        status, answer = self.api.status_and_body("POST", "/v1/consent/check", self.check_body(self.many))
        if status in (404, 405):
            return False
        allowed = json.loads(answer).get("allowed")
        if allowed != PEOPLE:
            fail(f"POST /v1/consent/check answered {status} and allows {allowed} of {MANY}, of whom {PEOPLE} agreed")
        return True

    def count(self, what, requests, in_flight):
        """What was answered, and what may be stored besides."""
        for name in what:
            self.answered[name] += requests
            self.slack[name] += in_flight

    def stored(self):
        """The same as `answered`, as the deployment says it."""
        stats = self.api.json("GET", f"/v1/messages/{self.message}/stats")
        sent = self.api.json("GET", f"/v1/messages/{self.minted}/stats")["sent"]
        return {
            "clicks": stats["clicks"]["total"],
            "identified clicks": stats["clicks"]["identified"],
            "opens": stats["opens"]["total"],
            "decisions": self.versions("written", WRITTEN),
            "decisions in batches": self.versions("batch", BATCH),
            "tokens": sent,
        }

    def versions(self, kind, number):
        """How many decisions about these subjects there are: each is one more version."""
        if not any(name.startswith("decisions") for name in self.answered):
            return 0
        subjects = (f"contact:{kind}-{self.run}-{place:04}" for place in range(number))
        return sum(self.api.json("POST", "/v1/consent/query", {"subject": subject})["version"] for subject in subjects)
