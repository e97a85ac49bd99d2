"""Clients that are turned away at first and try again by themselves. Arguments: which one, and a model."""

import asyncio
import json
import os
import sys

from seen import CONVERSATION, QUESTION
from seen import need, same, tell

CLIENT, MODEL = sys.argv[1:]
# Once a second, as the gateway tells them.
TRIES = 100
GREEDY = {"temperature": 0, "max_tokens": 64}


def openai():
    from openai import OpenAI

    client = OpenAI(max_retries=TRIES)
    # The library sends the slash as %2F.
    same(client.models.retrieve(MODEL).id, MODEL, "another model")
    answer = client.chat.completions.create(model=MODEL, messages=CONVERSATION, **GREEDY)
    same(answer.model, MODEL, "another model has answered")
    return answer.choices[0].message.content


def langchain():
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(model=MODEL, max_retries=TRIES, **GREEDY).invoke(QUESTION).content


def agents():
    from agents import Agent, ModelSettings, OpenAIProvider, RunConfig, Runner, set_tracing_disabled
    from openai import AsyncOpenAI

    # Traces would go to OpenAI.
    set_tracing_disabled(True)
    # Its usual provider takes what is before a slash for another provider's name.
    provider = OpenAIProvider(openai_client=AsyncOpenAI(max_retries=TRIES))
    agent = Agent(name="reader", model=MODEL, model_settings=ModelSettings(**GREEDY))
    asked = Runner.run(agent, QUESTION, run_config=RunConfig(model_provider=provider))
    return asyncio.run(asked).final_output


def grpc():
    import grpc
    from generated import services, v1

    # The library tries five times at most.
    policy = {"maxAttempts": 5, "initialBackoff": "4s", "maxBackoff": "30s"}
    policy |= {"backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}
    service = {"service": "reckon.gateway.v1.Inference"}
    config = json.dumps({"methodConfig": [{"name": [service], "retryPolicy": policy}]})
    address = os.environ["RECKON_GRPC"].removeprefix("http://")
    channel = grpc.insecure_channel(address, options=[("grpc.service_config", config)])
    said = [v1.Message(**message) for message in CONVERSATION]
    request = v1.ChatRequest(model=MODEL, messages=said, sampling=v1.Sampling(**GREEDY))
    key = [("authorization", f"Bearer {os.environ['OPENAI_API_KEY']}")]
    *pieces, end = services.InferenceStub(channel).Chat(request, metadata=key, timeout=120)
    same(end.WhichOneof("event"), "end", "the last event")
    return "".join(piece.text for piece in pieces)


text = {"openai": openai, "langchain": langchain, "agents": agents, "grpc": grpc}[CLIENT]()
need(len(text.split()) > 2, f"no sentence: {text!r}")
tell(answers={CLIENT: text})
