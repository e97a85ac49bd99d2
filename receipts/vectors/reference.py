"""Writes the test vectors beside it, from an implementation of its own.

    python3 reference.py        (needs nothing but Python)
"""

import json
import struct
from hashlib import blake2b
from pathlib import Path

HERE = Path(__file__).parent
GENESIS = bytes([0x47] * 32)


def h(*parts):
    return blake2b(b"".join(parts), digest_size=32).digest()


def u16(n):
    return struct.pack("<H", n)


def u32(n):
    return struct.pack("<I", n)


def u64(n):
    return struct.pack("<Q", n)


def u128(n):
    return n.to_bytes(16, "little")


def name(n):
    """32 bytes that are easy to make anywhere: n, n + 1, ..."""
    return bytes((n + at) % 256 for at in range(32))


# What is signed.


def voucher(channel, lane, cumulative, request):
    return channel + u16(lane) + u128(cumulative) + request


def receipt(n):
    """The nth receipt: every third has no commitment; three providers, two models."""
    charge = 1_000_000 * n + 7
    commitment = b"\x00" if n % 3 == 0 else b"\x01" + name(40 + n)
    return {
        "provider": name(n % 3),
        "model": name(100 + n % 2),
        "charge": charge,
        "scale": name(n)
        + name(200)
        + u16(n % 5)
        + name(100 + n % 2)
        + name(n % 3)
        + name(150 + n)
        + name(77)
        + u32(10 + n)
        + u32(20 * n)
        + u128(charge)
        + name(60 + n)
        + u32(300 + n)
        + commitment
        + u64(1_790_000_000_000 + n)
        + u64(1_790_000_001_000 + 2 * n)
        + u32(50 + n),
    }


def acknowledgement(receipt, taken_at):
    return receipt + u32(taken_at)


def signature(n):
    """No signature, but as long as one."""
    return name(3 * n) + name(5 * n)


def leaf(n):
    """What names the nth receipt with its signature."""
    return h(b"reckon:receipt-leaf:v1", receipt(n)["scale"], signature(n))


# Trees that add up.


def above(left, right):
    return (h(b"reckon:sum-node:v1", left[0], u128(left[1]), right[0], u128(right[1])), left[1] + right[1])


def top_of(nodes):
    """Recursive, unlike the crate's: the left part has the largest power of two that leaves a right part."""
    if len(nodes) == 1:
        return nodes[0]
    split = 1
    while split * 2 < len(nodes):
        split *= 2
    return above(top_of(nodes[:split]), top_of(nodes[split:]))


def path_of(nodes, index):
    if len(nodes) == 1:
        return []
    split = 1
    while split * 2 < len(nodes):
        split *= 2
    if index < split:
        return path_of(nodes[:split], index) + [top_of(nodes[split:])]
    return path_of(nodes[split:], index - split) + [top_of(nodes[:split])]


def root_of(nodes):
    top = top_of(nodes)
    return {"hash": h(b"reckon:sum-root:v1", u32(len(nodes)), u128(top[1]), top[0]), "count": len(nodes), "sum": top[1]}


def shown(root):
    return {"hash": root["hash"].hex(), "count": root["count"], "sum": str(root["sum"])}


def shown_path(path):
    return [{"hash": node[0].hex(), "sum": str(node[1])} for node in path]


def signing_vectors():
    vouchers = [(name(1), 0, 0, name(9)), (name(2), 7, 10**15 + 3, name(8)), (name(3), 65535, 2**128 - 1, name(7))]
    return {
        "genesis": GENESIS.hex(),
        "vouchers": [
            {
                "channel": channel.hex(),
                "lane": lane,
                "cumulative": str(cumulative),
                "request": request.hex(),
                "payload": (b"reckon:voucher:v1" + GENESIS + voucher(channel, lane, cumulative, request)).hex(),
            }
            for channel, lane, cumulative, request in vouchers
        ],
        "receipts": [
            {"n": n, "payload": (b"reckon:receipt:v1" + GENESIS + receipt(n)["scale"]).hex()} for n in range(6)
        ],
        "acknowledgements": [
            {
                "n": n,
                "taken_at": taken_at,
                "payload": (b"reckon:acknowledgement:v1" + GENESIS + acknowledgement(leaf(n), taken_at)).hex(),
            }
            for n, taken_at in [(0, 0), (1, 1_000_000), (5, 2**32 - 1)]
        ],
    }


def batch_vectors():
    cases = []
    for count in [1, 2, 3, 6, 7, 20, 33, 100]:
        groups = {}
        for n in range(count):
            made = receipt(n)
            groups.setdefault((made["provider"], made["model"]), []).append((leaf(n), made["charge"]))
        totals, leaves = [], []
        for (provider, model), group in sorted(groups.items()):
            root = root_of(group)
            scale = provider + model + root["hash"] + u32(root["count"]) + u128(root["sum"])
            leaves.append((h(b"reckon:total-leaf:v1", scale), root["sum"]))
            totals.append({"provider": provider.hex(), "model": model.hex(), "receipts": shown(root)})
        total = len(totals) // 2
        group = sorted(groups.items())[total][1]
        index = len(group) * 2 // 3
        cases.append(
            {
                "receipts": count,
                "totals": totals,
                "root": shown(root_of(leaves)),
                "opened": {
                    "total": total,
                    "index": index,
                    "path": shown_path(path_of(group, index)),
                    "total_path": shown_path(path_of(leaves, total)),
                },
            }
        )
    return {"cases": cases}


# What is drawn.


def sampled(seed, total, rate, amount):
    """Which unit of a total's charge the lot falls on, if it falls on it; the rate in millionths."""
    drawn = h(b"reckon:sample:v1", seed, u32(total))
    lot = int.from_bytes(drawn[:16], "little") % 1_000_000
    if lot >= rate or amount == 0:
        return None
    return int.from_bytes(drawn[16:], "little") % amount


def sample_vectors():
    cases = []
    for n in range(40):
        rate = [1_000_000, 500_000, 110_000, 20_000, 0][n % 5]
        amount = [1, 10, 1_000_003, 10**21, 2**128 - 1][n // 5 % 5]
        point = sampled(name(n), n, rate, amount)
        shown = None if point is None else str(point)
        cases.append({"seed": name(n).hex(), "total": n, "rate": rate, "sum": str(amount), "point": shown})
    return {"cases": cases}


def write(name, content):
    (HERE / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")


write("signing", signing_vectors())
write("batch", batch_vectors())
write("samples", sample_vectors())
