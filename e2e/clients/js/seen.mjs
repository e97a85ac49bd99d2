// What the clients here have in common: what they ask, and how they say what they saw.

import { basename } from 'node:path';

export const CHAT = 'reckon-lexicon';
export const EMBEDDING = 'all-minilm-l6-v2';
export const QUESTION = 'what is a harbor?';
export const CONVERSATION = [{ role: 'user', content: QUESTION }];
// More tokens than the chat model's context has.
export const LONG = QUESTION.repeat(100);
export const DIMENSIONS = 384;

// Ends the program with a sentence unless something is so.
export function need(what, sentence) {
	if (what) return;
	console.error(`${basename(process.argv[1])}: ${sentence}`);
	process.exit(1);
}

// Ends the program unless both are equal.
export function same(one, other, sentence) {
	const [left, right] = [JSON.stringify(one), JSON.stringify(other)];
	need(left === right, `${sentence}: ${left} and ${right}`);
}

// Asks what must be refused, by an error with these fields.
export async function refused(ask, wanted) {
	const outcome = await ask().then((answer) => ({ answer }), (error) => ({ error }));
	need(outcome.error, `not refused: ${JSON.stringify(outcome.answer)}`);
	for (const [field, value] of Object.entries(wanted)) {
		same(outcome.error[field], value, `another ${field} of: ${outcome.error}`);
	}
	return outcome.error;
}

// Prints what was seen, as one line of JSON.
export function tell(seen) {
	console.log(JSON.stringify(seen));
}

// A form and a tool that a model of definitions comes to the end of.
export const FORM = {
	type: 'object',
	properties: { kind: { enum: ['noun', 'verb'] }, sure: { type: 'boolean' } },
	required: ['kind', 'sure'],
	additionalProperties: false,
};
export const TOOL = { name: 'look_up', description: 'Looks a word up', parameters: FORM };

/** Ends the program unless a value has the form. */
export function fits(value) {
	same(Object.keys(value), ['kind', 'sure'], 'the fields');
	need(FORM.properties.kind.enum.includes(value.kind) && typeof value.sure === 'boolean',
		`strange: ${JSON.stringify(value)}`);
}
