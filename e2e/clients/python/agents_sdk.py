"""OpenAI's agents, which ask /v1/responses unless told otherwise."""

import asyncio
from typing import Literal

from agents import Agent, ModelSettings, OpenAIChatCompletionsModel, Runner, set_tracing_disabled
from agents import function_tool
from openai import AsyncOpenAI, NotFoundError
from seen import CHAT, QUESTION
from seen import need, same, tell

# Traces would go to OpenAI.
set_tracing_disabled(True)
settings = ModelSettings(temperature=0, max_tokens=64)
agent = Agent(name="reader", instructions="You know words.", model=CHAT, model_settings=settings)


looked_up = []


@function_tool
def look_up(kind: Literal["noun", "verb"]) -> str:
    """Looks a word up."""
    looked_up.append(kind)
    return "a place for ships"


async def call(model):
    """The agent's own loop: it calls the tool, and answers with what that says."""
    looked_up.clear()
    must = ModelSettings(temperature=0, max_tokens=64, tool_choice="required")
    tooled = agent.clone(model=model, tools=[look_up], model_settings=must)
    run = await Runner.run(tooled, QUESTION)
    same(len(looked_up), 1, "calls of the tool")
    need(run.final_output, "nothing said behind the call")


async def ask():
    whole = await Runner.run(agent, QUESTION)
    run = Runner.run_streamed(agent, QUESTION)
    deltas = []
    async for event in run.stream_events():
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
            deltas.append(event.data.delta)
    chat = OpenAIChatCompletionsModel(model=CHAT, openai_client=AsyncOpenAI())
    told = await Runner.run(agent.clone(model=chat), QUESTION)
    await call(CHAT)
    await call(chat)
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
