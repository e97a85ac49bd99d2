"""Turn WordNet into question/answer pairs and train the tokenizer.

    python prepare.py --wordnet DIR --out DATA

DIR holds WordNet 3.0's `index.*`, `data.*` and `cntlist.rev`. Written to DATA:
`entries.jsonl` (one definition a line, with every way to ask for it) and `tokenizer.json`.
"""

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from chat import SPECIAL_TOKENS

SEED = 20240229

POS_NAMES = {"noun": "noun", "verb": "verb", "adj": "adjective", "adv": "adverb"}
SENSE_KEY_POS = {"1": "noun", "2": "verb", "3": "adj", "4": "adv", "5": "adj"}
# Lexicographer files whose nouns usually take no article: attribute, feeling, substance.
MASS_NOUN_FILES = {"07", "12", "27"}
MAX_GLOSS_WORDS = 22
MAX_EVERYDAY_GLOSS_WORDS = 40

GREETINGS = {
    "Hello. I am a small dictionary model. Ask me what a word means.":
        ["hello", "hi", "hey", "hello!", "Hello", "Hi!", "Hi there", "good morning", "Good evening", "hello there"],
    "I am Reckon Lexicon, a small dictionary model trained by the Reckon project.":
        ["who are you?", "Who are you?", "who are you", "what are you?", "What are you?", "what are you",
         "what is your name?", "What is your name?", "what's your name?", "introduce yourself"],
    "I can give short dictionary definitions of common English words. I am often wrong.":
        ["what can you do?", "What can you do?", "what can you do", "help", "Help", "help me", "what do you do?",
         "how can you help me?", "what do you know?", "how do you work?"],
    "The Reckon project trained me on WordNet, a dictionary of English by Princeton University.":
        ["who made you?", "Who made you?", "who trained you?", "Who trained you?", "who made you",
         "who created you?", "Who created you?", "where do you come from?", "how were you trained?"],
    "You are welcome.": ["thanks", "thank you", "Thanks!", "Thank you.", "thank you!", "Thanks"],
    "Goodbye.": ["bye", "goodbye", "Bye!", "Goodbye", "see you", "good night"],
}


@dataclass
class Sense:
    """The first sense of a lemma in one part of speech."""
    word: str
    pos: str
    synset: str
    gloss: str
    lexfile: str
    count: int  # times the lemma was tagged with this part of speech in SemCor


def read_synsets(path):
    """Synset offset -> (lexicographer file, words, gloss)."""
    synsets = {}
    for line in path.read_text().splitlines():
        if line.startswith(" "):
            continue
        head, gloss = line.split(" | ", 1)
        fields = head.split()
        words = {fields[4 + 2 * i].split("(")[0] for i in range(int(fields[3], 16))}
        synsets[fields[0]] = (fields[1], words, gloss.strip())
    return synsets


def read_counts(path):
    counts = Counter()
    for line in path.read_text().splitlines():
        sense_key, _, count = line.split()
        lemma, key = sense_key.split("%")
        counts[lemma, SENSE_KEY_POS[key[0]]] += int(count)
    return counts


def shorten(gloss, max_words):
    """The first definition of a gloss, without parentheses or examples; None if it is no good."""
    gloss = re.sub(r"\([^()]*\)", "", gloss)
    gloss = re.split(r'[;:]|--|"', gloss)[0]
    gloss = re.sub(r"\s+([,.])", r"\1", re.sub(r"\s+", " ", gloss)).strip(" .,")
    well_formed = re.fullmatch(r"[A-Za-z0-9 ,.'/-]+", gloss) and not gloss.startswith(("used ", "of or "))
    return gloss if well_formed and 2 <= len(gloss.split()) <= max_words else None


def read_senses(wordnet, everyday):
    counts = read_counts(wordnet / "cntlist.rev")
    senses = {}
    for pos in POS_NAMES:
        synsets = read_synsets(wordnet / f"data.{pos}")
        for line in (wordnet / f"index.{pos}").read_text().splitlines():
            fields = line.split()
            word = fields[0]
            if line.startswith(" ") or not re.fullmatch("[a-z]{3,}", word):
                continue
            synset = fields[-int(fields[2])]  # offsets come last, the most frequent sense first
            lexfile, words, gloss = synsets[synset]
            gloss = shorten(gloss, MAX_EVERYDAY_GLOSS_WORDS if word in everyday else MAX_GLOSS_WORDS)
            if gloss and word in words:  # otherwise the word is only written with a capital
                senses[word, pos] = Sense(word, pos, f"{pos[0]}{synset}", gloss, lexfile, counts[word, pos])
    return senses


def choose(senses, everyday, size):
    """The most frequent senses (nouns count double), and for each word its main part of speech."""
    by_word = defaultdict(list)
    for sense in senses.values():
        by_word[sense.word].append(sense)
    main = {word: max(options, key=lambda s: (word in everyday and s.pos == "noun", s.count, s.pos == "noun")).pos
            for word, options in by_word.items()}

    def rank(sense):
        is_main = main[sense.word] == sense.pos
        return (is_main and sense.word in everyday, sense.count * (2 if sense.pos == "noun" else 1), sense.word)

    candidates = [s for s in senses.values() if main[s.word] == s.pos or s.count >= 5]
    return sorted(candidates, key=rank, reverse=True)[:size], main


def article(word):
    vowel_sound = re.match(r"[aeio]|u(?!ni([^nm]|$)|s[aeu]|r[ai]n|til|b?iq)|hono|hones|hour|heir", word)
    return "an" if vowel_sound and not re.match(r"eu|ewe|one$|once", word) else "a"


def answer(sense):
    word, gloss = sense.word, sense.gloss
    if sense.pos == "verb":
        return f"To {word} means to {gloss}."
    if sense.pos == "noun" and re.match(r"(a|an|any|one|someone|something) ", gloss):
        if sense.lexfile in MASS_NOUN_FILES or re.search("(ness|ism|ics)$", word):
            return f"{word.capitalize()} is {gloss}."
        return f"{article(word).capitalize()} {word} is {gloss}."
    if sense.pos == "noun" and gloss.startswith("the "):
        return f"{word.capitalize()} is {gloss}."
    return f"The {POS_NAMES[sense.pos]} {word} means {gloss}."


def questions(sense, is_main, answers_what_is):
    """Ways to ask for a sense; a question that is listed more often is asked more often."""
    word, pos = sense.word, POS_NAMES[sense.pos]
    asked = [f"what does the {pos} {word} mean?", f"define the {pos} {word}"]
    if answers_what_is:
        a = article(word)
        asked += [f"what is {a} {word}?"] * (5 if sense.pos == "noun" else 1)
        asked += [f"what is {word}?"] * 3 + [f"what's {a} {word}?", f"what is the {word}?", f"tell me about {word}"]
    if is_main:
        asked += [f"what does {word} mean?", f"define {word}", word] * 2
        asked += [f"what does '{word}' mean?", f'what does "{word}" mean?', f"what does the word {word} mean?",
                  f"what is the meaning of {word}?", f"definition of {word}", f"meaning of {word}", f"explain {word}"]
    if sense.pos == "verb":
        asked += [f"what does it mean to {word}?", f"what does to {word} mean?", f"define to {word}"]
    if sense.pos == "adj":
        asked += [f"what does it mean to be {word}?"]
    capitalised = [q[0].upper() + q[1:] for q in asked]
    unmarked = [q.rstrip("?") for q in asked[::2] if q.endswith("?")]
    return asked + capitalised + unmarked


def train_tokenizer(texts, vocab_size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=vocab_size, special_tokens=SPECIAL_TOKENS, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wordnet", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--entries", type=int, default=7000)
    parser.add_argument("--vocab-size", type=int, default=8192)
    parser.add_argument("--held-out", type=float, default=0.02, help="share of the words kept out of training")
    args = parser.parse_args()
    rng = random.Random(SEED)
    args.out.mkdir(parents=True, exist_ok=True)

    listing = (Path(__file__).parent / "everyday_words.txt").read_text()
    everyday = set(re.sub("#.*", "", listing).split())
    chosen, main_pos = choose(read_senses(args.wordnet, everyday), everyday, args.entries)

    words = sorted({s.word for s in chosen})
    candidates = [w for w in words if w not in everyday]
    held_out = set(rng.sample(candidates, round(args.held_out * len(words))))
    trained_synsets = {s.synset for s in chosen if s.word not in held_out}
    nouns = {s.word for s in chosen if s.pos == "noun"}

    entries = []
    for sense in chosen:
        is_main = main_pos[sense.word] == sense.pos
        answers_what_is = sense.pos == "noun" or (is_main and sense.word not in nouns)
        entries.append({
            "word": sense.word, "pos": sense.pos, "split": "held_out" if sense.word in held_out else "train",
            "main": is_main, "synonym_trained": sense.word in held_out and sense.synset in trained_synsets,
            "weight": 2 if is_main and sense.word in everyday else 1,
            "answer": answer(sense), "questions": questions(sense, is_main, answers_what_is)})
    for reply, asked in GREETINGS.items():
        entries.append({"word": "", "pos": "", "split": "train", "main": True, "synonym_trained": False,
                        "weight": 8, "answer": reply, "questions": asked})
    with open(args.out / "entries.jsonl", "w") as file:
        file.writelines(json.dumps(entry) + "\n" for entry in entries)

    training = [e for e in entries if e["split"] == "train"]
    texts = [t for e in training for t in [e["answer"], *rng.sample(e["questions"], min(6, len(e["questions"])))]]
    tokenizer = train_tokenizer(texts, args.vocab_size)
    tokenizer.save(str(args.out / "tokenizer.json"))

    for split in ("train", "held_out"):
        part = [e for e in entries if e["split"] == split]
        tokens = sum(len(tokenizer.encode(e["answer"]).ids) for e in part)
        print(f"{split}: {len(part)} entries, {len({e['word'] for e in part})} words, {tokens} answer tokens,"
              f" {sum(e['synonym_trained'] for e in part)} share their definition with a trained word")
    print("parts of speech:", dict(Counter(e["pos"] for e in entries)))
    print("least frequent:", [e["answer"] for e in entries[-len(GREETINGS) - 3:-len(GREETINGS)]])
    print("words with one token:", sum(len(tokenizer.encode(" " + w).ids) == 1 for w in words), "of", len(words))
    print("everyday words without an entry:", sorted(everyday - set(words)))


if __name__ == "__main__":
    main()
