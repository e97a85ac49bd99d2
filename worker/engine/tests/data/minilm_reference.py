"""Reference vectors for all-MiniLM-L6-v2, in numpy and f64, sharing no code with the engine.

    python minilm_reference.py MODEL_DIR > minilm.json

What sentence-transformers does: BERT's basic and WordPiece tokenizer (lower case, accents
stripped), at most 256 tokens, encoder, mean over the tokens, length 1. Needs numpy only.
"""

import json
import math
import sys
import unicodedata
from pathlib import Path

import numpy as np

MAX_TOKENS = 256
SENTENCES = [
    "A cat sits on the mat.",
    "A feline is resting on a rug.",
    "The stock market fell sharply on Tuesday.",
    "ok",
    "",
    "   \t\n ",
    "Wie hoch ist die Zugspitze? Größe: 2962 m über dem Meeresspiegel.",
    "日本の首都は東京です。",
    "naïve café – “quoted” … 50 € 🙂 ½",
    "fn main() { println!(\"{}\", u64::MAX); } // 0xdeadbeef",
    "Blockchains settle; validators verify; a GPU somewhere infers. " * 30,
    "internationalization antidisestablishmentarianism " * 60 + "the end",
]


def read_safetensors(path):
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            continue
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[start:end], "<f4").reshape(entry["shape"]).astype(np.float64)
    return tensors


def is_punctuation(char):
    ascii_symbol = 33 <= ord(char) <= 47 or 58 <= ord(char) <= 64 or 91 <= ord(char) <= 96 or 123 <= ord(char) <= 126
    return ascii_symbol or unicodedata.category(char).startswith("P")


def is_chinese(char):
    ranges = [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
              (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)]
    return any(low <= ord(char) <= high for low, high in ranges)


def words(text):
    kept = []
    for char in text:
        category = unicodedata.category(char)
        if char in "\t\n\r" or category == "Zs":
            kept.append(" ")
        elif ord(char) in (0, 0xFFFD) or category in ("Cc", "Cf", "Cn", "Co"):
            continue
        else:
            kept.append(f" {char} " if is_chinese(char) else char)
    text = "".join(kept).lower()
    text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    for word in text.split():
        part = ""
        for char in word:
            if is_punctuation(char):
                if part:
                    yield part
                yield char
                part = ""
            else:
                part += char
        if part:
            yield part


def word_pieces(word, vocabulary):
    pieces, start = [], 0
    if len(word) > 100:
        return ["[UNK]"]
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                pieces.append(piece)
                start = end
                break
        else:
            return ["[UNK]"]
    return pieces


def encode(text, vocabulary):
    pieces = [piece for word in words(text) for piece in word_pieces(word, vocabulary)]
    return [vocabulary[p] for p in ["[CLS]", *pieces[: MAX_TOKENS - 2], "[SEP]"]]


def norm(x, weight, bias):
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12) * weight + bias


erf = np.vectorize(math.erf)


def embed(ids, w, heads=12):
    def linear(x, name):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def layer_norm(x, name):
        return norm(x, w[f"{name}.weight"], w[f"{name}.bias"])

    x = w["embeddings.word_embeddings.weight"][ids]
    x = x + w["embeddings.position_embeddings.weight"][: len(ids)]
    x = x + w["embeddings.token_type_embeddings.weight"][0]
    x = layer_norm(x, "embeddings.LayerNorm")
    size = x.shape[1] // heads
    for index in range(6):
        layer = f"encoder.layer.{index}"
        q, k, v = (linear(x, f"{layer}.attention.self.{n}").reshape(len(ids), heads, size).swapaxes(0, 1)
                   for n in ("query", "key", "value"))
        scores = q @ k.swapaxes(1, 2) / math.sqrt(size)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ v
        mixed = mixed.swapaxes(0, 1).reshape(len(ids), -1)
        x = layer_norm(x + linear(mixed, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm")
        inner = linear(x, f"{layer}.intermediate.dense")
        inner = inner * 0.5 * (1.0 + erf(inner / math.sqrt(2.0)))
        x = layer_norm(x + linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


def main():
    model = Path(sys.argv[1])
    vocabulary = {token: id for id, token in enumerate((model / "vocab.txt").read_text().splitlines())}
    weights = read_safetensors(model / "model.safetensors")
    entries = []
    for sentence in SENTENCES:
        ids = encode(sentence, vocabulary)
        vector = [float(f"{number:.6g}") for number in embed(ids, weights)]
        entries.append({"text": sentence, "tokens": len(ids), "vector": vector})
    print("[\n" + ",\n".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in entries) + "\n]")


main()
