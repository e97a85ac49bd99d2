"""Writes the test vectors beside it, from an implementation of its own.

    python reference.py        (needs the package blake3)
"""

import json
import math
import struct
from pathlib import Path

from blake3 import blake3

HERE = Path(__file__).parent
SEED = bytes(range(32))
JOB = bytes([0x11] * 32)
PROVIDER = bytes([0x22] * 32)
SALT = bytes([0x33] * 32)
CHALLENGE = bytes([0x44] * 32)
AUDITOR = bytes([0x55] * 32)


def f32(number):
    return struct.unpack("<f", struct.pack("<f", number))[0]


def f32_bits(number):
    return struct.unpack("<I", struct.pack("<f", number))[0]


def derive(context, *parts):
    return blake3(b"".join(parts), derive_key_context=context)


# Sampler v1.

VOCABULARY = 1000
POSITIONS = 24
# Temperature, top_k, top_p, presence and frequency penalty.
SETTINGS = [
    (0.0, 0, 1.0, 0.0, 0.0),
    (1.0, 0, 1.0, 0.0, 0.0),
    (0.7, 40, 0.9, 0.0, 0.0),
    (1.5, 8, 1.0, 0.0, 0.0),
    (0.05, 64, 0.5, 0.0, 0.0),
    (30.0, 0, 0.25, 0.0, 0.0),
    (0.0, 0, 1.0, 0.3, 0.1),
    (0.8, 20, 0.95, -0.5, 0.7),
]


def logits(position):
    """Exact in f32: 16 bits from a multiplicative hash."""
    return [(((token + 1) * (position + 1) * 2654435761 >> 8) % 65536 - 32768) / 4096 for token in range(VOCABULARY)]


def repeating_logits(position):
    """As above, with favourites that come again, for the penalties."""
    return [logit + (9.0 if token % 331 == 7 else 0.0) for token, logit in enumerate(logits(position))]


def gumbel(position, token):
    digest = blake3(struct.pack("<QI", position, token), key=SEED).digest()
    u = ((int.from_bytes(digest[:8], "little") >> 12) + 0.5) / 2**52
    return -math.log(-math.log(u))


def sample(row, answer, temperature, top_k, top_p, presence, frequency):
    position = len(answer)
    row = list(row)
    if presence or frequency:
        for token in set(answer):
            row[token] = f32(f32(row[token] - f32(frequency * f32(answer.count(token)))) - presence)
    ranked = sorted(range(len(row)), key=lambda token: (-row[token], token))
    if temperature == 0:
        return ranked[0]
    ranked = ranked[: top_k or 64]
    weights = [math.exp((row[token] - row[ranked[0]]) / temperature) for token in ranked]
    goal, mass, kept = top_p * sum(weights), 0.0, []
    for token, weight in zip(ranked, weights):
        if kept and mass >= goal:
            break
        kept.append(token)
        mass += weight
    return min(kept, key=lambda token: (-(row[token] + temperature * gumbel(position, token)), token))


def sampler_vectors():
    cases = []
    for setting in SETTINGS:
        temperature, top_k, top_p, presence, frequency = setting
        temperature, top_p, presence, frequency = map(f32, (temperature, top_p, presence, frequency))
        source = repeating_logits if presence or frequency else logits
        answer = []
        for position in range(POSITIONS):
            answer.append(sample(source(position), answer, temperature, top_k, top_p, presence, frequency))
        cases.append(
            {
                "temperature": temperature,
                "top_k": top_k,
                "top_p": top_p,
                "presence_penalty": presence,
                "frequency_penalty": frequency,
                "repeating": source is repeating_logits,
                "tokens": answer,
            }
        )
    return {"seed": SEED.hex(), "vocabulary": VOCABULARY, "cases": cases}


# AC1.


def row(position, width):
    """Exact in f32, never all zero."""
    return [((position * 131 + column * 29 + 7) % 257 - 128) / 64 for column in range(width)]


def leaf(position, token, numbers):
    return derive(
        "reckon AC1 leaf: job, position, token, width, row of f32",
        JOB,
        struct.pack("<III", position, token, len(numbers)),
        struct.pack(f"<{len(numbers)}f", *numbers),
    ).digest()


def tree(leaves):
    levels = [leaves]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append(
            [
                derive("reckon AC1 node: left, right", *below[at : at + 2]).digest() if at + 1 < len(below) else below[at]
                for at in range(0, len(below), 2)
            ]
        )
    return levels


def path(levels, position):
    siblings = []
    for level in levels[:-1]:
        if position ^ 1 < len(level):
            siblings.append(level[position ^ 1].hex())
        position //= 2
    return siblings


def commitment_vectors():
    cases = []
    for count, width in [(1, 1), (2, 3), (3, 4), (5, 300), (8, 2), (13, 7), (33, 16)]:
        tokens = [(position * 37 + 11) % 997 for position in range(count)]
        levels = tree([leaf(position, token, row(position, width)) for position, token in enumerate(tokens)])
        all_tokens = derive("reckon AC1 tokens: each", struct.pack(f"<{count}I", *tokens)).digest()
        shape = struct.pack("<II", count, width)
        root = derive("reckon AC1 root: count, width, tokens, top", shape, all_tokens, levels[-1][0]).digest()
        commit = derive("reckon AC1 commitment: job, provider, root, salt", JOB, PROVIDER, root, SALT).digest()
        opened = count * 2 // 3
        cases.append(
            {
                "count": count,
                "width": width,
                "tokens": tokens,
                "root": root.hex(),
                "commitment": commit.hex(),
                "opened": opened,
                "path": path(levels, opened),
            }
        )
    return {"job": JOB.hex(), "provider": PROVIDER.hex(), "salt": SALT.hex(), "cases": cases}


# AF1.


def positions(count):
    if count <= 8:
        return [min(at, count - 1) for at in range(8)]
    stream = derive("reckon AF1 positions: challenge, job, count", CHALLENGE, JOB, struct.pack("<I", count)).digest(length=56)
    taken = []
    for at, top in enumerate(range(count - 8, count - 1)):
        pick = int.from_bytes(stream[8 * at : 8 * at + 8], "little") % (top + 1)
        taken.append(top if pick in taken else pick)
    return sorted(taken + [count - 1])


def project(numbers):
    width = len(numbers)
    stream = derive("reckon AF1 signs: challenge, job, width", CHALLENGE, JOB, struct.pack("<I", width)).digest(length=2 * width)
    sums, squares = [0.0] * 16, 0.0
    for column, number in enumerate(numbers):
        squares += number * number
        signs = int.from_bytes(stream[2 * column : 2 * column + 2], "little")
        for bit in range(16):
            sums[bit] += -number if signs >> bit & 1 else number
    scaled = [8192.0 * total / math.sqrt(squares) for total in sums]
    away = [math.copysign(math.floor(abs(number) + 0.5), number) for number in scaled]
    return [max(-32768, min(32767, int(number))) for number in away]


def distance(a, b):
    worst = 0
    for left, right in zip(a, b):
        difference = sum((x - y) ** 2 for x, y in zip(left, right))
        longer = max(sum(x * x for x in left), sum(y * y for y in right))
        worst = max(worst, math.isqrt(difference * 10**12 // longer) if longer else 2**32 - 1)
    return worst


def fingerprint_vectors():
    cases = []
    for count, width in [(1, 4), (5, 32), (8, 7), (9, 64), (33, 300), (1000, 16), (2**20, 1)]:
        at = positions(count)
        print_ = [project(row(position, width)) for position in at]
        shifted = [project(row(position + 1, width)) for position in at]
        cases.append(
            {
                "count": count,
                "width": width,
                "positions": at,
                "fingerprint": print_,
                "distance_to_next_rows": distance(print_, shifted),
            }
        )
    return {"challenge": CHALLENGE.hex(), "job": JOB.hex(), "cases": cases}


# The bytes of a batch's receipts: any will do.
RECEIPTS = bytes(range(100))


def receipts_digest():
    return derive("reckon batch audit: batch, challenge, receipts", JOB, CHALLENGE, RECEIPTS).digest()


def blind_vectors():
    fingerprint = fingerprint_vectors()["cases"][1]["fingerprint"]
    votes = {
        "refuted_broken_off": bytes([0, 0, 2]),
        "refuted_unknown_token_7": bytes([0, 1]) + struct.pack("<I", 7),
        "replayed": bytes([1])
        + b"".join(struct.pack("<16h", *projected) for projected in fingerprint)
        + struct.pack("<5I", 5, 1, 1234, 567, 2_000_000),
        "output": bytes([2]) + SEED,
        "batch_sound": bytes([3, 0]) + receipts_digest(),
        "batch_unavailable": bytes([3, 1, 0]) + bytes(32),
        "batch_charges": bytes([3, 1, 2]) + receipts_digest(),
    }
    return {
        "job": JOB.hex(),
        "auditor": AUDITOR.hex(),
        "salt": SALT.hex(),
        "batch": {
            "challenge": CHALLENGE.hex(),
            "receipts": RECEIPTS.hex(),
            "digest": receipts_digest().hex(),
        },
        "votes": {
            name: {
                "scale": vote.hex(),
                "blind": derive("reckon audit vote: job, auditor, salt, vote", JOB, AUDITOR, SALT, vote).hexdigest(),
            }
            for name, vote in votes.items()
        },
    }


def write(name, content):
    text = json.dumps(content, indent=1)
    # Lists of numbers on one line.
    lines, depth = [], 0
    for line in text.split("\n"):
        if depth:
            lines[-1] += (" " if lines[-1].endswith(",") else "") + line.strip()
        else:
            lines.append(line)
        depth += line.count("[") - line.count("]") if depth or line.rstrip().endswith("[") and '"cases"' not in line else 0
    (HERE / f"{name}.json").write_text("\n".join(lines) + "\n")


write("sampler", sampler_vectors())
write("commitment", commitment_vectors())
write("fingerprint", fingerprint_vectors())
write("blind", blind_vectors())
