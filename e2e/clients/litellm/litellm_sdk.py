"""LiteLLM, as a library: what its proxy asks too."""

import os
import sys
from pathlib import Path

# Else it asks the network for prices.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

import litellm
from seen import CHAT, CONVERSATION, DIMENSIONS, EMBEDDING, LONG
from seen import need, refused, same, tell

litellm.suppress_debug_info = True


def ask(**changed):
    asked = {"model": f"openai/{CHAT}", "messages": CONVERSATION, "temperature": 0}
    return litellm.completion(**{**asked, "max_tokens": 64, **changed})


answer = ask()
text = answer.choices[0].message.content
need(answer.usage.completion_tokens > 0, "no tokens written")
deltas = [chunk.choices[0].delta.content for chunk in ask(stream=True) if chunk.choices]
pieces = [delta for delta in deltas if delta]
same("".join(pieces), text, "streamed and whole answers")

completed = litellm.text_completion(
    model=f"text-completion-openai/{CHAT}", prompt="A harbor is", max_tokens=8, temperature=0
)
need(completed.choices[0].text, "an empty completion")
embedded = litellm.embedding(model=f"openai/{EMBEDDING}", input=["a harbor", "a port"])
same([len(item["embedding"]) for item in embedded.data], [DIMENSIONS] * 2, "vectors")

refused(litellm.AuthenticationError, lambda: ask(api_key="sk-nobody"))
refused(litellm.NotFoundError, lambda: ask(model="openai/gpt-9"))
refused(litellm.BadRequestError, lambda: ask(messages=[{"role": "user", "content": LONG}]))

tell(answers={"chat": text}, pieces=len(pieces))
