"""LiteLLM, as a library: what its proxy asks too."""

import base64
import os
import sys
from array import array
from pathlib import Path

# Else it asks the network for prices.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

import litellm
from seen import CHAT, CONVERSATION, DIMENSIONS, EMBEDDING, FORM, LONG, QUESTION, TOOL
from seen import fits, need, refused, same, tell

litellm.suppress_debug_info = True


def ask(**changed):
    asked = {"model": f"openai/{CHAT}", "messages": CONVERSATION, "temperature": 0}
    return litellm.completion(**{**asked, "max_tokens": 64, **changed})


answer = ask()
text = answer.choices[0].message.content
need(answer.usage.completion_tokens > 0, "no tokens written")
chunks = list(ask(stream=True, stream_options={"include_usage": True}))
deltas = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
pieces = [delta for delta in deltas if delta]
same("".join(pieces), text, "streamed and whole answers")
written = chunks[-1].usage.completion_tokens
same(written, answer.usage.completion_tokens, "the streamed usage")

form = {"type": "json_schema", "json_schema": {"name": "word", "schema": FORM}}
fits(ask(response_format=form).choices[0].message.content)
called = ask(tools=[{"type": "function", "function": TOOL}], tool_choice="required").choices[0]
same(called.finish_reason, "tool_calls", "the call's end")
fits(called.message.tool_calls[0].function.arguments)

completed = litellm.text_completion(
    model=f"text-completion-openai/{CHAT}", prompt="A harbor is", max_tokens=8, temperature=0
)
need(completed.choices[0].text, "an empty completion")
texts = {"model": f"openai/{EMBEDDING}", "input": ["a harbor", "a port"]}
plain = litellm.embedding(encoding_format="float", **texts).data
coded = litellm.embedding(encoding_format="base64", **texts).data
for one, other in zip(plain, coded, strict=True):
    same(len(one["embedding"]), DIMENSIONS, "a vector's length")
    # It hands on what it gets.
    decoded = array("f", base64.b64decode(other["embedding"]))
    same(array("f", one["embedding"]), decoded, "float and base64")

responded = litellm.responses(
    model=f"openai/{CHAT}", input=QUESTION, max_output_tokens=64, temperature=0
)

refused(litellm.AuthenticationError, lambda: ask(api_key="sk-nobody"))
refused(litellm.NotFoundError, lambda: ask(model="openai/gpt-9"))
long = [{"role": "user", "content": LONG}]
refused(litellm.ContextWindowExceededError, lambda: ask(messages=long))

tell(answers={"chat": text, "responses": responded.output_text}, pieces=len(pieces))
