// Clients that are turned away at first and try again by themselves. Arguments: which one, and a model.

import { createOpenAI } from '@ai-sdk/openai';
import { generateText } from 'ai';
import OpenAI from 'openai';
import { CONVERSATION, QUESTION, need, same, tell } from './seen.mjs';

const [client, model] = process.argv.slice(2);
// Once a second, as the gateway tells them.
const maxRetries = 100;

async function openai() {
	const openai = new OpenAI({ maxRetries });
	// The library sends the slash as %2F.
	same((await openai.models.retrieve(model)).id, model, 'another model');
	const asked = { model, messages: CONVERSATION, temperature: 0, max_tokens: 64 };
	return (await openai.chat.completions.create(asked)).choices[0].message.content;
}

async function ai() {
	const asked = { prompt: QUESTION, temperature: 0, maxOutputTokens: 64, maxRetries };
	return (await generateText({ ...asked, model: createOpenAI()(model) })).text;
}

const text = await { openai, ai }[client]();
need(text.split(' ').length > 2, `no sentence: ${text}`);
tell({ answers: { [client]: text } });
