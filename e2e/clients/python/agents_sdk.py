"""OpenAI's agents, which ask /v1/responses unless told otherwise."""

import asyncio

from agents import Agent, ModelSettings, OpenAIChatCompletionsModel, Runner, set_tracing_disabled
from openai import AsyncOpenAI, NotFoundError
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
    chat = OpenAIChatCompletionsModel(model=CHAT, openai_client=AsyncOpenAI())
    told = await Runner.run(agent.clone(model=chat), QUESTION)
    for other in (told, run):
        written = other.context_wrapper.usage.output_tokens
        same(written, whole.context_wrapper.usage.output_tokens, "the tokens written")
    try:
        await Runner.run(agent.clone(model="gpt-9"), QUESTION)
        need(False, "an unknown model is not refused")
    except NotFoundError as error:
        same(error.code, "model_not_found", "the code")
    return whole, run.final_output, deltas, told.final_output


whole, streamed, deltas, told = asyncio.run(ask())
same(streamed, whole.final_output, "streamed and whole answers")
same("".join(deltas), streamed, "the stream's pieces")
need(whole.context_wrapper.usage.output_tokens > 0, "no tokens written")
tell(answers={"responses": whole.final_output, "chat": told}, pieces=len(deltas))
