#!/usr/bin/env python3
"""Checks tokens.json against an implementation that shares no code with ours.

    pip install cryptography
    python3 crates/domain/tests/vectors/verify.py

Whoever seals tokens of their own can start from `seal` below.
"""

import base64
import json
import pathlib
import sys
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MARKS = {"own": 0, "anonymous": 3}


def hkdf(secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869, SHA-256, no salt."""
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=info).derive(secret)


def seal(secret: str, organisation: str, purpose: str, message: str | None, mark: str, contact: str) -> str:
    secret_bytes = secret.encode()
    key = hkdf(secret_bytes, b"assent token v1" + uuid.UUID(organisation).bytes, 32)
    key_id = hkdf(secret_bytes, b"assent token key id v1", 1)
    payload = bytes([MARKS[mark]]) + contact.encode()
    payload += bytes(max(48 - len(payload), -len(payload) % 16))
    scope = uuid.UUID(message).bytes if message else b""
    sealed = AESSIV(key).encrypt(payload, [purpose.encode(), scope])
    return base64.urlsafe_b64encode(key_id + sealed).rstrip(b"=").decode()


def main() -> int:
    file = pathlib.Path(__file__).with_name("tokens.json")
    vectors = json.loads(file.read_text())["vectors"]
    wrong = 0
    for vector in vectors:
        inputs = {name: vector[name] for name in ("secret", "organisation", "purpose", "message", "mark", "contact")}
        if seal(**inputs) != vector["token"]:
            wrong += 1
            print(f"differs: {vector['name']}", file=sys.stderr)
    print(f"{len(vectors) - wrong} of {len(vectors)} tokens agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
