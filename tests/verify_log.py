#!/usr/bin/env python3
"""Checks receipts, heads and entries of the transparency log. Written from RFC 7515, RFC 8032, RFC 8785, RFC 9162 and
C2SP tlog-checkpoint, with nothing but Python's standard library; none of it is shared with Assent.

  verify_log.py receipt RECEIPT KEYS
  verify_log.py checkpoints OLD NEW CONSISTENCY KEYS
  verify_log.py entries ENTRIES CHECKPOINT KEYS

Exit codes: 0 everything holds, 4 something does not."""
import base64
import hashlib
import hmac
import json
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


def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
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


BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def signed(key, message, signature):
    """RFC 8032 §5.1.7, and neither the key nor R of small order."""
    need(len(signature) == 64, "a signature has 64 bytes")
    a, r = point(key), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    need(s < L, "the signature is wrong")
    for each in (a, r):
        need(not same(times(8, each), (0, 1, 1, 0)), "a key of small order")
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


def keys_of(text):
    """Public keys by their RFC 7638 thumbprints."""
    keys = {}
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
        key = bytes.fromhex(proof["leaf_key"])
        return hmac.new(key, (what + "\n" + text).encode(), hashlib.sha256).hexdigest()

    need(leaf["subject"] == committed("subject", record["pii_principal_id"]), "about somebody else")
    shown = committed("shown", canonical(record["notice"])) if "notice" in record else None
    need(leaf.get("shown") == shown, "something else was shown")
    answers = {each["flag"]: each["answer"] == "granted" for each in record["purposes"]}
    said = (leaf["org"], leaf["flags"], leaf["at"], leaf["regime"], leaf["source"])
    written = (
        record["pii_controller"]["party_id"],
        answers,
        record["event_time"],
        record["jurisdiction"],
        record["collection_method"],
    )
    need(said == written, "the record and the leaf differ")
    origin, size, root = checkpoint(proof["checkpoint"], keys)
    need(origin == "assent/" + leaf["org"], "a head of another log")
    hashed = leaf_hash(proof["leaf"].encode())
    need(content["receipt_id"] == hashed.hex(), "another receipt id")
    included(hashed, proof["index"], size, [bytes.fromhex(each) for each in proof["path"]], root)
    return record


def checkpoints(old, new, proof, keys):
    old, new, proof = checkpoint(old, keys), checkpoint(new, keys), parse(proof)
    need(old[0] == new[0], "heads of two logs")
    need((proof["from"], proof["to"]) == (old[1], new[1]), "a proof about other sizes")
    consistent(old[1], old[2], new[1], new[2], [bytes.fromhex(each) for each in proof["path"]])


def entries(lines, head, keys):
    origin, size, root = checkpoint(head, keys)
    leaves = lines.encode().splitlines()[:size]
    for leaf in leaves:
        need("assent/" + parse(leaf.decode()).get("org", "") == origin, "a leaf of another log")
    need(len(leaves) == size, "entries are missing")
    need(tree_hash([leaf_hash(leaf) for leaf in leaves]) == root, "the entries are not what was signed")


CHECKS = {"receipt": receipt, "checkpoints": checkpoints, "entries": entries}


def main(what, *files):
    *texts, keys = [open(file, encoding="utf-8", newline="").read() for file in files]
    try:
        found = CHECKS[what](*[text.strip() if what == "receipt" else text for text in texts], keys_of(keys))
    except (Invalid, KeyError, TypeError, AttributeError, UnicodeError, ValueError) as error:
        print(f"NOT VALID: {error}")
        return 4
    print("VALID", what, *([found["pii_principal_id"]] if found else []))
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[1] not in CHECKS:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
