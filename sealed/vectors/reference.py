"""Writes the test vectors beside it, from an implementation of its own.

    python3 reference.py        (needs the package cryptography, for curve and cipher alone)
"""

import hashlib
import hmac
import json
import struct
from base64 import urlsafe_b64encode
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = Path(__file__).parent


def extract(salt, secret):
    return hmac.new(salt or bytes(32), secret, hashlib.sha256).digest()


def expand(key, info, length):
    out, block, at = b"", b"", 1
    while len(out) < length:
        block = hmac.new(key, block + info + bytes([at]), hashlib.sha256).digest()
        out, at = out + block, at + 1
    return out[:length]


# RFC 9180, base mode: DHKEM(X25519, HKDF-SHA256) is 0x0020, HKDF-SHA256 0x0001, export only 0xffff.
KEM = b"KEM" + bytes.fromhex("0020")
HPKE = b"HPKE" + bytes.fromhex("0020" "0001" "ffff")


def labeled_extract(suite, salt, label, secret):
    return extract(salt, b"HPKE-v1" + suite + label + secret)


def labeled_expand(suite, key, label, info, length):
    return expand(key, struct.pack(">H", length) + b"HPKE-v1" + suite + label + info, length)


def public(private):
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def exported(ephemeral, recipient, info, context):
    enc = public(ephemeral)
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    eae = labeled_extract(KEM, b"", b"eae_prk", shared)
    shared = labeled_expand(KEM, eae, b"shared_secret", enc + recipient, 32)
    schedule = b"\0" + labeled_extract(HPKE, b"", b"psk_id_hash", b"")
    schedule += labeled_extract(HPKE, b"", b"info_hash", info)
    secret = labeled_extract(HPKE, shared, b"secret", b"")
    exporter = labeled_expand(HPKE, secret, b"exp", schedule, 32)
    return enc, labeled_expand(HPKE, exporter, b"sec", context, 32)


def derive(secret, salt, info):
    return expand(extract(salt, secret), info, 32)


def compact(n):
    if n < 1 << 6:
        return struct.pack("<B", n << 2)
    if n < 1 << 14:
        return struct.pack("<H", n << 2 | 1)
    return struct.pack("<I", n << 2 | 2)


def scale(text):
    return compact(len(text)) + text


def padded(record, block):
    return record + bytes(-len(record) % block)


def amount(n):
    return n.to_bytes(16, "little")


def request(nonce, model):
    """A chat of at most nine tokens, without its payload, as README.md has it."""
    sampling = struct.pack("<IHHH", 9, 700, 40, 1000) + bytes([0x55] * 32)
    price = amount(10) + amount(2) + amount(3)
    payload = bytes(32) + struct.pack("<I", 0)
    return nonce + model + b"\0" + payload + sampling + struct.pack("<hh", 500, -20) + price


def answer(secret, salt, parts, finish):
    aead = ChaCha20Poly1305(derive(secret, salt, b"answer"))
    text = urlsafe_b64encode(salt).rstrip(b"=") + b"."
    for at, part in enumerate(parts):
        last = at + 1 == len(parts)
        record = scale(part) + (bytes([1, finish]) if last else b"\0")
        nonce = bytes(7) + struct.pack(">I", at) + bytes([last])
        sealed = aead.encrypt(nonce, padded(record, 32), None)
        text += urlsafe_b64encode(sealed).rstrip(b"=") + (b"!" if last else b".")
    return text.decode()


def case(number, payload, parts, finish):
    fixed = lambda at: bytes([16 * number + at] * 32)
    genesis, worker, gateway, channel, lane = fixed(1), fixed(2), fixed(3), fixed(4), number
    nonce, model = fixed(5), fixed(6)
    recipient = X25519PrivateKey.from_private_bytes(fixed(7))
    info = b"reckon:sealed:v1" + genesis + worker + gateway + channel + struct.pack("<H", lane)
    info += request(nonce, model)
    ephemeral = X25519PrivateKey.from_private_bytes(fixed(8))
    enc, secret = exported(ephemeral, public(recipient), info, b"secret")
    ciphertext = ChaCha20Poly1305(derive(secret, b"", b"question")).encrypt(
        bytes(12), padded(scale(payload), 256), None
    )
    envelope = b"reckon:sealed:v1" + worker + enc + derive(secret, b"", b"commitment") + ciphertext
    return {
        "genesis": genesis.hex(),
        "worker": worker.hex(),
        "gateway": gateway.hex(),
        "channel": channel.hex(),
        "lane": lane,
        "nonce": nonce.hex(),
        "model": model.hex(),
        "private": fixed(7).hex(),
        "public": public(recipient).hex(),
        "payload": payload.hex(),
        "envelope": envelope.hex(),
        "secret": secret.hex(),
        "answer": answer(secret, fixed(9), parts, finish),
        "text": b"".join(parts).decode(),
        "finish": finish,
    }


def key(genesis, worker, x25519, until):
    payload = b"reckon:worker-key:v1" + genesis + worker + x25519 + struct.pack("<Q", until)
    return {
        "genesis": genesis.hex(),
        "worker": worker.hex(),
        "key": x25519.hex(),
        "until": until,
        "payload": payload.hex(),
    }


long = b'{"prompt":"' + b"x" * 300 + b'"}'
vectors = {
    "exchanges": [
        case(1, b'{"prompt":"a"}', [b"hello"], 0),
        case(2, long, ["hé".encode(), b"", b"llo " * 30, b" there"], 1),
        case(3, b"", [b"", b""], 2),
    ],
    "keys": [key(bytes([1] * 32), bytes([2] * 32), bytes([3] * 32), 1_800_000_000_000)],
}
(HERE / "sealed.json").write_text(json.dumps(vectors, indent="\t") + "\n")
