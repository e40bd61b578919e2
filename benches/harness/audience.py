"""How long audiences take: each question looks at every contact of the organisation."""

import statistics
import time

TIMES = 3
IN_TIME = 2


def questions(mail):
    clicked, opened = {"clicked": {"messages": [mail]}}, {"opened": {"messages": [mail]}}
    return {
        "clicked one mail": clicked,
        "opened one mail and did not click it": {"all": [opened, {"not": clicked}]},
        "did not click one mail": {"not": clicked},
        # The last mails went out 88 days before the first of these.
        "clicked any mail in 120 days": {"clicked": {"within_days": 120}},
        "clicked any mail, ever": {"clicked": {}},
        "never opened anything": {"not": {"opened": {}}},
        "clicked three times or more, and never opened": {"all": [{"clicked": {"at_least": 3}}, {"not": {"opened": {}}}]},
    }


def lines(api, mail):
    """One for each question, and whether all were answered in time."""
    found, slowest = [], 0
    for name, when in questions(mail).items():
        seconds = []
        for _ in range(TIMES):
            begin, after, matched, untrackable = time.monotonic(), 0, 0, 0
            while after is not None:
                answer = api.json("POST", "/v1/audience", {"when": when, "count_only": True, "after": after})
                after = answer["next"]
                matched, untrackable = matched + answer["matched"], untrackable + answer["untrackable"]
            seconds.append(time.monotonic() - begin)
        middle = statistics.median(seconds)
        slowest = max(slowest, middle)
        found.append(f"audience {name}: {middle:.2f} s, {matched:,} found, {untrackable:,} left out")
    word = "yes" if slowest <= IN_TIME else "NO"
    return [*found, f"audiences in {IN_TIME} s: {word}, at most {slowest:.2f} s"]
