#!/usr/bin/env node
// Asks a model a question by one extrinsic, waits until the chain has paid for the answer, prints it.
//
//   node submit-job.mjs --model reckon-lexicon --text "what is a ledger?"
//
// Exit status: 0 answered, 1 refused, 2 wrong usage, 3 refunded, 4 no node or no answer in time.

import { parseArgs } from "node:util";
import { Keyring } from "@polkadot/api";
import { stringToHex, u8aToString } from "@polkadot/util";
import { cryptoWaitReady } from "@polkadot/util-crypto";
import {
	connect, Failure, fetchBlob, follow, parseTokens, REFUNDED, REFUSED, run, submit, text, tokens,
	USAGE, within,
} from "../lib/reckon.mjs";

const USAGE_TEXT = `usage: node submit-job.mjs --model NAME --text TEXT [options]
  --url URL            the node (default: ws://127.0.0.1:9944)
  --suri SURI          who pays: a secret phrase, seed or derivation (default: //Alice)
  --task TASK          chat, complete or embed (default: chat)
  --max-price RKN      the most to pay; all of it is held until the job ends (default: 1)
  --max-output UNITS   the longest answer (default: 128; 0 for embed)
  --temperature T      0 takes the likeliest word always (default: 0)
  --blocks N           the answer must be there within so many blocks (default: 100)
  --timeout SECONDS    how long this program waits (default: 600)
  --json               print one JSON object instead of text; progress goes to stderr either way`;

const TASKS = { chat: "Chat", complete: "Complete", embed: "Embed" };

function readArguments() {
	const string = (value) => ({ type: "string", default: value });
	let options;
	try {
		({ values: options } = parseArgs({
			options: {
				url: string("ws://127.0.0.1:9944"),
				suri: string("//Alice"),
				model: { type: "string" },
				task: string("chat"),
				text: { type: "string" },
				"max-price": string("1"),
				"max-output": { type: "string" },
				temperature: string("0"),
				blocks: string("100"),
				timeout: string("600"),
				json: { type: "boolean", default: false },
				help: { type: "boolean", default: false },
			},
		}));
	} catch (error) {
		throw new Failure(USAGE, `${error.message}\n${USAGE_TEXT}`);
	}
	if (options.help) return options;
	if (!options.model || options.text === undefined || !(options.task in TASKS)) {
		throw new Failure(USAGE, USAGE_TEXT);
	}
	options["max-output"] ??= options.task === "embed" ? "0" : "128";
	for (const name of ["max-output", "temperature", "blocks", "timeout"]) {
		const number = Number(options[name]);
		if (options[name].trim() === "" || !(number >= 0)) {
			throw new Failure(USAGE, `--${name} ${options[name]}: not a number`);
		}
		options[name] = number;
	}
	return options;
}

/** The id that goes with a model's name. */
async function findModel(api, name) {
	const id = await api.query.models.names("Model", stringToHex(name));
	if (id.isSome) return id.unwrap();
	const keys = await api.query.models.names.keys("Model");
	const known = keys.map(({ args: [, key] }) => text(key));
	throw new Failure(REFUSED, `no model is called ${name}; the store has: ${known.join(", ") || "none"}`);
}

/** The answer's bytes: from the chain when they are few, else from the worker. */
async function readAnswer(at, job, { provider, delivery }) {
	const inline = await at.query.jobs.answers(job);
	if (inline.isSome) return inline.unwrap().toU8a(true);
	const record = await at.query.providers.providers(provider);
	const endpoint = record.isSome ? text(record.unwrap().endpoint) : "";
	if (!endpoint) {
		throw new Failure(REFUSED, `the answer is blob ${delivery.output.get("hash")}, and its worker serves none`);
	}
	return fetchBlob(endpoint, delivery.output);
}

async function main() {
	const options = readArguments();
	if (options.help) {
		console.log(USAGE_TEXT);
		return 0;
	}
	const say = (message) => console.error(message);

	await cryptoWaitReady();
	let client;
	try {
		client = new Keyring({ type: "sr25519" }).addFromUri(options.suri);
	} catch (error) {
		// Without the value: it may be a secret.
		throw new Failure(USAGE, `--suri: ${error.message}`);
	}
	const api = await connect(options.url);
	const model = await findModel(api, options.model);
	const maxPrice = parseTokens(api, options["max-price"]);
	const best = (await api.rpc.chain.getHeader()).number.toNumber();

	// Exactly the fields of the call `jobs.submitJob`: polkadot.js takes their types from the chain.
	const call = api.tx.jobs.submitJob({
		subnet: 0,
		model,
		task: TASKS[options.task],
		payload: { Inline: stringToHex(options.text) },
		sampling: {
			maxOutput: options["max-output"],
			temperatureMilli: Math.round(options.temperature * 1000),
			topK: 0,
			topPMilli: 1000,
			salt: `0x${"00".repeat(32)}`,
		},
		maxPrice,
		deadline: best + options.blocks,
		assurance: "Optimistic",
		privacy: "Public",
		replicas: 1,
		only: null,
	});

	const submitted = await within(
		options.timeout, submit(api, call, client), "the transaction was not finalized in time",
	);
	const event = submitted.events.find((event) => api.events.jobs.JobSubmitted.is(event));
	if (!event) throw new Failure(REFUSED, "the chain took the transaction and made no job of it");
	const { job } = event.data;
	say(`submitted: job ${job.toHex()}, at most ${tokens(api, maxPrice)}`);

	const [block, state] = await within(
		options.timeout,
		follow(api, submitted.block, async (at, events, number) => {
			// Events are for the reader; whether the job has ended is read from the state.
			for (const event of events) {
				if (event.section === "jobs" && event.data.job?.eq(job)) {
					say(`block ${number}: ${event.method}${reasonOf(event.data)}`);
				}
			}
			const record = await at.query.jobs.jobs(job);
			if (record.isNone) throw new Failure(REFUSED, `the chain knows no job ${job.toHex()} any more`);
			const { state } = record.unwrap();
			if (state.isSettled || state.isRefunded) return [at, state];
		}),
		`job ${job.toHex()} has not ended yet; its money comes back by itself at the deadline`,
	);

	if (state.isRefunded) {
		throw new Failure(REFUNDED, `no answer, all money is back: ${state.asRefunded.reason.type}`);
	}
	const settled = state.asSettled;
	const bytes = await readAnswer(block, job, settled);
	const answer = u8aToString(bytes);
	const charge = settled.charge.toBigInt();
	if (options.json) {
		console.log(JSON.stringify({
			job: job.toHex(),
			model: { id: model.toHex(), name: options.model },
			task: options.task,
			answer: options.task === "embed" ? JSON.parse(answer) : answer,
			provider: settled.provider.toString(),
			units: { input: settled.delivery.units.input.toNumber(), output: settled.delivery.units.output.toNumber() },
			maxPrice: maxPrice.toString(),
			charge: charge.toString(),
			refunded: (maxPrice - charge).toString(),
		}));
	} else {
		console.log(answer);
		console.log(`\ncomputed by ${settled.provider}`);
		console.log(`paid ${tokens(api, charge)}, refunded ${tokens(api, maxPrice - charge)}`);
	}
}

function reasonOf({ provider, reason }) {
	return [provider && ` by ${provider}`, reason && ` (${reason.type})`].filter(Boolean).join("");
}

run(main);
