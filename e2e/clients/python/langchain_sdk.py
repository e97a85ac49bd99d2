"""LangChain's models for OpenAI."""

from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from openai import AuthenticationError, BadRequestError, NotFoundError
from seen import CHAT, DIMENSIONS, EMBEDDING, FORM, LONG, QUESTION, TOOL
from seen import need, refused, same, tell

chat = ChatOpenAI(model=CHAT, temperature=0, max_tokens=64)
answer = chat.invoke(QUESTION)
need(answer.usage_metadata["output_tokens"] > 0, "no tokens written")
chunks = list(chat.stream(QUESTION, stream_usage=True))
pieces = [chunk.content for chunk in chunks if chunk.content]
usage = [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata]
same(len(usage), 1, "how often the usage is streamed")
same(usage[0]["output_tokens"], answer.usage_metadata["output_tokens"], "the streamed usage")
same("".join(pieces), answer.content, "streamed and whole answers")
need(len(pieces) > 1, "a stream of one piece")
both = chat.batch([QUESTION, "what is a ledger?"])
same(both[0].content, answer.content, "the same question in a batch")
need("record" in both[1].content, f"no ledger: {both[1].content}")

responses = ChatOpenAI(model=CHAT, temperature=0, max_tokens=64, use_responses_api=True)
responded = responses.invoke(QUESTION).text

for model in (chat, responses):
    formed = model.with_structured_output({"title": "word", **FORM}, method="json_schema")
    need(formed.invoke(QUESTION)["kind"] in ("noun", "verb"), "another form")
    called = model.bind_tools([{"type": "function", "function": TOOL}], tool_choice="required")
    (call,) = called.invoke(QUESTION).tool_calls
    same((call["name"], list(call["args"])), ("look_up", ["kind", "sure"]), "the call")

# Token ids of another model's vocabulary are of no use to this one.
embeddings = OpenAIEmbeddings(model=EMBEDDING, check_embedding_ctx_length=False)
vectors = embeddings.embed_documents(["a harbor", "a port"])
same([len(vector) for vector in vectors], [DIMENSIONS] * 2, "vectors")
same(len(embeddings.embed_query("ships")), DIMENSIONS, "a vector")

refused(AuthenticationError, lambda: ChatOpenAI(model=CHAT, api_key="sk-nobody").invoke("hello"))
error = refused(NotFoundError, lambda: ChatOpenAI(model="gpt-9").invoke("hello"))
same(error.code, "model_not_found", "the code")
error = refused(BadRequestError, lambda: chat.invoke(LONG))
same(error.code, "context_length_exceeded", "the code")

tell(answers={"chat": answer.content, "responses": responded}, pieces=len(pieces))
