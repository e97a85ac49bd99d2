#!/usr/bin/env python3
"""Measures our engine beside torch, transformers and onnxruntime on this CPU.

Same files, same texts, same batches, same number of threads, arithmetic in 32-bit floats on all
sides. Our side is the engine's example `timed`, a process that does a task a line. Sides are
measured in turn, round after round, and what is compared are medians of one run. Asserts nothing:
prints one JSON object a line, and says in it how far the answers agree.

    bench_peers.py --timed PROGRAM --minilm DIR --lexicon DIR --cache DIR

Run by scripts/bench, in a virtual environment with bench_requirements.txt.
"""

import argparse
import json
import logging
import os
import shutil
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

THREADS = 2
ROUNDS = 7
# Threads of a side that was just measured may wait for work in a loop: not while others are.
REST_SECONDS = 0.3

# Numbers of texts, and of words in each: with their spaces and two marks, nearly as many tokens.
EMBEDDINGS = [(1, 16), (1, 128), (32, 32), (32, 128)]
QUESTIONS = ["what is a ledger?", "what is a hat?", "what does dine mean?", "what is a sculpture?"]
PROMPT = "A validator repeats a small part of the work and compares what it finds."
NEW_TOKENS = 64

# Figures of research/engine.md §3.4, for what this run cannot have: two idle cores of another day,
# texts and tokens a second. A glance beside ours, no ratio.
RESEARCH = {
    (32, 128): {"onnxruntime": 79, "torch": 79, "torch bf16": 322, "candle-transformers": 27},
    "qwen3-0.6b shape": {"llama.cpp Q8_0": 54, "llama.cpp Q4_K": 54, "candle Q4_K": 44},
}

# The words of which texts are made; every one is a single token of the model.
WORDS = (
    "the chain pays a provider when its work is done and gives the money back when it is not "
    "so nobody in the middle has to be trusted for an answer to a question"
).split()


class Ours:
    """Our engine with a model, in a process of its own."""

    def __init__(self, program, model):
        threads = {"RAYON_NUM_THREADS": str(THREADS), "CANDLE_NUM_THREADS": str(THREADS)}
        self.process = subprocess.Popen(
            [program, str(model)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | threads,
        )

    def do(self, task):
        print(json.dumps(task), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"bench_peers: our engine ended at {str(task)[:200]}")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(sides):
    """Seconds of each side's work, a list for each; `sides` maps names to functions that do the
    work and return their seconds. The first round warms up."""
    seconds = {name: [] for name in sides}
    for nth in range(ROUNDS + 1):
        for name, work in sides.items():
            time.sleep(REST_SECONDS)
            took = work()
            if nth:
                seconds[name].append(took)
    return seconds


def report(measure_name, seconds, units, **more):
    """One line: medians of `units` a second, our ratio to each peer, and how far rounds differ."""
    median = {name: statistics.median(times) for name, times in seconds.items()}
    line = {
        "measure": measure_name,
        "threads": THREADS,
        "rounds": ROUNDS,
        "load": round(os.getloadavg()[0], 2),
        "per_second": {name: rounded(units / took) for name, took in median.items()},
        "ratio": {
            f"to {name}": rounded(took / median["ours"])
            for name, took in median.items()
            if name != "ours"
        },
        "spread": {
            name: rounded((max(times) - min(times)) / median[name])
            for name, times in seconds.items()
        },
    }
    known = {name: value for name, value in more.items() if value is not None}
    print(json.dumps(line | known), flush=True)


def rounded(value):
    return float(f"{value:.4g}")


def text(nth, words):
    return " ".join(WORDS[(nth * 7 + word) % len(WORDS)] for word in range(words))


def sentence_model(path):
    """The embedding model in torch: what sentence-transformers does, without its overhead."""
    from torch.nn import Module
    from torch.nn.functional import normalize
    from transformers import AutoModel

    class Sentence(Module):
        def __init__(self):
            super().__init__()
            self.bert = AutoModel.from_pretrained(path, dtype="float32")

        def forward(self, input_ids, attention_mask):
            states = self.bert(input_ids, attention_mask).last_hidden_state
            present = attention_mask.unsqueeze(-1).to(states.dtype)
            return normalize((states * present).sum(1) / present.sum(1))

    return Sentence().eval()


def onnx_session(model, encode, path):
    """The same model in onnxruntime; exported once."""
    import onnxruntime
    import torch

    if not path.is_file():
        example = encode([text(0, 8), text(1, 16)], "pt")
        shapes = {name: {0: "texts", 1: "tokens"} for name in example}
        unfinished = path.with_suffix(".part")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                model,
                kwargs=example,
                f=unfinished,
                dynamo=True,
                dynamic_shapes=shapes,
                external_data=False,
                verbose=False,
            )
        unfinished.rename(path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def embeddings(timed, path, cache):
    import numpy
    import torch
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(path)

    def encode(texts, kind):
        encoded = tokenizer(
            texts, padding=True, truncation=True, max_length=256, return_tensors=kind
        )
        return {name: encoded[name] for name in ("input_ids", "attention_mask")}

    model = sentence_model(path)
    session = onnx_session(model, encode, cache / "minilm.onnx")
    ours = Ours(timed, path)
    for texts, words in EMBEDDINGS:
        # Two of the tokens are the model's marks.
        inputs = [text(nth, words - 2) for nth in range(texts)]
        vectors = {}

        def with_ours():
            answer = ours.do({"embed": inputs})
            vectors["ours"] = numpy.array(answer["vectors"])
            return answer["seconds"]

        def with_torch():
            start = time.perf_counter()
            with torch.inference_mode():
                vectors["torch"] = model(**encode(inputs, "pt")).numpy()
            return time.perf_counter() - start

        def with_onnxruntime():
            start = time.perf_counter()
            (vectors["onnxruntime"],) = session.run(None, encode(inputs, "np"))
            return time.perf_counter() - start

        sides = {"ours": with_ours, "torch": with_torch, "onnxruntime": with_onnxruntime}
        seconds = measure(sides)
        # All vectors have length 1.
        cosines = [(vectors["ours"] * vectors[name]).sum(-1).min() for name in sides]
        report(
            "embeddings, texts a second",
            seconds,
            texts,
            texts=texts,
            tokens_per_text=encode(inputs, "np")["attention_mask"].sum().item() // texts,
            least_cosine=round(float(min(cosines)), 6),
            research=RESEARCH.get((texts, words)),
        )
    ours.close()


def large_model(lexicon, path):
    """A decoder in the shape of Qwen3-0.6B with a small vocabulary and random weights: speed does
    not depend on their values. Made once, from a seed; 0.9 GB."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    if path.is_dir():
        return
    torch.manual_seed(0)
    vocabulary = json.loads((lexicon / "config.json").read_text())["vocab_size"]
    config = Qwen3Config(
        vocab_size=vocabulary,
        hidden_size=1024,
        intermediate_size=3072,
        num_hidden_layers=28,
        num_attention_heads=16,
        num_key_value_heads=8,
        head_dim=128,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=3,
    )
    unfinished = path.with_suffix(".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    Qwen3ForCausalLM(config).half().save_pretrained(unfinished)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(lexicon / name, unfinished)
    unfinished.rename(path)


def decode(timed, path, name, tasks):
    """Greedy decoding, one sequence: the tokens after the first, by the time since the first."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(path)
    model = AutoModelForCausalLM.from_pretrained(path, dtype="float32").eval()
    end = tokenizer.eos_token_id
    ours = Ours(timed, path)
    made = {}

    def prompt_ids(task):
        if "chat" in task:
            messages = [{"role": "user", "content": task["chat"]}]
            rendered = tokenizer.apply_chat_template(
                messages, add_generation_prompt=True, tokenize=False
            )
        else:
            rendered = task["complete"]
        return tokenizer(rendered, add_special_tokens=False, return_tensors="pt").input_ids

    def with_ours():
        answers = [ours.do(task | {"tokens": NEW_TOKENS}) for task in tasks]
        made["ours"] = [answer["tokens"] for answer in answers]
        return sum(answer["seconds"] for answer in answers)

    def generate(ids):
        out = model(ids, use_cache=True)
        tokens = [out.logits[0, -1].argmax().item()]
        start = time.perf_counter()
        while len(tokens) < NEW_TOKENS and tokens[-1] != end:
            last = torch.tensor([tokens[-1:]])
            out = model(last, past_key_values=out.past_key_values, use_cache=True)
            tokens.append(out.logits[0, -1].argmax().item())
        return tokens, time.perf_counter() - start

    def with_transformers():
        with torch.inference_mode():
            answers = [generate(prompt_ids(task)) for task in tasks]
        made["transformers"] = [tokens for tokens, _ in answers]
        return sum(seconds for _, seconds in answers)

    seconds = measure({"ours": with_ours, "transformers": with_transformers})
    steps = {side: sum(len(tokens) - 1 for tokens in answers) for side, answers in made.items()}
    same = sum(ours == theirs for ours, theirs in zip(made["ours"], made["transformers"]))
    # A second for each step: sides that stop at different tokens are compared all the same.
    seconds = {side: [took / steps[side] for took in times] for side, times in seconds.items()}
    report(
        "decode of one sequence, tokens a second",
        seconds,
        1,
        model=name,
        weights=sum(parameter.numel() for parameter in model.parameters()),
        tokens=steps["ours"],
        same_answers=f"{same} of {len(tasks)}",
        research=RESEARCH.get(name),
    )
    ours.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--timed", required=True, help="the engine's example of that name")
    parser.add_argument("--minilm", required=True, type=Path, help="the embedding model")
    parser.add_argument("--lexicon", required=True, type=Path, help="the chat model")
    parser.add_argument("--cache", required=True, type=Path, help="where made models are kept")
    arguments = parser.parse_args()

    # Nothing here comes from a hub, and none is asked. Standard error is for what went wrong.
    os.environ |= {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}
    logging.disable(logging.WARNING)
    import torch

    torch.set_num_threads(THREADS)
    arguments.cache.mkdir(parents=True, exist_ok=True)
    embeddings(arguments.timed, arguments.minilm, arguments.cache)
    lexicon = arguments.lexicon
    decode(arguments.timed, lexicon, "reckon-lexicon", [{"chat": q} for q in QUESTIONS])
    large = arguments.cache / "qwen3-0.6b-shape"
    large_model(lexicon, large)
    decode(arguments.timed, large, "qwen3-0.6b shape", [{"complete": PROMPT}])


if __name__ == "__main__":
    main()
