"""LiteLLM, turned away at first: it tries again by itself. Arguments: its name, and a model."""

import os
import sys
from pathlib import Path

# Else it asks the network for prices.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

import litellm
from seen import CONVERSATION
from seen import need, tell

litellm.suppress_debug_info = True

CLIENT, MODEL = sys.argv[1:]
asked = {"model": f"openai/{MODEL}", "messages": CONVERSATION, "temperature": 0}
# Once a second, as the gateway tells it.
answer = litellm.completion(max_tokens=64, max_retries=100, **asked)
text = answer.choices[0].message.content
need(len(text.split()) > 2, f"no sentence: {text!r}")
tell(answers={CLIENT: text})
