"""LangChain's models for OpenAI."""

from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from seen import CHAT, DIMENSIONS, EMBEDDING, QUESTION
from seen import need, same, tell

chat = ChatOpenAI(model=CHAT, temperature=0, max_tokens=64)
answer = chat.invoke(QUESTION)
need(answer.usage_metadata["output_tokens"] > 0, "no tokens written")
pieces = [chunk.content for chunk in chat.stream(QUESTION) if chunk.content]
same("".join(pieces), answer.content, "streamed and whole answers")
need(len(pieces) > 1, "a stream of one piece")
both = chat.batch([QUESTION, "what is a ledger?"])
same(both[0].content, answer.content, "the same question in a batch")
need("record" in both[1].content, f"no ledger: {both[1].content}")

responses = ChatOpenAI(model=CHAT, temperature=0, max_tokens=64, use_responses_api=True)
responded = responses.invoke(QUESTION).text

# Token ids of another model's vocabulary are of no use to this one.
embeddings = OpenAIEmbeddings(model=EMBEDDING, check_embedding_ctx_length=False)
vectors = embeddings.embed_documents(["a harbor", "a port"])
same([len(vector) for vector in vectors], [DIMENSIONS] * 2, "vectors")
same(len(embeddings.embed_query("ships")), DIMENSIONS, "a vector")

tell(answers={"chat": answer.content, "responses": responded}, pieces=len(pieces))
