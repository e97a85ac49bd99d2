// Vercel's AI SDK: /v1/responses unless told otherwise.

import { createOpenAI, openai } from '@ai-sdk/openai';
import { Output, embedMany, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import {
	CHAT, DIMENSIONS, EMBEDDING, FORM, LONG, QUESTION, TOOL, fits, need, refused, same, tell,
} from './seen.mjs';

const asked = { prompt: QUESTION, temperature: 0, maxOutputTokens: 64 };

async function ask(model) {
	const whole = await generateText({ ...asked, model });
	need(whole.usage.outputTokens > 0, 'no tokens written');
	const stream = streamText({ ...asked, model });
	const pieces = [];
	for await (const piece of stream.textStream) pieces.push(piece);
	same((await stream.usage).outputTokens, whole.usage.outputTokens, 'the streamed usage');
	same(pieces.join(''), whole.text, 'streamed and whole answers');
	need(pieces.length > 1, 'a stream of one piece');
	return [whole.text, pieces.length];
}

const [responded, pieces] = await ask(openai(CHAT));
const [text] = await ask(openai.chat(CHAT));

// From its second turn on it names what was answered, and does not send it again.
async function talk(model) {
	const messages = [{ role: 'user', content: QUESTION }];
	const first = await generateText({ ...asked, prompt: undefined, messages, model });
	messages.push(...first.response.messages, { role: 'user', content: QUESTION });
	const include = { requestBody: true };
	const second = await generateText({ ...asked, prompt: undefined, messages, model, include });
	need(second.text, 'nothing said in the second turn');
	const sent = JSON.stringify(second.request.body);
	const added = second.usage.inputTokens - first.usage.inputTokens;
	need(added > first.usage.outputTokens, `the second turn reads ${added} tokens more: ${sent}`);
	return sent;
}
need((await talk(openai(CHAT))).includes('item_reference'), 'it names no answers any more');
await talk(openai.chat(CHAT));

// Its own loop: it calls the tool, and asks again with the result.
async function call(model) {
	const output = Output.object({ schema: jsonSchema(FORM) });
	fits((await generateText({ ...asked, model, output })).output);
	const found = [];
	const look_up = tool({
		description: TOOL.description,
		inputSchema: jsonSchema(FORM),
		execute: async (word) => { found.push(word); return 'a place for ships'; },
	});
	const prepareStep = ({ stepNumber }) => ({ toolChoice: stepNumber === 0 ? 'required' : 'auto' });
	const ask = { ...asked, model, tools: { look_up }, prepareStep, stopWhen: stepCountIs(2) };
	const { steps, text } = await generateText(ask);
	same(steps.map((step) => step.toolCalls.length), [1, 0], 'calls in each step');
	need(text, 'nothing said behind the call');
	const streamed = streamText(ask);
	same(await streamed.text, text, 'streamed and whole answers behind a call');
	same(found.length, 2, 'calls of the tool');
	found.forEach(fits);
}
await call(openai(CHAT));
await call(openai.chat(CHAT));

const model = openai.embedding(EMBEDDING);
const { embeddings } = await embedMany({ model, values: ['a harbor', 'a port'] });
same(embeddings.map((vector) => vector.length), [DIMENSIONS, DIMENSIONS], 'vectors');

await refused(() => generateText({ ...asked, model: openai('gpt-9') }), { statusCode: 404 });
const stranger = createOpenAI({ apiKey: 'sk-nobody' });
await refused(() => generateText({ ...asked, model: stranger(CHAT) }), { statusCode: 401 });
const long = { ...asked, prompt: LONG, model: openai(CHAT) };
await refused(() => generateText(long), { statusCode: 400 });

tell({ answers: { chat: text, responses: responded }, pieces });
