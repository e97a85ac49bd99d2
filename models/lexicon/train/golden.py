"""Record what the exported model must compute, for the tests of other engines.

    python golden.py MODEL

Reads the exported files in MODEL and writes MODEL/golden.json: for every prompt its text and token
ids, the five largest logits after it, and the greedy continuation (which runs on past the end token,
without stopping) with the margin by which each of its tokens won: an engine that sums in another order
may differ where that is tiny. Everything is computed in float32 from the stored float16 weights.
"""

import argparse
import json
from pathlib import Path

import torch
from tokenizers import Tokenizer

import model as llama
from chat import render

CONVERSATIONS = [
    [("user", "what is a ledger?")],
    [("user", "Define mouse")],
    [("user", "who are you?"),
     ("assistant", "I am Reckon Lexicon, a small dictionary model trained by the Reckon project."),
     ("user", "What does 'bat' mean?")],
]
NEW_TOKENS = 24


@torch.no_grad()
def record(folder):
    model = llama.load(folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    cases = []
    for conversation in CONVERSATIONS:
        prompt = render(conversation)
        ids = tokenizer.encode(prompt).ids
        top = model.logits(model.hidden(torch.tensor([ids]))[0, -1]).topk(5)
        new = model.generate(ids, NEW_TOKENS)
        best = model.logits(model.hidden(torch.tensor([ids + new[:-1]]))[0, len(ids) - 1:]).topk(2).values
        cases.append({
            "messages": [{"role": role, "content": content} for role, content in conversation],
            "prompt": prompt, "prompt_ids": ids,
            "last_logits_top5": {"ids": top.indices.tolist(), "values": top.values.tolist()},
            "greedy_ids": new, "greedy_margins": (best[:, 0] - best[:, 1]).tolist(),
            "greedy_text": tokenizer.decode(new, skip_special_tokens=False)})
    (folder / "golden.json").write_text(json.dumps({"dtype": "float32", "cases": cases}, indent=1) + "\n")
    return cases


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    for case in record(parser.parse_args().model):
        print(repr(case["prompt"]), "->", repr(case["greedy_text"]))
