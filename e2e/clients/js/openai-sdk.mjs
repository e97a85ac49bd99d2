// OpenAI's library for JavaScript.

import OpenAI from 'openai';
import {
	CHAT, CONVERSATION, DIMENSIONS, EMBEDDING, FORM, LONG, QUESTION, TOOL, fits, need, refused, same, tell,
} from './seen.mjs';

const client = new OpenAI();
const greedy = { model: CHAT, temperature: 0 };
const asked = { ...greedy, messages: CONVERSATION, max_tokens: 64 };

const models = new Set();
for await (const model of client.models.list()) models.add(model.id);
need(models.has(CHAT) && models.has(EMBEDDING), `models are missing among ${[...models]}`);
same((await client.models.retrieve(CHAT)).id, CHAT, 'another model');
// The library sends the slash as %2F.
const unknown = 'someone/something';
const missing = await refused(() => client.models.retrieve(unknown), {
	status: 404, code: 'model_not_found',
});
need(missing.message.includes(unknown), `the refusal does not name it: ${missing.message}`);

const { data: whole, response } = await client.chat.completions.create(asked).withResponse();
const text = whole.choices[0].message.content;
const receipt = JSON.parse(Buffer.from(response.headers.get('reckon-receipt'), 'base64'));
same(receipt.signed.receipt.charge, whole.usage.charge, "the receipt's charge");
need(whole._request_id, 'no x-request-id');

const pieces = [];
let usage;
const options = { include_usage: true };
const stream = await client.chat.completions.create({ ...asked, stream: true, stream_options: options });
for await (const chunk of stream) {
	const piece = chunk.choices[0]?.delta.content;
	if (piece) pieces.push(piece);
	usage = chunk.usage ?? usage;
}
same(pieces.join(''), text, 'streamed and whole answers');
need(pieces.length > 1, 'a stream of one piece');
same(usage?.completion_tokens, whole.usage.completion_tokens, 'the streamed usage');
const helped = client.chat.completions.stream(asked);
same(await helped.finalContent(), text, 'the helper and the whole answer');

const form = { type: 'json_schema', json_schema: { name: 'word', schema: FORM, strict: true } };
const formed = await client.chat.completions.parse({ ...asked, response_format: form });
fits(formed.choices[0].message.parsed);
const tools = [{ type: 'function', function: TOOL }];
const calling = client.chat.completions.stream({ ...asked, tools, tool_choice: 'required' });
const called = (await calling.finalChatCompletion()).choices[0];
same(called.finish_reason, 'tool_calls', "the call's end");
fits(JSON.parse(called.message.tool_calls[0].function.arguments));

const prompt = 'A harbor is';
const completed = await client.completions.create({ ...greedy, prompt, max_tokens: 16 });
need(completed.choices[0].text, 'an empty completion');

const input = { ...greedy, input: QUESTION, max_output_tokens: 64, store: false };
const responded = (await client.responses.create(input)).output_text;
let streamed = '';
for await (const event of await client.responses.create({ ...input, stream: true })) {
	if (event.type === 'response.output_text.delta') streamed += event.delta;
}
same(streamed, responded, 'streamed and whole responses');

// The library asks for base64 and decodes it.
const texts = { model: EMBEDDING, input: ['a harbor', 'a port'] };
const coded = await client.embeddings.create(texts);
const plain = await client.embeddings.create({ ...texts, encoding_format: 'float' });
for (const [index, { embedding }] of coded.data.entries()) {
	same(embedding.length, DIMENSIONS, "a vector's length");
	const other = plain.data[index].embedding;
	need(embedding.every((value, at) => Math.fround(other[at]) === Math.fround(value)),
		'base64 and float differ');
}

const ask = (changed, of = client) =>
	of.chat.completions.create({ ...asked, max_tokens: 8, ...changed });
await refused(() => ask({}, new OpenAI({ apiKey: 'sk-nobody' })), {
	status: 401, code: 'invalid_api_key',
});
await refused(() => ask({ model: 'gpt-9' }), { status: 404, code: 'model_not_found', param: 'model' });
await refused(() => ask({ messages: [{ role: 'user', content: LONG }] }), {
	status: 400, code: 'context_length_exceeded',
});
await refused(() => ask({ n: 2 }), { status: 400, param: 'n' });

tell({ answers: { chat: text, responses: responded }, pieces: pieces.length });
