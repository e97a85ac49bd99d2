"""What the clients here have in common: what they ask, and how they say what they saw."""

import json
import sys

CHAT = "reckon-lexicon"
EMBEDDING = "all-minilm-l6-v2"
QUESTION = "what is a harbor?"
CONVERSATION = [{"role": "user", "content": QUESTION}]
# More tokens than the chat model's context has.
LONG = QUESTION * 100
DIMENSIONS = 384
# A form and a tool that a model of definitions comes to the end of.
FORM = {
    "type": "object",
    "properties": {"kind": {"enum": ["noun", "verb"]}, "sure": {"type": "boolean"}},
    "required": ["kind", "sure"],
    "additionalProperties": False,
}
TOOL = {"name": "look_up", "description": "Looks a word up", "parameters": FORM}


def fits(written):
    """Ends the program unless this JSON has the form."""
    value = json.loads(written)
    same(list(value), ["kind", "sure"], "the fields")
    need(value["kind"] in ("noun", "verb") and isinstance(value["sure"], bool), f"strange: {written}")


def need(what, sentence):
    """Ends the program with a sentence unless something is so."""
    if not what:
        sys.exit(f"{sys.argv[0]}: {sentence}")


def same(one, other, sentence):
    """Ends the program unless both are equal."""
    need(one == other, f"{sentence}: {one!r} and {other!r}")


def refused(kind, ask, **wanted):
    """Asks what must be refused by an exception of this kind, with these fields; returns it."""
    try:
        answer = ask()
    except kind as error:
        for field, value in wanted.items():
            same(getattr(error, field), value, f"{error!r} has another {field}")
        return error
    sys.exit(f"{sys.argv[0]}: not refused by {kind.__name__}: {answer!r}")


def tell(**seen):
    """Prints what was seen, as one line of JSON."""
    print(json.dumps(seen))
