"""The WebSocket door: several conversations at once over one connection."""

import json
import os

from seen import CHAT, CONVERSATION
from seen import need, refused, same, tell
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

KEY = os.environ["OPENAI_API_KEY"]
URL = os.environ["OPENAI_BASE_URL"].replace("http", "ws", 1) + "/stream"
ASKED = {"model": CHAT, "messages": CONVERSATION, "temperature": 0, "max_tokens": 64}
ASKED["stream_options"] = {"include_usage": True}


def bearer(key):
    return {"additional_headers": {"Authorization": f"Bearer {key}"}}


def ask(socket, ids, **changed):
    """Asks under each of these ids at once; the text, error and receipt of each."""
    for id in ids:
        socket.send(json.dumps({"id": id, **ASKED, "receipts": True, **changed}))
    heard = {id: {"pieces": []} for id in ids}
    running = set(ids)
    while running:
        frame = json.loads(socket.recv(timeout=60))
        id = frame["id"]
        need(id in running, f"a frame of what is over: {frame}")
        if "event" in frame:
            same(frame["event"].get("object"), "chat.completion.chunk", "an event")
            heard[id]["usage"] = frame["event"].get("usage")
            for choice in frame["event"]["choices"]:
                heard[id]["pieces"] += filter(None, [choice["delta"].get("content")])
        elif "receipt" in frame:
            heard[id]["receipt"] = frame["receipt"]
        else:
            heard[id]["error"] = frame.get("error")
            running.remove(id)
    return heard


with connect(URL, **bearer(KEY)) as socket:
    heard = ask(socket, ["a", "b", "c"])
    texts = {"".join(one["pieces"]) for one in heard.values()}
    same(len(texts), 1, f"different answers to one question: {texts}")
    for one in heard.values():
        same(one["error"], None, "an error")
        charge = one["receipt"]["signed"]["receipt"]["charge"]
        same(charge, one["usage"]["charge"], "the receipt's charge and the usage's")
    error = ask(socket, ["d"], model="gpt-9")["d"]["error"]
    same(error["code"], "model_not_found", "the refusal")
    # Ends at once, or was over.
    socket.send(json.dumps({"id": "e", **ASKED}))
    socket.send(json.dumps({"id": "e", "cancel": True}))
    while not json.loads(socket.recv(timeout=60)).get("done"):
        pass

error = refused(InvalidStatus, lambda: connect(URL, **bearer("sk-nobody")))
same(error.response.status_code, 401, "the status of a wrong key")

# As browsers must do it, which can send no header.
with connect(URL, subprotocols=["reckon", f"reckon-key.{KEY}"]) as socket:
    same(socket.subprotocol, "reckon", "the protocol")
    again = "".join(ask(socket, ["a"])["a"]["pieces"])
same({again}, texts, "another answer by way of the protocol's key")

tell(answers={"chat": again}, pieces=len(heard["a"]["pieces"]))
