"""How long audiences take: each question looks at every contact of the organisation."""

import json
import statistics
import time

from .options import fail

TIMES = 3
IN_TIME = 2


def questions(mail):
    clicked, opened = {"clicked": {"messages": [mail]}}, {"opened": {"messages": [mail]}}
    return {
        "clicked one mail": clicked,
        "opened one mail and did not click it": {"all": [opened, {"not": clicked}]},
        "did not click one mail": {"not": clicked},
        "clicked any mail in 30 days": {"clicked": {"within_days": 30}},
        "clicked any mail, ever": {"clicked": {}},
        "clicked three times or more, and never opened": {"all": [{"clicked": {"at_least": 3}}, {"not": {"opened": {}}}]},
    }


def lines(api, mail):
    """One for each question, and whether all were answered in time."""
    found, slowest = [], 0
    for name, when in questions(mail).items():
        seconds = []
        for _ in range(TIMES):
            begin = time.monotonic()
            answer = api.json("POST", "/v1/audience", {"when": when, "count_only": True})
            seconds.append(time.monotonic() - begin)
            if answer["next"] is not None:
                fail(f"an audience of more contacts than one answer looks at: {json.dumps(answer)}")
        middle = statistics.median(seconds)
        slowest = max(slowest, middle)
        found.append(f"audience {name}: {middle:.2f} s, {answer['matched']:,} found, {answer['untrackable']:,} left out")
    word = "yes" if slowest <= IN_TIME else "NO"
    return [*found, f"audiences in {IN_TIME} s: {word}, at most {slowest:.2f} s"]
