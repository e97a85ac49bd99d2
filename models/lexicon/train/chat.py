"""The conversation format: special tokens, and the same template as text and as Jinja."""

BOS, USER, ASSISTANT, END = "<|bos|>", "<|user|>", "<|assistant|>", "<|end|>"
SPECIAL_TOKENS = [BOS, USER, ASSISTANT, END]  # in the order of their ids, from 0

CHAT_TEMPLATE = (
    "<|bos|>"
    "{% for message in messages %}"
    "{% if message.role == 'user' %}<|user|>{{ message.content | trim }}<|end|>"
    "{% elif message.role == 'assistant' %}<|assistant|>{{ message.content | trim }}<|end|>"
    "{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def render(conversation, add_generation_prompt=True):
    """What CHAT_TEMPLATE gives for a list of (role, content); other roles are left out."""
    markers = {"user": USER, "assistant": ASSISTANT}
    turns = [markers[role] + content.strip() + END for role, content in conversation if role in markers]
    return BOS + "".join(turns) + (ASSISTANT if add_generation_prompt else "")
