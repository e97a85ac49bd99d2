"""The gRPC door, from the repository's own proto files."""

import json
import os

import grpc
from generated import services, v1
from seen import CHAT, CONVERSATION, DIMENSIONS, EMBEDDING, LONG
from seen import need, refused, same, tell

channel = grpc.insecure_channel(os.environ["RECKON_GRPC"].removeprefix("http://"))
stub = services.InferenceStub(channel)


def call(method, request, key=os.environ["OPENAI_API_KEY"]):
    return method(request, metadata=[("authorization", f"Bearer {key}")], timeout=60)


def chat(messages=CONVERSATION, **changed):
    said = [v1.Message(**message) for message in messages]
    sampling = v1.Sampling(temperature=0, max_tokens=64)
    return v1.ChatRequest(**{"model": CHAT, "messages": said, "sampling": sampling, **changed})


def ended(answers):
    """The pieces of text, and what is said at the end."""
    *texts, last = answers
    same(last.WhichOneof("event"), "end", "the last event")
    need(int(last.end.usage.charge) > 0, "an answer for nothing")
    same(
        json.loads(last.end.receipt)["signed"]["receipt"]["charge"],
        last.end.usage.charge,
        "the receipt's charge",
    )
    return [answer.text for answer in texts], last.end


def refusal(status, code, request, **paid):
    error = refused(grpc.RpcError, lambda: list(call(stub.Chat, request, **paid)))
    same(error.code(), status, f"the status of {error.details()}")
    same(dict(error.trailing_metadata() or ()).get("reckon-code"), code, "the code")


models = {model.name: model for model in call(stub.ListModels, v1.ListModelsRequest()).models}
need({CHAT, EMBEDDING} <= set(models), f"models are missing among {set(models)}")
need(models[CHAT].workers > 0 and int(models[CHAT].per_output) > 0, "no worker, or no price")

pieces, end = ended(call(stub.Chat, chat()))
same(end.finish_reason, "stop", "the answer's end")
need(len(pieces) > 1, "a stream of one piece")

short = v1.Sampling(temperature=0, max_tokens=8)
request = v1.CompleteRequest(model=CHAT, prompt="A harbor is", sampling=short)
need("".join(ended(call(stub.Complete, request))[0]), "an empty completion")

embedded = call(stub.Embed, v1.EmbedRequest(model=EMBEDDING, input=["a harbor", "a port"]))
same([len(vector.values) for vector in embedded.vectors], [DIMENSIONS] * 2, "vectors")
need(embedded.end.usage.input > 0, "no tokens read")

refusal(grpc.StatusCode.UNAUTHENTICATED, "invalid_api_key", chat(), key="sk-nobody")
refusal(grpc.StatusCode.NOT_FOUND, "model_not_found", chat(model="gpt-9"))
long = chat(messages=[{"role": "user", "content": LONG}])
refusal(grpc.StatusCode.INVALID_ARGUMENT, "context_length_exceeded", long)

tell(answers={"chat": "".join(pieces)}, pieces=len(pieces), charge=end.usage.charge)
