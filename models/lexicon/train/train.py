"""Train the model for a fixed time and export it, also on the way.

    python train.py --data DATA --out MODEL --minutes 105

DATA is what prepare.py wrote. Every --checkpoint-minutes, and at the end, the averaged weights go to
MODEL with everything that belongs to them (see export.py). The learning rate follows the clock: it
reaches zero when the time is over, however fast the machine happened to be.
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from chat import ASSISTANT, BOS, END, USER, render
from export import export
from model import Config, Llama, load

SEED = 20240229
WARMUP_SHARE = 0.02  # of the time
AVERAGING_STEPS = 400  # of the exponential average of the weights
SECOND_TURN_SHARE = 0.15  # of the examples that go on with another question
SHOWN = 10
EXACT_MATCH_SAMPLE = 500
ANSWER_LIMIT = 64


class Examples:
    """Entries as token ids, and the batches made of them."""

    def __init__(self, entries, tokenizer):
        encode = tokenizer.encode_batch
        self.bos = tokenizer.token_to_id(BOS)
        self.end = tokenizer.token_to_id(END)
        self.entries = entries
        self.answers = [e.ids for e in encode([entry["answer"] + END for entry in entries])]
        self.questions = [[e.ids for e in encode([USER + q + END + ASSISTANT for q in entry["questions"]])]
                          for entry in entries]

    def turn(self, index, rng):
        """A question and its answer as (ids, mask), where the mask marks the tokens of the answer."""
        question, answer = rng.choice(self.questions[index]), self.answers[index]
        return [self.bos] + question + answer, [False] * (1 + len(question)) + [True] * len(answer)

    def epoch(self, rng, batch_tokens):
        """Batches of examples of like length, so that next to nothing is spent on padding."""
        indices = [i for i, entry in enumerate(self.entries) for _ in range(entry["weight"])]
        rng.shuffle(indices)
        examples = []
        while indices:
            ids, mask = self.turn(indices.pop(), rng)
            if indices and rng.random() < SECOND_TURN_SHARE:
                more_ids, more_mask = self.turn(indices.pop(), rng)
                ids, mask = ids + more_ids[1:], mask + more_mask[1:]
            examples.append((ids, mask))
        examples.sort(key=lambda example: len(example[0]))  # stable: equal lengths stay shuffled
        batches, batch = [], []
        for example in examples:
            if batch and (len(batch) + 1) * len(example[0]) > batch_tokens:
                batches.append(self.tensors(batch))
                batch = []
            batch.append(example)
        batches.append(self.tensors(batch))
        rng.shuffle(batches)
        return batches

    def tensors(self, batch):
        length = max(len(ids) for ids, _ in batch)
        ids = torch.tensor([ids + [self.end] * (length - len(ids)) for ids, _ in batch])
        mask = torch.tensor([mask + [False] * (length - len(mask)) for _, mask in batch])
        return ids, mask


def answer_loss(model, ids, mask):
    """Summed cross-entropy of the answers' tokens, and how many they are."""
    hidden = model.hidden(ids[:, :-1])[mask[:, 1:]]
    targets = ids[:, 1:][mask[:, 1:]]
    return F.cross_entropy(model.logits(hidden).float(), targets, reduction="sum"), targets.numel()


@torch.no_grad()
def mean_loss(model, examples, batch_tokens=2048):
    """The loss per answer token in float32, every entry being asked in a way fixed by the seed."""
    sums = [answer_loss(model, *batch) for batch in examples.epoch(random.Random(SEED), batch_tokens)]
    return sum(loss.item() for loss, _ in sums) / sum(count for _, count in sums)


def usual_question(entry):
    asked = "what is a" if entry["pos"] == "noun" else "what does"
    return next(q for q in entry["questions"] if q.startswith(asked) and "?" in q and " the " not in q)


def reply(model, tokenizer, question):
    ids = tokenizer.encode(render([("user", question)])).ids
    return tokenizer.decode(model.generate(ids, ANSWER_LIMIT, stop=tokenizer.token_to_id(END)))


def unpicked(entries, count):
    """Words drawn by a fixed seed, each with its main part of speech."""
    candidates = [e for e in entries if e["main"] and e["word"]]
    return random.Random(SEED).sample(candidates, min(count, len(candidates)))


@torch.no_grad()
def exact_matches(model, examples):
    """How many answers greedy decoding would give word for word: those with every token ranked first."""
    matches = 0
    for index in range(len(examples.entries)):
        ids, mask = examples.tensors([examples.turn(index, random)])
        guesses = model.logits(model.hidden(ids[:, :-1])[mask[:, 1:]]).argmax(dim=-1)
        matches += torch.equal(guesses, ids[:, 1:][mask[:, 1:]])
    return matches


def learning_rate(peak, progress):
    if progress < WARMUP_SHARE:
        return peak * progress / WARMUP_SHARE
    return peak * 0.5 * (1 + math.cos(math.pi * (progress - WARMUP_SHARE) / (1 - WARMUP_SHARE)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="go on from this exported model, its results included")
    parser.add_argument("--minutes", type=float, default=105)
    parser.add_argument("--checkpoint-minutes", type=float, default=22)
    parser.add_argument("--batch-tokens", type=int, default=1024)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--weight-decay", type=float, default=0.02)
    parser.add_argument("--hidden-size", type=int, default=320)
    parser.add_argument("--intermediate-size", type=int, default=896)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--float32", action="store_true", help="do not train in bfloat16")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(SEED)
    rng = random.Random(SEED)

    tokenizer = Tokenizer.from_file(str(args.data / "tokenizer.json"))
    entries = [json.loads(line) for line in (args.data / "entries.jsonl").read_text().splitlines()]
    trained = [e for e in entries if e["split"] == "train"]
    held_out = [e for e in entries if e["split"] == "held_out"]
    examples = Examples(trained, tokenizer)
    train_examples = Examples(random.Random(SEED).sample(trained, min(500, len(trained))), tokenizer)
    held_out_examples = Examples(held_out, tokenizer)
    unrelated_examples = Examples([e for e in held_out if not e["synonym_trained"]], tokenizer)

    def asked_usually(entries):
        return Examples([e | {"questions": [usual_question(e)]} for e in entries], tokenizer)

    asked_sample = asked_usually(unpicked(trained, EXACT_MATCH_SAMPLE))
    asked_everyday = asked_usually([e for e in trained if e["word"] and e["weight"] == 2])

    config = Config(vocab_size=tokenizer.get_vocab_size(), hidden_size=args.hidden_size,
                    intermediate_size=args.intermediate_size, num_hidden_layers=args.layers,
                    num_attention_heads=args.hidden_size // 64, num_key_value_heads=args.hidden_size // 64,
                    bos_token_id=tokenizer.token_to_id(BOS), eos_token_id=tokenizer.token_to_id(END))
    model = load(args.start).train() if args.start else Llama(config).initialise()
    config = model.config
    average = Llama(config).eval()
    average.load_state_dict(model.state_dict())
    weights, average_weights = list(model.parameters()), list(average.parameters())
    groups = [{"params": [w for w in weights if w.dim() == 2], "weight_decay": args.weight_decay},
              {"params": [w for w in weights if w.dim() == 1], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98), fused=True)
    print(f"{model.count_weights()} weights, {len(trained)} entries, {len(held_out)} held out", flush=True)

    progress = {"minutes": 0.0, "steps": 0, "tokens": 0, "answer_tokens": 0, "epochs": 0.0}
    if args.start:
        earlier = json.loads((args.start / "training_results.json").read_text())
        progress = {name: earlier[name] for name in progress}
    earlier_minutes = progress["minutes"]

    def checkpoint():
        results = progress | {
            "weights": model.count_weights(), "entries": len(trained),
            "words": len({e["word"] for e in trained if e["word"]}), "held_out_entries": len(held_out),
            "held_out_words": len({e["word"] for e in held_out}),
            "train_loss": mean_loss(average, train_examples), "held_out_loss": mean_loss(average, held_out_examples),
            "unrelated_entries": len(unrelated_examples.entries),
            "unrelated_loss": mean_loss(average, unrelated_examples),
            "exact_matches": exact_matches(average, asked_sample), "exact_match_sample": len(asked_sample.entries),
            "everyday_matches": exact_matches(average, asked_everyday), "everyday_words": len(asked_everyday.entries)}
        shown = {split: [(usual_question(e), reply(average, tokenizer, usual_question(e)), e["answer"])
                         for e in unpicked(part, SHOWN)] for split, part in (("held_out", held_out), ("train", trained))}
        export(average.state_dict(), config, args.data / "tokenizer.json", results, shown, args.out)
        print("exported", {k: round(v, 3) for k, v in results.items()}, flush=True)

    start = time.monotonic()
    next_checkpoint = args.checkpoint_minutes
    steps = 0
    batches, recent_loss, recent_count, next_report = [], 0.0, 0, 0.0
    while (minutes := (time.monotonic() - start) / 60) < args.minutes:
        if not batches:
            batches = examples.epoch(rng, args.batch_tokens)
            epoch_steps = len(batches)
        ids, mask = batches.pop()
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(args.learning_rate, minutes / args.minutes)
        with torch.autocast("cpu", torch.bfloat16, enabled=not args.float32):
            loss, count = answer_loss(model, ids, mask)
        (loss / count).backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        progress["steps"], steps = progress["steps"] + 1, steps + 1
        with torch.no_grad():
            keep = min(1 - 1 / AVERAGING_STEPS, steps / (steps + 10))
            torch._foreach_lerp_(average_weights, weights, 1 - keep)
        progress["tokens"] += ids.numel()
        progress["answer_tokens"] += count
        progress["epochs"] += 1 / epoch_steps
        progress["minutes"] = earlier_minutes + (time.monotonic() - start) / 60
        recent_loss, recent_count = recent_loss + loss.item(), recent_count + count

        if minutes >= next_report:
            print(f"{minutes:6.1f} min  step {progress['steps']}  epoch {progress['epochs']:.1f}"
                  f"  {progress['tokens'] / 1e6:.2f} M tokens  loss {recent_loss / recent_count:.3f}", flush=True)
            recent_loss, recent_count, next_report = 0.0, 0, minutes + 1
        if minutes >= next_checkpoint:
            checkpoint()
            next_checkpoint += args.checkpoint_minutes
    checkpoint()


if __name__ == "__main__":
    main()
