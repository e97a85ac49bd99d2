"""OpenAI's library for Python: every endpoint that it knows of ours, and every refusal."""

import asyncio
import base64
import json
import time
from array import array
from typing import Literal

from openai import AsyncOpenAI, AuthenticationError, BadRequestError, NotFoundError, OpenAI
from pydantic import BaseModel
from seen import CHAT, CONVERSATION, DIMENSIONS, EMBEDDING, LONG, QUESTION, TOOL
from seen import fits, need, refused, same, tell

client = OpenAI()
GREEDY = {"model": CHAT, "temperature": 0}


def models():
    known = {model.id for model in client.models.list()}
    need({CHAT, EMBEDDING} <= known, f"models are missing among {known}")
    same(client.models.retrieve(CHAT).id, CHAT, "another model")
    # The library sends the slash as %2F.
    unknown = "someone/something"
    error = refused(
        NotFoundError, lambda: client.models.retrieve(unknown), code="model_not_found"
    )
    need(unknown in error.message, f"the refusal does not name it: {error.message}")


def chat():
    raw = client.chat.completions.with_raw_response.create(
        messages=CONVERSATION, max_tokens=64, **GREEDY
    )
    answer = raw.parse()
    text = answer.choices[0].message.content
    same(answer.choices[0].finish_reason, "stop", "the answer's end")
    need(len(text.split()) > 2, f"no sentence: {text!r}")
    need(answer._request_id, "no x-request-id")
    usage = answer.usage
    same(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens, "the usage's sum")
    receipt = json.loads(base64.b64decode(raw.headers["reckon-receipt"]))
    same(receipt["signed"]["receipt"]["charge"], usage.charge, "the receipt's charge")
    return text, usage, receipt, raw.headers["reckon-request-id"]


def chat_stream(text, usage):
    asked = {"messages": CONVERSATION, "max_tokens": 64, "stream": True, **GREEDY}
    chunks = list(client.chat.completions.create(stream_options={"include_usage": True}, **asked))
    same(chunks[0].choices[0].delta.role, "assistant", "who speaks first")
    said = [c.choices[0].delta.content for c in chunks if c.choices and c.choices[0].delta.content]
    same("".join(said), text, "streamed and whole answers")
    need(len(said) > 1, "a stream of one piece")
    same(chunks[-2].choices[0].finish_reason, "stop", "the stream's end")
    same(chunks[-1].choices, [], "choices of the usage's chunk")
    same(chunks[-1].usage.completion_tokens, usage.completion_tokens, "the streamed usage")
    for chunk in client.chat.completions.create(**asked):
        need(chunk.usage is None, "usage that nobody asked for")
        need(chunk.choices, "a chunk without choices")
    return len(said)


def chat_options(text):
    answer = client.chat.completions.create(
        messages=CONVERSATION, max_completion_tokens=4, logprobs=True, top_logprobs=2, **GREEDY
    )
    choice = answer.choices[0]
    same(choice.finish_reason, "length", "the end of a short answer")
    same(answer.usage.completion_tokens, 4, "the tokens of a short answer")
    need(text.startswith(choice.message.content), f"another beginning: {choice.message.content}")
    tokens = choice.logprobs.content
    same(len(tokens), 4, "tokens with probabilities")
    spelt = b"".join(bytes(token.bytes) for token in tokens).decode()
    same(spelt, choice.message.content, "the tokens' text")
    for token in tokens:
        need(token.logprob <= 0 and len(token.top_logprobs) == 2, f"strange {token!r}")
        need(token.logprob >= token.top_logprobs[1].logprob, f"not the likeliest: {token!r}")
    stopped = client.chat.completions.create(messages=CONVERSATION, stop=" is", **GREEDY)
    same(stopped.choices[0].message.content, text.split(" is")[0], "what is before a stop")
    seeded = [
        client.chat.completions.create(
            model=CHAT, messages=CONVERSATION, temperature=1.5, seed=seed, max_tokens=24
        ).choices[0].message.content
        for seed in (7, 7, 8, 9, 10)
    ]
    same(seeded[0], seeded[1], "answers of one seed")
    need(len(set(seeded)) > 1, f"seeds do nothing: {seeded}")


def completions():
    asked = {"prompt": "A harbor is", "max_tokens": 16, **GREEDY}
    whole = client.completions.create(**asked).choices[0].text
    need(whole, "an empty completion")
    chunks = client.completions.create(stream=True, **asked)
    same("".join(chunk.choices[0].text for chunk in chunks), whole, "streamed and whole completions")
    echoed = client.completions.create(echo=True, **asked).choices[0].text
    same(echoed, asked["prompt"] + whole, "the echoed completion")


STREAM = ["response.created", "response.in_progress", "response.output_item.added"]
STREAM += ["response.content_part.added", "response.output_text.delta"]
STREAM += ["response.output_text.done", "response.content_part.done", "response.output_item.done"]
STREAM += ["response.completed"]


def responses():
    asked = {"input": QUESTION, "max_output_tokens": 64, "store": False, **GREEDY}
    whole = client.responses.create(**asked)
    same(whole.status, "completed", "the response's status")
    events = list(client.responses.create(stream=True, **asked))
    same([e.sequence_number for e in events], list(range(len(events))), "the events' numbers")
    kinds = [event.type for event in events]
    same(list(dict.fromkeys(kinds)), STREAM, "the events")
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    same("".join(deltas), whole.output_text, "streamed and whole responses")
    same(events[-1].response.output_text, whole.output_text, "the last event's text")
    same(events[-1].response.usage.output_tokens, whole.usage.output_tokens, "the usage")
    then = {**asked, "input": "And what is a ship?"}
    named = client.responses.create(previous_response_id=whole.id, instructions="Speak.", **then)
    same(named.previous_response_id, whole.id, "what it goes on from")
    named = client.responses.create(previous_response_id=whole.id, **then)
    said = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": whole.output_text}]
    sent = client.responses.create(
        **{**asked, "input": [*said, {"role": "user", "content": then["input"]}]}
    )
    same(named.output_text, sent.output_text, "a conversation that is named and one that is sent")
    same(named.usage.input_tokens, sent.usage.input_tokens, "what both have read")
    nobodys = {"previous_response_id": "resp_" + "1" * 64, **then}
    refused(
        BadRequestError,
        lambda: client.responses.create(**nobodys),
        code="previous_response_not_found",
        param="previous_response_id",
    )
    return whole.output_text


class Word(BaseModel):
    kind: Literal["noun", "verb"]
    sure: bool


def forms():
    asked = {"messages": CONVERSATION, "response_format": Word, "max_tokens": 64, **GREEDY}
    parsed = client.chat.completions.parse(**asked).choices[0].message.parsed
    need(isinstance(parsed, Word), f"no word: {parsed!r}")
    with client.chat.completions.stream(**asked) as stream:
        streamed = stream.get_final_completion()
    same(streamed.choices[0].message.parsed, parsed, "streamed and whole forms")
    responded = client.responses.parse(input=QUESTION, text_format=Word, **GREEDY)
    same(responded.output_parsed, parsed, "the response's form")
    json_mode = client.chat.completions.create(
        messages=CONVERSATION, response_format={"type": "json_object"}, max_tokens=32, **GREEDY
    )
    need(json_mode.choices[0].message.content.startswith("{"), f"no object: {json_mode!r}")
    nonsense = {"name": "x", "schema": {"type": "nonsense"}}
    wrong = {"type": "json_schema", "json_schema": nonsense}
    refused(
        BadRequestError,
        lambda: client.chat.completions.create(
            messages=CONVERSATION, response_format=wrong, **GREEDY
        ),
    )


def tools():
    nested = [{"type": "function", "function": TOOL}]
    asked = {"messages": CONVERSATION, "tools": nested, "max_tokens": 64, **GREEDY}
    whole = client.chat.completions.create(tool_choice="required", **asked).choices[0]
    same(whole.finish_reason, "tool_calls", "the call's end")
    same(whole.message.content, None, "what is said beside a call")
    (call,) = whole.message.tool_calls
    same(call.function.name, "look_up", "the tool")
    fits(call.function.arguments)
    one = {"type": "function", "function": {"name": "look_up"}}
    with client.chat.completions.stream(tool_choice=one, **asked) as stream:
        streamed = stream.get_final_completion().choices[0]
    same(streamed.finish_reason, "tool_calls", "the streamed call's end")
    (again,) = streamed.message.tool_calls
    same(again.function.arguments, call.function.arguments, "streamed and whole calls")
    free = client.chat.completions.create(**asked).choices[0]
    need(free.message.content and not free.message.tool_calls, f"a call that nobody wanted: {free!r}")
    result = {"role": "tool", "tool_call_id": call.id, "content": "a place for ships"}
    said = [*CONVERSATION, whole.message, result]
    answer = client.chat.completions.create(**{**asked, "messages": said})
    same(answer.choices[0].finish_reason, "stop", "the end of what follows a call")

    flat = {"tools": [{"type": "function", **TOOL}], "max_output_tokens": 64, **GREEDY}
    one = {"type": "function", "name": "look_up"}
    first = client.responses.create(input=QUESTION, tool_choice=one, **flat)
    (item,) = first.output
    same((item.type, item.name), ("function_call", "look_up"), "the response's item")
    same(item.arguments, call.function.arguments, "a response's and a chat's calls")
    events = list(client.responses.create(input=QUESTION, tool_choice=one, stream=True, **flat))
    done = [e for e in events if e.type == "response.function_call_arguments.done"]
    same([event.arguments for event in done], [item.arguments], "the streamed arguments")
    result = {"type": "function_call_output", "call_id": item.call_id, "output": "a place"}
    named = client.responses.create(previous_response_id=first.id, input=[result], **flat)
    question = {"role": "user", "content": QUESTION}
    sent = client.responses.create(input=[question, item, result], **flat)
    same(named.output_text, sent.output_text, "a call that is named and one that is sent")
    same(named.usage.input_tokens, sent.usage.input_tokens, "what both have read")
    unknown = {"type": "function", "name": "other"}
    refused(
        BadRequestError,
        lambda: client.responses.create(input=QUESTION, tool_choice=unknown, **flat),
        param="tool_choice",
    )


def embeddings():
    texts = ["a harbor for ships", "a port for boats", "the price of bread"]
    # The library asks for base64 and decodes it.
    coded = client.embeddings.create(model=EMBEDDING, input=texts)
    plain = client.embeddings.create(model=EMBEDDING, input=texts, encoding_format="float")
    vectors = [item.embedding for item in coded.data]
    same([item.index for item in coded.data], [0, 1, 2], "the vectors' order")
    for one, other in zip(vectors, plain.data, strict=True):
        same(len(one), DIMENSIONS, "a vector's length")
        same(array("f", one), array("f", other.embedding), "base64 and float")
    dot = lambda a, b: sum(x * y for x, y in zip(a, b, strict=True))
    need(abs(dot(vectors[0], vectors[0]) - 1) < 1e-3, "not of unit length")
    near, far = dot(vectors[0], vectors[1]), dot(vectors[0], vectors[2])
    need(near > far + 0.2, f"ships are as near to bread as to boats: {near} and {far}")
    need(plain.usage.prompt_tokens > 0, "no tokens read")
    refused(
        BadRequestError,
        lambda: client.embeddings.create(model=EMBEDDING, input="text", dimensions=8),
        code="unsupported_parameter",
        param="dimensions",
    )
    return [round(near, 4), round(far, 4)]


def refusals():
    ask = lambda of=client, **changed: of.chat.completions.create(
        **{"model": CHAT, "messages": CONVERSATION, "max_tokens": 8, **changed}
    )
    stranger = client.with_options(api_key="sk-nobody")
    refused(AuthenticationError, lambda: ask(stranger), code="invalid_api_key")
    refused(NotFoundError, lambda: ask(model="gpt-9"), code="model_not_found", param="model")
    long = [{"role": "user", "content": LONG}]
    refused(BadRequestError, lambda: ask(messages=long), code="context_length_exceeded")
    refused(
        BadRequestError, lambda: ask(messages=long, stream=True), code="context_length_exceeded"
    )
    refused(BadRequestError, lambda: ask(n=2), param="n")
    refused(BadRequestError, lambda: ask(temperature=3), param="temperature")
    refused(BadRequestError, lambda: ask(messages="hello"), param="messages")
    refused(BadRequestError, lambda: ask(model=EMBEDDING), code="task_not_supported")


async def at_once(text):
    async with AsyncOpenAI() as many:
        ask = lambda: many.chat.completions.create(
            messages=CONVERSATION, max_tokens=64, **GREEDY
        )
        answers = await asyncio.gather(*(ask() for _ in range(8)))
    for answer in answers:
        same(answer.choices[0].message.content, text, "answers at once")
    same(len({answer.id for answer in answers}), 8, "answers with ids of their own")


def batches(text):
    body = {"messages": CONVERSATION, "max_tokens": 64, **GREEDY}
    lines = [
        {"custom_id": name, "method": "POST", "url": "/v1/chat/completions", "body": body | changed}
        for name, changed in {"good": {}, "bad": {"temperature": 3}}.items()
    ]
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    file = client.files.create(file=("lines.jsonl", content), purpose="batch")
    same((file.bytes, file.filename, file.purpose), (len(content), "lines.jsonl", "batch"), "file")
    need(file.id in {known.id for known in client.files.list()}, "the file is not listed")
    same(client.files.content(file.id).read(), content, "the file's content")
    asked = {"endpoint": "/v1/chat/completions", "completion_window": "24h"}
    batch = client.batches.create(input_file_id=file.id, metadata={"for": "a test"}, **asked)
    for _ in range(300):
        batch = client.batches.retrieve(batch.id)
        if batch.status not in ("validating", "in_progress", "finalizing"):
            break
        time.sleep(0.2)
    same(batch.status, "completed", "the batch's status")
    counts = batch.request_counts
    same((counts.total, counts.completed, counts.failed), (2, 1, 1), "the batch's requests")
    good = json.loads(client.files.content(batch.output_file_id).text)
    same(good["custom_id"], "good", "the answered line")
    said = good["response"]["body"]["choices"][0]["message"]["content"]
    same(said, text, "answers in a batch and by themselves")
    bad = json.loads(client.files.content(batch.error_file_id).text)
    same((bad["custom_id"], bad["response"]["status_code"]), ("bad", 400), "the refused line")
    need(batch.id in {known.id for known in client.batches.list()}, "the batch is not listed")
    refused(BadRequestError, lambda: client.batches.cancel(batch.id), param="batch_id")
    need(client.files.delete(file.id).deleted, "the file is not deleted")
    refused(NotFoundError, lambda: client.files.retrieve(file.id), code="not_found")


models()
text, usage, receipt, request = chat()
pieces = chat_stream(text, usage)
chat_options(text)
completions()
responded = responses()
forms()
tools()
similar = embeddings()
batches(text)
refusals()
asyncio.run(at_once(text))
tell(
    answers={"chat": text, "responses": responded},
    pieces=pieces,
    similar=similar,
    charge=usage.charge,
    request=request,
    receipt=receipt,
)
