// Vercel's AI SDK: /v1/responses unless told otherwise.

import { openai } from '@ai-sdk/openai';
import { embedMany, generateText, streamText } from 'ai';
import { CHAT, DIMENSIONS, EMBEDDING, QUESTION, need, refused, same, tell } from './seen.mjs';

const asked = { prompt: QUESTION, temperature: 0, maxOutputTokens: 64 };

async function ask(model) {
	const whole = await generateText({ ...asked, model });
	need(whole.usage.outputTokens > 0, 'no tokens written');
	const pieces = [];
	for await (const piece of streamText({ ...asked, model }).textStream) pieces.push(piece);
	same(pieces.join(''), whole.text, 'streamed and whole answers');
	need(pieces.length > 1, 'a stream of one piece');
	return [whole.text, pieces.length];
}

const [responded, pieces] = await ask(openai(CHAT));
const [text] = await ask(openai.chat(CHAT));

const model = openai.embedding(EMBEDDING);
const { embeddings } = await embedMany({ model, values: ['a harbor', 'a port'] });
same(embeddings.map((vector) => vector.length), [DIMENSIONS, DIMENSIONS], 'vectors');

await refused(() => generateText({ ...asked, model: openai('gpt-9') }), { statusCode: 404 });

tell({ answers: { chat: text, responses: responded }, pieces });
