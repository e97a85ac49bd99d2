// What the examples and tests share. Plain polkadot.js: the chain needs no types or adapters of ours.

import { blake3 } from "@noble/hashes/blake3";
import { ApiPromise, WsProvider } from "@polkadot/api";
import { u8aToHex, u8aToString } from "@polkadot/util";

/** An error that is told to the user without a stack trace; `code` is the exit status. */
export class Failure extends Error {
	constructor(code, message) {
		super(message);
		this.code = code;
	}
}

/** Exit statuses. */
export const REFUSED = 1; // the chain or the worker said no
export const USAGE = 2;
export const REFUNDED = 3; // the job ended without an answer, the money is back
export const UNREACHABLE = 4; // no node, or no answer in time

/** Connects once; by itself polkadot.js would try for ever and say nothing. */
export async function connect(url) {
	let provider;
	try {
		provider = new WsProvider(url, false);
	} catch (error) {
		throw new Failure(USAGE, `${url}: not a WebSocket URL (${error.message})`);
	}
	try {
		const connected = new Promise((resolve, reject) => {
			provider.on("connected", resolve);
			provider.on("error", () => reject(new Error("no connection")));
		});
		await provider.connect();
		await within(10, connected, "no connection");
	} catch {
		throw new Failure(UNREACHABLE, `no node answers at ${url}; is it running? (make devnet)`);
	}
	return ApiPromise.create({ provider, noInitWarn: true, throwOnConnect: true });
}

/** Waits for a promise, but only so long. */
export async function within(seconds, promise, message) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Failure(UNREACHABLE, message)), seconds * 1000);
	});
	try {
		return await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
}

/** A refusal in the chain's own words: name of the error and what its documentation says. */
export function explain(api, error) {
	if (!error.isModule) return error.toString();
	const { section, name, docs } = api.registry.findMetaError(error.asModule);
	return `${section}.${name}: ${docs.join(" ").trim()}`;
}

/**
 * Signs, submits, and waits until the transaction is in a finalized block.
 * Gives that block's hash and the events of the transaction; throws when it failed.
 */
export function submit(api, call, signer) {
	return new Promise((resolve, reject) => {
		call.signAndSend(signer, ({ status, events, dispatchError }) => {
			if (dispatchError && (status.isInBlock || status.isFinalized)) {
				reject(new Failure(REFUSED, `refused: ${explain(api, dispatchError)}`));
			} else if (status.isFinalized) {
				resolve({ block: status.asFinalized.toHex(), events: events.map(({ event }) => event) });
			} else if (status.isInvalid || status.isDropped || status.isUsurped) {
				reject(new Failure(REFUSED, `the transaction pool gave it up: ${status.type}`));
			}
		}).catch((error) => reject(new Failure(REFUSED, `the node does not take it: ${error.message}`)));
	});
}

/**
 * Follows finalized blocks, oldest first and none left out, from the one named on. `visit` gets the
 * state at the block and the block's events; what it returns first that is not undefined is the
 * result.
 */
export async function follow(api, from, visit) {
	let next = (await api.rpc.chain.getHeader(from)).number.toNumber();
	let unsubscribe;
	try {
		return await new Promise((resolve, reject) => {
			let work = Promise.resolve();
			api.on("disconnected", () => reject(new Failure(UNREACHABLE, "the node went away")));
			api.rpc.chain
				.subscribeFinalizedHeads((head) => {
					work = work.then(async () => {
						for (; next <= head.number.toNumber(); next += 1) {
							const at = await api.at(await api.rpc.chain.getBlockHash(next));
							const events = (await at.query.system.events()).map(({ event }) => event);
							const result = await visit(at, events, next);
							if (result !== undefined) {
								resolve(result);
								return;
							}
						}
					});
					work.catch(reject);
				})
				.then((stop) => (unsubscribe = stop), reject);
		});
	} finally {
		unsubscribe?.();
	}
}

/** An amount in tokens, for people. */
export function tokens(api, amount) {
	const [decimals] = api.registry.chainDecimals;
	const [symbol] = api.registry.chainTokens;
	const unit = 10n ** BigInt(decimals);
	const fraction = (amount % unit).toString().padStart(decimals, "0").replace(/0+$/, "");
	return `${amount / unit}${fraction && `.${fraction}`} ${symbol}`;
}

/** The opposite: an amount as people write it, in the smallest unit. */
export function parseTokens(api, text) {
	const [decimals] = api.registry.chainDecimals;
	const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
	if (!match || (match[2] ?? "").length > decimals) {
		throw new Failure(USAGE, `${text}: not an amount (like 1 or 0.25, up to ${decimals} decimals)`);
	}
	return BigInt(match[1] + (match[2] ?? "").padEnd(decimals, "0"));
}

/**
 * The bytes of a content reference: from a worker's content endpoint, checked against the hash that
 * is on chain, so it does not matter who serves them.
 */
export async function fetchBlob(endpoint, reference) {
	// By `get`: polkadot.js gives every value a `hash` of its own.
	const hash = reference.get("hash");
	const length = reference.get("length");
	const url = `${endpoint.replace(/\/$/, "")}/blobs/${hash.toHex().slice(2)}`;
	let bytes;
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
		if (!response.ok) throw new Error(`HTTP ${response.status}`);
		bytes = new Uint8Array(await response.arrayBuffer());
	} catch (error) {
		throw new Failure(UNREACHABLE, `${url}: ${error.cause?.message ?? error.message}`);
	}
	if (bytes.length !== length.toNumber() || u8aToHex(blake3(bytes)) !== hash.toHex()) {
		throw new Failure(REFUSED, `${url}: these are not the bytes that the chain names`);
	}
	return bytes;
}

/** Bytes on chain as text. */
export const text = (bytes) => u8aToString(bytes.toU8a(true));

/** Runs a script: failures become one line on stderr and an exit status. */
export async function run(main) {
	try {
		process.exit((await main()) ?? 0);
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		console.error(error.message);
		process.exit(error.code);
	}
}
