#!/usr/bin/env python3
"""Checks receipts, heads and entries of the transparency log. Written from RFC 7515, RFC 8032, RFC 8785, RFC 9162 and
C2SP tlog-checkpoint, with nothing but Python's standard library; none of it is shared with Assent.

  verify_log.py receipt RECEIPT KEYS
  verify_log.py checkpoints OLD NEW CONSISTENCY KEYS
  verify_log.py entries ENTRIES CHECKPOINT KEYS
  verify_log.py export EXPORT ENTRIES CHECKPOINT RECEIPT... KEYS
  verify_log.py batch KEYS

Exit codes: 0 everything holds, 4 something does not. `batch` reads cases from stdin, a JSON list a line: what, and what is
in its files; it answers each with a line, 0 or 4. `["keep", 7, "…"]` has a text kept for the number 7, which may stand for
it after that."""
import base64
import csv
import datetime
import functools
import hashlib
import hmac
import io
import ipaddress
import json
import re
import sys

# Ed25519 (RFC 8032 §5.1): the curve -x² + y² = 1 + d·x²·y² over the integers modulo p.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


class Invalid(Exception):
    pass


def need(condition, why):
    if not condition:
        raise Invalid(why)


def add(a, b):
    """Adds two points (X, Y, Z, T) with x = X/Z, y = Y/Z, x·y = T/Z."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


@functools.lru_cache(maxsize=16)
def multiples(point):
    """0 to 15 times the point, 16 times each of those, and so on: keys are used again and again."""
    table = []
    for _ in range(64):
        row = [(0, 1, 1, 0)]
        for _ in range(15):
            row.append(add(row[-1], point))
        table.append(row)
        point = add(row[-1], point)
    return table


def times(number, point):
    result = (0, 1, 1, 0)
    for row in multiples(point):
        result = add(result, row[number & 15])
        number >>= 4
    return result


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point(data):
    """RFC 8032 §5.1.3."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    need(y < P, "a point is not on the curve")
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_M1 % P
    need((x * x - square) % P == 0 and not (x == 0 and sign), "a point is not on the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


known_point = functools.lru_cache(maxsize=16)(point)
BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


@functools.lru_cache(maxsize=256)
def signed(key, message, signature):
    """RFC 8032 §5.1.7, and neither the key nor R of small order."""
    need(len(signature) == 64, "a signature has 64 bytes")
    a, r = known_point(key), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    need(s < L, "the signature is wrong")
    for each in (a, r):
        for _ in range(3):
            each = add(each, each)
        need(not same(each, (0, 1, 1, 0)), "a key of small order")
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    need(same(times(s, BASE), add(r, times(k, a))), "the signature is wrong")


def unbase64(text, url=False):
    """Only as it would be written: no other text for the same bytes."""
    try:
        padded = text + "=" * (-len(text) % 4) if url else text
        data = base64.b64decode(padded, altchars=b"-_" if url else None, validate=True)
    except ValueError as error:
        raise Invalid("not base64") from error
    again = base64.urlsafe_b64encode(data).rstrip(b"=") if url else base64.b64encode(data)
    need(again.decode() == text, "not base64 as it should be written")
    return data


def unhex(text):
    """32 bytes, written in one way only."""
    need(isinstance(text, str) and re.fullmatch("[0-9a-f]{64}", text), "not a hash")
    return bytes.fromhex(text)


def whole(value):
    """A number that is no fraction and no truth value."""
    need(type(value) is int and value >= 0, "not a whole number")
    return value


def canonical(value):
    """RFC 8785, for the strings, integers, lists and objects with ASCII names that there are here."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def once(pairs):
    need(len({name for name, _ in pairs}) == len(pairs), "a name is given twice")
    return dict(pairs)


def parse(text):
    try:
        return json.loads(text, object_pairs_hook=once)
    except ValueError as error:
        raise Invalid("not JSON") from error


class Keys(dict):
    """Public keys by their RFC 7638 thumbprints; the same object is the same keys."""

    __hash__ = object.__hash__


def keys_of(text):
    keys = Keys()
    for jwk in parse(text)["keys"]:
        need((jwk["kty"], jwk["crv"]) == ("OKP", "Ed25519"), "not an Ed25519 key")
        named = {"crv": "Ed25519", "kty": "OKP", "x": jwk["x"]}
        thumbprint = hashlib.sha256(canonical(named).encode()).digest()
        keys[base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode()] = unbase64(jwk["x"], True)
    return keys


# RFC 9162 §2.1


def leaf_hash(leaf):
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_hash(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(tree_hash(leaves[:left]), tree_hash(leaves[left:]))


def included(leaf, index, size, path, root):
    """§2.1.3.2."""
    need(0 <= index < size, "the leaf is not in the tree")
    fn, sn, r = index, size - 1, leaf
    for p in path:
        need(sn != 0, "the leaf is not in the tree")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0 and r == root, "the leaf is not in the tree")


def consistent(first, first_hash, second, second_hash, path):
    """§2.1.4.2."""
    wrong = "the newer log does not begin with the older one"
    need(first <= second, wrong)
    if first in (0, second):
        need(not path, wrong)
        need(first_hash == (second_hash if first else tree_hash([])), wrong)
        return
    if first & (first - 1) == 0:
        path = [first_hash] + path
    need(path, wrong)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        need(sn != 0, wrong)
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0 and fr == first_hash and sr == second_hash, wrong)


@functools.lru_cache(maxsize=64)
def checkpoint(note, keys):
    """C2SP signed-note and tlog-checkpoint: (origin, size, root)."""
    text, found, signatures = note.rpartition("\n\n")
    need(found and signatures.endswith("\n"), "not a checkpoint")
    lines = text.split("\n")
    need(len(lines) == 3 and lines[0], "not a checkpoint")
    origin, size, root = lines
    need(size.isascii() and size.isdigit() and str(int(size)) == size, "not a checkpoint")
    root = unbase64(root)
    need(len(root) == 32, "not a checkpoint")
    known = False
    for line in signatures[:-1].split("\n"):
        parts = line.split(" ")
        need(len(parts) == 3 and parts[0] == "\u2014", "not a checkpoint")
        data = unbase64(parts[2])
        need(len(data) == 68, "not a checkpoint")
        for key in keys.values():
            key_id = hashlib.sha256(parts[1].encode() + b"\n\1" + key).digest()[:4]
            if parts[1] == origin and key_id == data[:4]:
                signed(key, (text + "\n").encode(), data[4:])
                known = True
    need(known, "no known key has signed the checkpoint")
    return origin, int(size), root


@functools.lru_cache(maxsize=64)
def receipt(jws, keys):
    parts = jws.split(".")
    need(len(parts) == 3, "not a receipt")
    header = parse(unbase64(parts[0], True).decode(errors="replace"))
    expected = {"alg": "EdDSA", "typ": "assent-receipt+jwt", "kid": header.get("kid")}
    need(header == expected, "not a receipt")
    need(header["kid"] in keys, "no known key has signed the receipt")
    message = (parts[0] + "." + parts[1]).encode()
    signed(keys[header["kid"]], message, unbase64(parts[2], True))
    content = parse(unbase64(parts[1], True).decode())
    record, proof = content["record"], content["proof"]
    leaf = parse(proof["leaf"])
    need(canonical(leaf) == proof["leaf"], "the leaf is not written as it was hashed")

    def committed(what, text):
        key = unhex(proof["leaf_key"])
        return hmac.new(key, (what + "\n" + text).encode(), hashlib.sha256).hexdigest()

    need(leaf["subject"] == committed("subject", record["pii_principal_id"]), "about somebody else")
    shown = committed("shown", canonical(record["notice"])) if "notice" in record else None
    need(leaf.get("shown") == shown, "something else was shown")
    need(leaf["kind"] in ("set", "communication"), "not a receipt of a decision")
    about = {"set": "flag", "communication": "communication_type"}[leaf["kind"]]
    answers = {each[about]: {"granted": True, "refused": False}[each["answer"]] for each in record["purposes"]}
    decided = leaf["flags"] if about == "flag" else {leaf["communication_type"]: leaf["opted_in"]}
    said = (leaf["org"], decided, leaf["at"], leaf.get("regime"), leaf["source"])
    written = (
        record["pii_controller"]["party_id"],
        answers,
        record["event_time"],
        record.get("jurisdiction"),
        record["collection_method"],
    )
    need(said == written and len(answers) == len(record["purposes"]), "the record and the leaf differ")
    origin, size, root = checkpoint(proof["checkpoint"], keys)
    need(origin == "assent/" + leaf["org"], "a head of another log")
    hashed = leaf_hash(proof["leaf"].encode())
    need(content["receipt_id"] == hashed.hex(), "another receipt id")
    included(hashed, whole(proof["index"]), size, [unhex(each) for each in proof["path"]], root)
    return content


def checkpoints(old, new, proof, keys):
    old, new, proof = checkpoint(old, keys), checkpoint(new, keys), parse(proof)
    need(old[0] == new[0], "heads of two logs")
    need((whole(proof["from"]), whole(proof["to"])) == (old[1], new[1]), "a proof about other sizes")
    consistent(old[1], old[2], new[1], new[2], [unhex(each) for each in proof["path"]])


@functools.lru_cache(maxsize=16)
def entries(lines, head, keys):
    origin, size, root = checkpoint(head, keys)
    leaves = lines_of(lines)[:size]
    read = [parse(leaf) for leaf in leaves]
    for leaf in read:
        need("assent/" + leaf.get("org", "") == origin, "a leaf of another log")
    need(len(leaves) == size, "entries are missing")
    need(tree_hash([leaf_hash(leaf.encode()) for leaf in leaves]) == root, "the entries are not what was signed")
    return read


def lines_of(text):
    """What is between line feeds; a carriage return before one is left out, and nothing follows the last."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


# Exports: docs/formats.md of Assent. A row is a dictionary of what it says in the terms of leaves; what it does not say
# is not in it. `who`, `request`, `item`, `network`, `shown` and `evidence` open only with a receipt.

FLAGS = ["dc", "al", "tg", "cd", "sh", "re"]
COLUMNS = ["seq", "subject", "via", "action", *FLAGS, "source", "regime", "regime_source", "at", "received_at", "network"]
COLUMNS.append("request_id")
ACTIONS = {"set", "remove", "portability"}


def moment(text):
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
    need(isinstance(text, str) and re.fullmatch(form, text, re.ASCII), "not a time")
    return text


def said(action, flags):
    need(action in ACTIONS, "not an action")
    need((action == "set") == bool(flags), "flags do not fit the action")
    need(all(type(value) is bool for value in flags.values()), "not an answer")
    return {"kind": action, **({"flags": flags} if flags else {})}


def of_line(fields):
    """A row of the audit log as JSON."""
    need(set(fields) == set(COLUMNS), "not a row of the log")
    flags = {flag: fields[flag] for flag in FLAGS if fields[flag] is not None}
    need(type(fields["seq"]) is int, "not a row of the log")
    for name in ("source", "regime", "regime_source", "request_id"):
        need(isinstance(fields[name], str), "not a row of the log")
    for name in ("subject", "via", "network"):
        need(fields[name] is None or isinstance(fields[name], str), "not a row of the log")
    row = said(fields["action"], flags)
    row.update({name: fields[name] for name in ("source", "regime", "regime_source")})
    row.update(at=moment(fields["at"]), received_at=moment(fields["received_at"]))
    row.update(who=fields["subject"], request=fields["request_id"], network=fields["network"])
    return {**row, "linked": True} if fields["via"] is not None else row


def quoted(text):
    return '"' + text.replace('"', '""') + '"' if re.search('[",\n\r]', text) else text


def of_csv(line):
    cells = next(csv.reader([line], strict=True), [])
    need(len(cells) == len(COLUMNS), "not a row of the log")
    # Written in one way only.
    need(",".join(map(quoted, cells)) == line, "not a row of the log")
    fields = {}
    for name, cell in zip(COLUMNS, cells):
        if re.match("'[=+\\-@]", cell):
            cell = cell[1:]
        fields[name] = cell or None
        if name in FLAGS and cell:
            need(cell in ("true", "false"), "not an answer")
            fields[name] = cell == "true"
        if name == "seq":
            need(re.fullmatch("0|-?[1-9][0-9]*", cell), "not a number")
            fields[name] = int(cell)
    return of_line(fields)


def of_record(line):
    """The Salesforce DMP's line; one of 13 fields is never written here."""
    fields = line.split("^")
    need(len(fields) == 12, "not a record")
    name, value, device, org, source, at, flags, action, regime, regime_source, address, request = fields
    for text in (name, value, device, source, request):
        need(0 < len(text.encode()) <= 256, "not a record")
    if address:
        need(str(ipaddress.ip_address(address)) == address, "not an address")
    need(re.fullmatch("[0-9]{16}", at), "not a time")
    seconds, micros = divmod(int(at), 10**6)
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds, microseconds=micros)
    pairs = {}
    for pair in flags.split("&") if flags else []:
        code, _, number = pair.partition("=")
        need(code not in pairs, "a flag is given twice")
        pairs[code] = number
    mask = pairs.pop("cg", None)
    need(all(code in FLAGS and number in ("0", "1") for code, number in pairs.items()), "not flags")
    granted = sum(1 << FLAGS.index(code) for code, number in pairs.items() if number == "1")
    need(mask == (str(granted) if pairs else None), "not the mask of the flags")
    order = [code for code in ["dc", "cd", "re", "tg", "al", "sh"] if code in pairs]
    need(list(pairs) == order and (not pairs or flags.startswith("cg=")), "not flags as they are written")
    row = said(action, {code: number == "1" for code, number in pairs.items()})
    row.update(source=source, org=org, at=at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), request=request)
    if pairs:
        row.update(regime=regime, regime_source=regime_source)
    else:
        need((regime, regime_source) == ("", ""), "not a record")
    if device != "-":
        row["device"] = device
    else:
        erased = (name, value) == ("-", "-")
        row["who"] = None if erased else f"contact:{value}" if name == "contact" else f"bk:{name}:{value}"
    return row


STATUSES = {"opted_in": True, "opted_out": False}


def shown_of(value):
    names = {"form", "version", "language"}
    need(value is None or (set(value) == names and all(isinstance(value[name], str) for name in names)), "not a form")
    return value


def of_person(person):
    """Everything about a person, and about her devices."""
    names = {"subject", "at", "consent", "signals", "links", "messages", "interactions"}
    may = {"communications", "communication_signals", "devices", "asked_later", "attributes", "ceiling", "last_open"}
    need(names <= set(person) <= names | may and isinstance(person["subject"], str), "not a person")
    rows = []
    for signal in person["signals"]:
        names = {"seq", "request_id", "item", "action", "flags", "tier", "source", "regime", "regime_source", "at"}
        names.add("received_at")
        may = {"via", "grants_at", "shown", "evidence", "actor"}
        need(names <= set(signal) <= names | may, "not a signal")
        row = said(signal["action"], signal["flags"])
        need(set(signal["flags"]) <= set(FLAGS), "not flags")
        for name in ("tier", "source", "regime", "regime_source"):
            row[name] = signal[name]
        row.update(at=moment(signal["at"]), received_at=moment(signal["received_at"]))
        row.update(linked=signal.get("via") is not None, actor=signal.get("actor"))
        if row["kind"] == "set":
            row["grants_at"] = moment(signal["grants_at"]) if signal.get("grants_at") else None
        row.update(who=person["subject"], request=signal["request_id"], item=whole(signal["item"]))
        evidence = signal.get("evidence")
        row.update(shown=shown_of(signal.get("shown")), evidence=None if evidence is None else compact(evidence))
        rows.append(row)
    for signal in person.get("communication_signals", []):
        names = {"seq", "request_id", "item", "type", "status", "source", "at", "received_at"}
        need(names <= set(signal) <= names | {"shown", "actor"}, "not a signal")
        row = {"kind": "communication", "communication_type": signal["type"], "opted_in": STATUSES[signal["status"]]}
        row.update(at=moment(signal["at"]), received_at=moment(signal["received_at"]), source=signal["source"])
        row.update(who=person["subject"], request=signal["request_id"], item=whole(signal["item"]))
        row.update(shown=shown_of(signal.get("shown")), actor=signal.get("actor"))
        rows.append(row)
    for device in person.get("devices", []):
        rows += of_person(device)
    return rows


PERSON = ["subject", "record", "at", "name", "value", "source", "regime", "request_id", "item", "tier", "regime_source"]
PERSON += ["received_at", "grants_at", "via", "actor", "form", "version", "language", "seq"]
NOT_IN_LOG = {"in_force", "communication_in_force", "link", "interaction", "asked_later", "last_open", "ceiling", "attribute"}
CHOICES = {"granted": True, "refused": False}


def number(text):
    """Written in one way only."""
    need(re.fullmatch("0|-?[1-9][0-9]*", text, re.ASCII), "not a number")
    return int(text)


def of_person_csv(text):
    """The same as a table: a row for each flag, which share what the signal says besides."""
    records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    again = "".join(",".join(map(quoted, record)) + "\r\n" for record in records)
    need(again == text, "not written as it should be")
    rows, shared = [], None
    for record in records[1:]:
        need(len(record) == len(PERSON), "not a row")
        fields = dict(zip(PERSON, record))
        kind, name, value = (fields.pop(each) for each in ("record", "name", "value"))
        known = rows[-1] if rows and shared == fields else None
        if kind == "signal" and known is not None:
            need(known["kind"] == "set" and name in FLAGS and name not in known["flags"], "not a flag")
            known["flags"][name] = CHOICES[value]
        elif kind == "strings" and known is not None and name == "" and known.get("evidence", "") is None:
            known["evidence"] = value
        elif kind in ("signal", "request", "communication"):
            rows.append(first_of(kind, name, value, fields))
            shared = fields
        else:
            need(kind in NOT_IN_LOG, "not a row")
    return rows


def first_of(kind, name, value, fields):
    """The first row of a signal."""
    number(fields["seq"])
    item = number(fields["item"])
    need(0 <= item < 2**32, "not a number")
    shown = {name: fields[name] for name in ("form", "version", "language")}
    need(all(shown.values()) or not any(shown.values()), "not a form")
    row = {"who": fields["subject"], "at": moment(fields["at"]), "source": fields["source"], "item": item}
    row.update(request=fields["request_id"], received_at=moment(fields["received_at"]))
    row.update(actor=fields["actor"] or None, shown=shown if any(shown.values()) else None)
    if kind == "communication":
        for each in ("regime", "tier", "regime_source", "grants_at", "via"):
            need(fields[each] == "", "not of communications")
        return {**row, "kind": kind, "communication_type": name, "opted_in": STATUSES[value]}
    grants_at = moment(fields["grants_at"]) if fields["grants_at"] else None
    row.update({each: fields[each] for each in ("tier", "regime", "regime_source")})
    row.update(linked=fields["via"] != "", evidence=None)
    if kind == "signal":
        need(name in FLAGS, "not a flag")
        return {**row, "kind": "set", "flags": {name: CHOICES[value]}, "grants_at": grants_at}
    need(name in ("remove", "portability") and value == "", "not an action")
    return {**row, "kind": name}


def rows_of(text):
    lines = lines_of(text)
    first = lines[0] if lines else ""
    if first == ",".join(COLUMNS):
        return [of_csv(line) for line in lines[1:]]
    if first == ",".join(PERSON):
        return of_person_csv(text)
    if first.startswith("{"):
        if '"signals"' in text:
            return of_person(parse(text))
        need(all(canonical(parse(line)) == line for line in lines), "not as it is written")
        return [of_line(parse(line)) for line in lines]
    need(len(first.split("^")) >= 12, "not an export")
    return [of_record(line) for line in lines]


IN_LEAF = ["org", "kind", "at", "flags", "source", "received_at", "grants_at", "regime", "regime_source", "tier", "actor"]
IN_LEAF += ["communication_type", "opted_in"]


def agrees(row, leaf):
    same = all(leaf.get(name) == row[name] for name in IN_LEAF if name in row)
    linked = "linked" not in row or leaf.get("linked", False) == row["linked"]
    return same and linked and leaf.get("flags") == row.get("flags")


def export(text, lines, head, *rest):
    *receipts, keys = rest
    leaves = entries(lines, head, keys)
    receipts = [receipt(each.strip(), keys) for each in receipts]
    rows = rows_of(text)
    free = dict(enumerate(leaves))
    opened = set()
    for each in receipts:
        record, proof = each["record"], each["proof"]
        request, _, item = record["record_id"].rpartition("/")

        def is_of(row):
            who = record["pii_principal_id"]
            device = who.startswith("device:") and ":" in who[7:] and who[7:].split(":", 1)[1] == row.get("device")
            same = device if "device" in row else row["who"] == who
            return (
                same
                and (row["kind"] == "communication") == ("communication_type" in record["purposes"][0])
                and row["request"] == request
                and str(row.get("item", item)) == item
                and row["at"] == record["event_time"]
            )

        found = [number for number, row in enumerate(rows) if is_of(row)]
        need(found and proof["index"] < len(leaves), "the decision of a receipt is not in the export")
        row, leaf = rows[found[0]], leaves[proof["index"]]
        need(agrees(row, leaf), "a row says something else than its leaf")

        def committed(what, content):
            key = unhex(proof["leaf_key"])
            return content and hmac.new(key, f"{what}\n{content}".encode(), hashlib.sha256).hexdigest()

        for name, text in (("network", str), ("shown", canonical), ("evidence", str)):
            if name in row:
                content = row[name] and text(row[name])
                need(leaf.get(name) == committed(name, content), "a row says something else than its leaf")
        free.pop(proof["index"], None)
        opened.add(found[0])
    for number, row in enumerate(rows):
        if number not in opened:
            place = next((place for place, leaf in free.items() if agrees(row, leaf)), None)
            need(place is not None, "a row is not in the log")
            del free[place]


def compact(value):
    """As it came, without white space."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


CHECKS = {"receipt": receipt, "checkpoints": checkpoints, "entries": entries, "export": export}
WRONG = (Invalid, KeyError, TypeError, AttributeError, UnicodeError, ValueError, IndexError, OverflowError, csv.Error)
WRONG += (RecursionError,)


def batch(keys):
    kept = {}
    for line in sys.stdin:
        what, *texts = json.loads(line)
        if what == "keep":
            kept[texts[0]] = texts[1]
            continue
        texts = [kept[text] if isinstance(text, int) else text for text in texts]
        try:
            CHECKS[what](*[text.strip() if what == "receipt" else text for text in texts], keys)
            print(0, flush=True)
        except WRONG:
            print(4, flush=True)


def main(what, *files):
    *texts, keys = [open(file, encoding="utf-8", newline="").read() for file in files]
    if what == "batch":
        return batch(keys_of(keys))
    try:
        found = CHECKS[what](*[text.strip() if what == "receipt" else text for text in texts], keys_of(keys))
    except WRONG as error:
        print(f"NOT VALID: {error}")
        return 4
    print("VALID", what, *([found["record"]["pii_principal_id"]] if what == "receipt" else []))
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in {*CHECKS, "batch"}:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
