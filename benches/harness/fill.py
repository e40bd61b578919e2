"""Fills a database as years of mails would, in seconds: rows go past the host, into the schema that it made.

Each mail has 1,000 identified interactions of 500 people, in 24 hours, while seven other mails go out: so its rows
lie between those of others. There are ten interactions for each person; a tenth of the people refused.
"""

import hmac
import secrets
import sqlite3
import time
import uuid
from base64 import b32encode
from collections import Counter

from .host import HASH_SECRET

OF_A_MAIL = 1000
AT_A_TIME = 8
HOURS = 24
LINKS = 6
FEWEST_PEOPLE = 5000
MICROSECONDS_PER_HOUR = 3_600_000_000
# As old as nothing that is taken away: eight mails go out every six hours.
FIRST_HOUR = int(time.time()) // 3600 - 400 * 24
# Neighbours in time are no neighbours in the table of people.
SPREAD = 2_654_435_761


class Filling:
    """Who and what is in it. `mail` is registered and gets its interactions like the others."""

    def __init__(self, database, organisation, size, mail):
        self.database, self.organisation, self.mail = database, organisation, mail
        self.mails = max(1, size // OF_A_MAIL)
        self.people = max(FEWEST_PEOPLE, size // 10)
        self.agreed = self.people * 9 // 10

    def contact(self, number):
        return f"scale-{number:08}"

    def contacts_who_agreed(self, count):
        """So many, spread over all."""
        return [self.contact(1 + place * self.agreed // count) for place in range(count)]

    def run(self):
        connection = sqlite3.connect(self.database, isolation_level=None)
        # Nobody else has it open, and after a failure it is thrown away.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.execute("BEGIN")
        self.fill_people(connection)
        self.fill_mails(connection)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL").fetchall()
        connection.close()

    def fill_people(self, connection):
        context = b"assent subject v1" + uuid.UUID(self.organisation).bytes
        key = HASH_SECRET.encode()
        salt = secrets.token_hex(16)

        def subjects():
            for number in range(1, self.people + 1):
                identifier = f"contact:{self.contact(number)}"
                keyed_hash = hmac.digest(key, context + identifier.encode(), "sha256")[:16].hex()
                yield number, self.organisation, keyed_hash, identifier, salt

        def signals():
            # One in five changed her mind once.
            for number in range(1, self.people + 1):
                agrees = number <= self.agreed
                if number % 5 == 0:
                    yield self.organisation, number, f"first-{number}", 0 if agrees else 7, 7 if agrees else 0, 1
                yield self.organisation, number, f"last-{number}", 7 if agrees else 0, 0 if agrees else 7, 2

        connection.executemany(
            "INSERT INTO subject (id, org_id, keyed_hash, identifier, salt, first_seen, latest_at, version) "
            "VALUES (?, ?, ?, ?, ?, 1, 0, 0)",
            subjects(),
        )
        at = "unixepoch() * 1000000 + ?6"
        connection.executemany(
            "INSERT INTO signal (org_id, subject_id, request_id, item, content, granted, refused, tier, source, regime, "
            f"regime_from, decided_at, grants_at, received_at) VALUES (?1, ?2, ?3, 0, ?3, ?4, ?5, 1, 'api', 'gdpr', 'org', {at}, {at}, {at})",
            signals(),
        )
        # As if all were projected: otherwise the host would do it while it is measured.
        connection.execute("DELETE FROM unprojected")

    def fill_mails(self, connection):
        pattern = Counter((place % LINKS, place * HOURS // OF_A_MAIL) for place in range(OF_A_MAIL))
        measured_group = self.mails // AT_A_TIME // 2
        for group, first in enumerate(range(0, self.mails, AT_A_TIME)):
            mails = [self.new_mail(connection) for _ in range(first, min(first + AT_A_TIME, self.mails))]
            if group == measured_group:
                mails[0] = self.mail
            hour = FIRST_HOUR + group * 6
            connection.executemany(
                "INSERT INTO interaction (message_id, link_id, subject_id, at) VALUES (?, ?, ?, ?)",
                self.interactions(mails, group, hour),
            )
            connection.executemany(
                "INSERT INTO interaction_count (message_id, link_id, kind, hour, verdict, n) VALUES (?, ?, ?, ?, ?, ?)",
                (row for mail in mails for row in counts(mail, hour, pattern)),
            )

    def interactions(self, mails, group, hour):
        step = HOURS * MICROSECONDS_PER_HOUR // OF_A_MAIL
        for place in range(OF_A_MAIL):
            at = hour * MICROSECONDS_PER_HOUR + place * step
            for position, (mail, links) in enumerate(mails):
                person = ((group * AT_A_TIME + position) * OF_A_MAIL + place // 2) * SPREAD % self.agreed + 1
                yield mail, links[place % LINKS][0], person, at + position

    def new_mail(self, connection):
        mail = str(uuid.uuid4())
        links = [(b32encode(secrets.token_bytes(10)).decode().lower(), "click" if number else "open") for number in range(LINKS)]
        connection.execute(
            "INSERT INTO message (id, org_id, request_id, request_hash, name, format, clicks, opens, content, created_at) "
            "VALUES (?1, ?2, ?1, '', 'bench', 'html', 'identified', 'identified', '', 0)",
            (mail, self.organisation),
        )
        connection.executemany(
            "INSERT INTO link (id, org_id, message_id, kind, ordinal, destination, ceiling) "
            "VALUES (?, ?, ?, ?, ?, 'https://example.com/', 'identified')",
            ((link, self.organisation, mail, kind, ordinal) for ordinal, (link, kind) in enumerate(links)),
        )
        return mail, links


def counts(mail, first_hour, pattern):
    """What belongs to the interactions, twice as many that name nobody, and some scanners."""
    message, links = mail
    for (place, hour), n in pattern.items():
        link, kind = links[place]
        yield message, link, kind, first_hour + hour, "identified", n
        yield message, link, kind, first_hour + hour, "anonymous", 2 * n
        if hour == 0:
            yield message, link, kind, first_hour, "scanner", 3
