"""OpenAI's agents, which ask /v1/responses."""

import asyncio

from agents import Agent, ModelSettings, Runner, set_tracing_disabled
from seen import CHAT, QUESTION
from seen import need, same, tell

# Traces would go to OpenAI.
set_tracing_disabled(True)
settings = ModelSettings(temperature=0, max_tokens=64)
agent = Agent(name="reader", instructions="You know words.", model=CHAT, model_settings=settings)


async def ask():
    whole = await Runner.run(agent, QUESTION)
    run = Runner.run_streamed(agent, QUESTION)
    deltas = []
    async for event in run.stream_events():
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
            deltas.append(event.data.delta)
    return whole, run.final_output, deltas


whole, streamed, deltas = asyncio.run(ask())
same(streamed, whole.final_output, "streamed and whole answers")
same("".join(deltas), streamed, "the stream's pieces")
need(whole.context_wrapper.usage.output_tokens > 0, "no tokens written")
tell(answers={"responses": whole.final_output}, pieces=len(deltas))
