"""Golden tokens of the seeded sampler, version 1, from an implementation of its own.

    python sampler_reference.py > sampler.json        (needs the package blake3)
"""

import json
import math
import struct

from blake3 import blake3

SEED = bytes(range(32))
VOCABULARY = 1000
POSITIONS = 24
SETTINGS = [(0.0, 0, 1.0), (1.0, 0, 1.0), (0.7, 40, 0.9), (1.5, 8, 1.0), (0.05, 64, 0.5), (30.0, 0, 0.25)]


def f32(number):
    return struct.unpack("<f", struct.pack("<f", number))[0]


def logits(position):
    """Exact in f32: 16 bits from a multiplicative hash."""
    return [(((token + 1) * (position + 1) * 2654435761 >> 8) % 65536 - 32768) / 4096 for token in range(VOCABULARY)]


def gumbel(position, token):
    digest = blake3(struct.pack("<QI", position, token), key=SEED).digest()
    u = ((int.from_bytes(digest[:8], "little") >> 12) + 0.5) / 2**52
    return -math.log(-math.log(u))


def sample(position, temperature, top_k, top_p):
    row = logits(position)
    ranked = sorted(range(VOCABULARY), key=lambda token: (-row[token], token))
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


cases = []
for temperature, top_k, top_p in SETTINGS:
    temperature, top_p = f32(temperature), f32(top_p)
    tokens = [sample(position, temperature, top_k, top_p) for position in range(POSITIONS)]
    cases.append({"temperature": temperature, "top_k": top_k, "top_p": top_p, "tokens": tokens})
print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")
