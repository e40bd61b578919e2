"""What was promised of these figures, and what came of it in this run."""

from . import page, rows, subjects

LEAST, MOST = "at least", "at most"


def ratio(name, other, least):
    def check(results):
        if name not in results or other not in results:
            return None
        found = page.ratios(results[name], results[other])
        return line(f"{name}, × {other}", LEAST, least, "", page.ratio_text(found), found[0] >= least)

    return check


def p99(name, most, beside=None):
    def check(results):
        found = page.middle(results.get(name, []), "p99")
        if found is None:
            return None
        text = f"{found:.1f} ms"
        if beside in results:
            text += f"; {beside}: {page.middle(results[beside], 'p99'):.1f} ms"
        return line(f"{name}, p99", MOST, most, " ms", text, found <= most)

    return check


def line(what, bound, value, unit, found, kept):
    return f"promise: {what} {bound} {value}{unit}: {found}: {'kept' if kept else 'NOT KEPT'}"


PROMISES = [
    ratio(subjects.IDENTIFIED, subjects.HELLO, 1.2),
    ratio(subjects.ANONYMOUS, subjects.HELLO, 1.2),
    ratio(subjects.IDENTIFIED, subjects.RAW, 0.6),
    ratio(subjects.ANONYMOUS, subjects.RAW, 0.6),
    ratio(subjects.GET, subjects.HELLO, 0.9),
    p99(rows.half(subjects.IDENTIFIED), 5, rows.half(subjects.HELLO)),
    p99(rows.half(subjects.GET), 5, rows.half(subjects.HELLO)),
    p99(rows.half(subjects.SET), 15, rows.COMMIT),
    p99(subjects.SET_ONE_CALLER, 15, rows.COMMIT),
]


def lines(results):
    """One for each promise of which this run has the figures. They do not fail the run: other things may."""
    return [said for said in (check(results) for check in PROMISES) if said]
