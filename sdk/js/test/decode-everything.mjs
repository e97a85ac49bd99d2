#!/usr/bin/env node
// Wallets, explorers and polkadot.js Apps show whatever the chain has, with the types that the chain
// itself tells: decodes all that a run has left on a live node with @polkadot/api and no types of
// ours, and encodes it again to the same bytes.
//
//   node decode-everything.mjs --url ws://127.0.0.1:9944 --expect Jobs.JobSettled,Jobs.submit_job
//
// What is expected is an event, a call or a storage item that the run must have had; else the test fails.
//
// Looks at every event and extrinsic of every block, every storage entry of every pallet in every
// tenth block and in the last, every constant, and the answers of our view functions and runtime
// API. Of our pallets also at 32 examples of each storage item, event and call, made up by the
// metadata, so that what the run did not have can be shown too.

import { parseArgs } from "node:util";
import { compactAddLength, hexToU8a, stringCamelCase, u8aConcat, u8aToHex } from "@polkadot/util";
import { xxhashAsHex } from "@polkadot/util-crypto";
import { connect, Failure, REFUSED, run, USAGE } from "../lib/reckon.mjs";
import { ourPallets } from "./ours.mjs";
import { example, exampleOfVariant, hidden, random } from "./scale.mjs";
import { Table } from "./table.mjs";

/** Examples of each storage item, event and call. */
const EXAMPLES = 32;
/** Blocks between those whose storage is looked at. */
const STORAGE_STEP = 10;
/** Storage keys that a node gives at once. */
const PAGE = 500;
/** Values of one type that are kept to ask view functions with. */
const POOL = 12;
/** Questions to one view function. */
const QUESTIONS = 24;

/** One look at a chain. */
class Look {
	constructor(api) {
		this.api = api;
		this.metadata = api.runtimeMetadata.asLatest;
		this.ours = ourPallets(this.metadata);
		this.table = new Table();
		this.failures = [];
		this.pool = new Map();
	}

	/** Compares what polkadot.js has made of bytes with the bytes. */
	check(what, bytes, decode, id) {
		try {
			const value = decode();
			const again = value.toU8a();
			if (u8aToHex(again) !== u8aToHex(bytes)) {
				this.failures.push(`${what}: ${u8aToHex(bytes)} is encoded as ${u8aToHex(again)}`);
			}
			// What people see must not throw either.
			value.toHuman();
			if (id !== undefined) this.failures.push(...hidden(this.metadata, value, id, what));
			return value;
		} catch (error) {
			this.failures.push(`${what}: ${error.message} (${u8aToHex(bytes, 1024)})`);
		}
	}

	/** A value of a type by its number in the metadata. */
	make(id, bytes, registry = this.api.registry) {
		return registry.createTypeUnsafe(registry.createLookupType(id), [bytes]);
	}

	/** Keeps a value to ask view functions with. */
	keep(id, value) {
		const key = id.toString();
		if (!this.pool.has(key)) this.pool.set(key, new Set());
		const values = this.pool.get(key);
		if (values.size < POOL) values.add(u8aToHex(value.toU8a()));
	}

	variants(option) {
		if (option.isNone) return [];
		return this.metadata.lookup.getSiType(option.unwrap().type).def.asVariant.variants;
	}

	/** Events and extrinsics of a block. */
	async block(number) {
		const hash = await this.api.rpc.chain.getBlockHash(number);
		const at = await this.api.at(hash);
		const place = `block ${number}`;

		const key = this.api.query.system.events.key();
		const written = hexToU8a(await this.api.rpc.state.getStorage.raw(key, hash));
		const events = await at.query.system.events();
		this.check(`${place}: System.Events`, written, () => events);
		for (const { event } of events) {
			const [palletIndex, eventIndex] = event.index;
			const pallet = this.metadata.pallets.find(({ index }) => index.toNumber() === palletIndex);
			const variant = this.variants(pallet.events).find(({ index }) => index.toNumber() === eventIndex);
			const what = `${pallet.name}.${variant.name}`;
			for (const [index, field] of variant.fields.entries()) {
				const value = event.data[index];
				this.failures.push(...hidden(this.metadata, value, field.type, `${place}: ${what}.${field.name}`));
				this.keep(field.type, value);
			}
			this.table.value(`${pallet.name}`, "events", `${variant.name}`);
		}

		const raw = (await this.api.rpc.chain.getBlock.raw(hash)).block.extrinsics;
		const { block } = await this.api.rpc.chain.getBlock(hash);
		for (const [index, extrinsic] of block.extrinsics.entries()) {
			const { section, method } = extrinsic.method;
			const what = `${place}: extrinsic ${index} ${section}.${method}`;
			// polkadot.js 16.5 puts length and version of a general transaction before the whole of it again.
			const whole = () => (extrinsic.isGeneral() ? extrinsic.inner : extrinsic);
			this.check(what, hexToU8a(raw[index]), whole);
			extrinsic.toHuman();
			this.failures.push(...hidden(this.metadata, extrinsic.method, this.callType(), what));
			const [palletIndex] = extrinsic.method.callIndex;
			const pallet = this.metadata.pallets.find(({ index }) => index.toNumber() === palletIndex);
			this.table.value(`${pallet.name}`, "calls", extrinsic.method.meta.name.toString());
		}
	}

	callType() {
		return this.metadata.extrinsic.callType;
	}

	/** All that a block's state has under the pallets' names. */
	async storage(number) {
		const hash = await this.api.rpc.chain.getBlockHash(number);
		const at = await this.api.at(hash);
		for (const pallet of this.metadata.pallets) {
			if (pallet.storage.isNone) continue;
			const { prefix, items } = pallet.storage.unwrap();
			const known = new Map(items.map((item) => [xxhashAsHex(`${item.name}`, 128).slice(2), item]));
			const root = xxhashAsHex(prefix.toString(), 128);
			for (const [key, value] of await this.pairs(root, hash)) {
				const item = known.get(key.slice(root.length, root.length + 32));
				if (item) this.entry(at, pallet, item, key, value, number);
				else if (!key.endsWith(xxhashAsHex(":__STORAGE_VERSION__:", 128).slice(2))) {
					this.failures.push(`block ${number}: ${pallet.name} has ${key}, which no item explains`);
				}
			}
		}
	}

	/** Keys and values under a prefix. */
	async pairs(prefix, hash) {
		const pairs = [];
		for (let from = prefix; ; ) {
			const keys = await this.api.rpc.state.getKeysPaged.raw(prefix, PAGE, from, hash);
			if (keys.length === 0) return pairs;
			const [{ changes }] = await this.api.rpc.state.queryStorageAt.raw(keys, hash);
			pairs.push(...changes.filter(([, value]) => value !== null));
			from = keys.at(-1);
		}
	}

	/** An entry as the API shows it: its key's parts by name, and its value. */
	entry(at, pallet, item, key, value, number) {
		const what = `block ${number}: ${pallet.name}.${item.name}`;
		try {
			this.key(at, pallet, item, key, what);
		} catch (error) {
			this.failures.push(`${what}: key ${key}: ${error.message}`);
		}
		const type = item.type.isPlain ? item.type.asPlain : item.type.asMap.value;
		this.check(what, hexToU8a(value), () => this.make(type, hexToU8a(value), at.registry), type);
		this.table.value(`${pallet.name}`, "storage", `${item.name}`);
	}

	/** A key in parts, which make the same key again. Where a hash hides them, there are none. */
	key(at, pallet, item, key, what) {
		const section = at.query[stringCamelCase(pallet.name.toString())];
		const query = section?.[stringCamelCase(item.name.toString())];
		if (!query) throw new Error("the API has no such query");
		const parts = keyTypes(this.metadata, item);
		if (parts.some(({ hasher }) => !/Concat|Identity/.test(hasher.type))) return;
		const decoded = at.registry.createType("StorageKey", key);
		decoded.setMeta(query.creator.meta, query.creator.section, query.creator.method);
		if (decoded.args.length !== parts.length) throw new Error("a part is missing");
		for (const [index, { type }] of parts.entries()) {
			this.failures.push(...hidden(this.metadata, decoded.args[index], type, `${what}: key`));
			this.keep(type, decoded.args[index]);
		}
		const again = query.key(...decoded.args);
		if (again !== key) throw new Error(`its parts make ${again}`);
	}

	/** What our pallets declare, whether or not the run had it. */
	declared() {
		const { api, metadata, table } = this;
		for (const pallet of metadata.pallets) {
			const name = pallet.name.toString();
			for (const constant of pallet.constants) {
				const what = `${name}.${constant.name} (constant)`;
				const shown = () => {
					const section = api.consts[stringCamelCase(name)];
					const found = section?.[stringCamelCase(constant.name.toString())];
					if (!found) throw new Error("the API does not show it");
					return found;
				};
				this.check(what, constant.value.toU8a(true), shown, constant.type);
				table.value(name, "constants", `${constant.name}`);
			}
			for (const event of this.variants(pallet.events)) table.item(name, "events", `${event.name}`);
			for (const call of this.variants(pallet.calls)) table.item(name, "calls", `${call.name}`);
			for (const item of pallet.storage.isSome ? pallet.storage.unwrap().items : []) {
				table.item(name, "storage", `${item.name}`);
			}
		}
		for (const pallet of this.ours) this.examples(pallet);
	}

	/** Made-up values of all that a pallet of ours can have. */
	examples(pallet) {
		const { api, metadata, table } = this;
		const name = pallet.name.toString();
		const times = function* () {
			for (let seed = 1; seed <= EXAMPLES; seed += 1) yield random(seed);
		};
		for (const item of pallet.storage.isSome ? pallet.storage.unwrap().items : []) {
			const what = `example of ${name}.${item.name}`;
			const value = item.type.isPlain ? item.type.asPlain : item.type.asMap.value;
			for (const type of [value, ...keyTypes(metadata, item).map(({ type }) => type)]) {
				for (const dice of times()) {
					const bytes = example(metadata, type, dice);
					this.check(what, bytes, () => this.make(type, bytes), type);
				}
			}
			table.value(name, "examples", `${item.name} (storage)`);
		}
		for (const [kind, option] of [["Event", pallet.events], ["Call", pallet.calls]]) {
			for (const variant of this.variants(option)) {
				const what = `example of ${name}.${variant.name} (${kind.toLowerCase()})`;
				for (const dice of times()) {
					const inner = exampleOfVariant(metadata, variant, dice);
					const bytes = u8aConcat(Uint8Array.of(pallet.index.toNumber()), inner);
					const value = this.check(what, bytes, () => api.registry.createType(kind, bytes));
					const fields = kind === "Event" ? value?.data : value?.args;
					for (const [index, field] of variant.fields.entries()) {
						if (fields) this.failures.push(...hidden(metadata, fields[index], field.type, what));
					}
				}
				table.value(name, "examples", `${variant.name} (${kind})`);
			}
		}
		for (const error of this.variants(pallet.errors)) {
			const index = pallet.index.toNumber();
			const found = api.registry.findMetaError({
				index: api.registry.createType("u8", index),
				error: api.registry.createType("[u8;4]", Uint8Array.of(error.index.toNumber(), 0, 0, 0)),
			});
			if (found.name !== error.name.toString() || found.docs.join("").trim() === "") {
				this.failures.push(`${name}.${error.name}: the API calls it ${found.name}`);
			}
			table.value(name, "errors", `${error.name}`);
		}
	}

	/** Asks all that can be asked of our pallets and of our runtime API. */
	async views(hash) {
		const { api, metadata, table } = this;
		for (const pallet of this.ours) {
			const name = pallet.name.toString();
			for (const view of pallet.viewFunctions) {
				table.item(name, "views", view.name.toString());
				for (const args of this.questions(view.inputs)) {
					const what = `view function ${name}.${view.name}(${u8aToHex(args)})`;
					const request = u8aConcat(view.id.toU8a(), compactAddLength(args));
					const method = "RuntimeViewFunction_execute_view_function";
					const answer = hexToU8a(await api.rpc.state.call.raw(method, u8aToHex(request), hash));
					const outer = metadata.apis.find(({ name }) => name.eq("RuntimeViewFunction"));
					const [{ output }] = outer.methods;
					const result = this.make(output, answer);
					if (!result.isOk) this.failures.push(`${what}: ${result.asErr.type}`);
					else {
						const bytes = result.asOk.toU8a(true);
						this.check(what, bytes, () => this.make(view.output, bytes), view.output);
						table.value(name, "views", view.name.toString());
					}
				}
			}
		}
		for (const { name, methods } of metadata.apis.filter(({ name }) => /^Reckon/.test(name))) {
			for (const method of methods) {
				table.item(`${name}`, "views", `${method.name}`);
				for (const args of this.questions(method.inputs)) {
					const what = `${name}.${method.name}(${u8aToHex(args)})`;
					const raw = await api.rpc.state.call.raw(`${name}_${method.name}`, u8aToHex(args), hash);
					const bytes = hexToU8a(raw);
					this.check(what, bytes, () => this.make(method.output, bytes), method.output);
					table.value(`${name}`, "views", `${method.name}`);
				}
				const decorated = api.call[stringCamelCase(`${name}`)]?.[stringCamelCase(`${method.name}`)];
				if (!decorated) this.failures.push(`the API has no call ${name}.${method.name}`);
			}
		}
	}

	/** Arguments made of what the run has left, and of examples where it left nothing. */
	*questions(inputs) {
		if (inputs.length === 0) return yield new Uint8Array();
		const asked = new Set();
		const dice = random(inputs.length);
		for (let question = 0; question < QUESTIONS; question += 1) {
			const args = u8aConcat(
				...inputs.map(({ type }) => {
					const known = [...(this.pool.get(type.toString()) ?? [])];
					// Now and then something that is not there.
					const choice = dice(known.length + 1);
					return choice < known.length ? hexToU8a(known[choice]) : example(this.metadata, type, dice);
				}),
			);
			const key = u8aToHex(args);
			if (!asked.has(key)) yield args;
			asked.add(key);
		}
	}

	/** Which of the expected events, calls and storage items the run did not have. */
	absent(expected) {
		return expected.filter((name) => {
			const [pallet, item] = name.split(".");
			const kinds = ["events", "calls", "storage"];
			return !kinds.some((kind) => this.table.items(pallet, kind).get(item));
		});
	}
}

/** The parts of an item's key, each with its hasher and its type. */
function keyTypes(metadata, item) {
	if (item.type.isPlain) return [];
	const { hashers, key } = item.type.asMap;
	const types = hashers.length === 1 ? [key] : [...metadata.lookup.getSiType(key).def.asTuple];
	return types.map((type, index) => ({ type, hasher: hashers[index] }));
}

async function main() {
	let values;
	try {
		({ values } = parseArgs({
			options: {
				url: { type: "string", default: "ws://127.0.0.1:9944" },
				from: { type: "string", default: "1" },
				expect: { type: "string", multiple: true, default: [] },
			},
		}));
	} catch (error) {
		throw new Failure(USAGE, error.message);
	}
	const api = await connect(values.url);
	const look = new Look(api);
	look.declared();
	const head = await api.rpc.chain.getFinalizedHead();
	const last = (await api.rpc.chain.getHeader(head)).number.toNumber();
	const first = Number(values.from);
	for (let number = first; number <= last; number += 1) {
		await look.block(number).catch((error) => {
			if (!/discarded|UnknownBlock|unknown block/i.test(error.message)) throw error;
			throw new Failure(REFUSED, `the node has forgotten block ${number}: name a later one by --from`);
		});
		if (number % STORAGE_STEP === 0 || number === last) await look.storage(number);
	}
	await look.views(head.toHex());

	const kinds = ["storage", "constants", "events", "calls", "errors", "views", "examples"];
	console.log("items that the run had/items there are, and values decoded:");
	console.log(look.table.toString(kinds));
	for (const failure of look.failures.slice(0, 100)) console.log(`failed: ${failure}`);
	const absent = look.absent(values.expect.flatMap((names) => names.split(",")));
	for (const name of absent) console.log(`the run had no ${name}`);
	console.log(`blocks ${first} to ${last}, ${look.failures.length} failures`);
	return look.failures.length === 0 && absent.length === 0 && last >= first ? 0 : 1;
}

run(main);
