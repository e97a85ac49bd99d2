#!/usr/bin/env node
// Wallets and explorers show the metadata's documentation to users, so nothing of ours may lack it:
// walks the metadata of a live node and lists every call, argument, event, error, storage item,
// constant, view function and field without a word.
//
//   node metadata-docs.mjs --url ws://127.0.0.1:9944
//
// An argument of a call can carry no documentation of its own (FRAME drops it): it counts as
// documented when its type is one of ours, whose fields are checked instead, or when the call's
// documentation mentions it by name.

import { parseArgs } from "node:util";
import { connect, run } from "../lib/reckon.mjs";
import { ourPallets } from "./ours.mjs";

/** What is wrong with the metadata, and how much was looked at. */
export function findUndocumented(metadata) {
	const missing = [];
	let seen = 0;
	const check = (name, docs) => {
		seen += 1;
		if (docs.join("").trim() === "") missing.push(name);
	};

	const visited = new Set();
	const pallets = ourPallets(metadata);
	const crates = new Set(pallets.map(({ name }) => `pallet_${snake(name.toString())}`));
	const isOurs = ({ path }) => {
		const crate = path[0]?.toString() ?? "";
		return crate.startsWith("reckon_") || crates.has(crate);
	};

	/** Checks the fields of one of our types, and of all types of ours inside. */
	function checkType(id) {
		const key = id.toNumber();
		if (visited.has(key)) return;
		visited.add(key);
		const type = metadata.lookup.getSiType(id);
		const name = type.path.join("::");
		const { def } = type;
		const fields = (owner, list) => {
			for (const [index, field] of list.entries()) {
				// The one thing in a wrapper or in a variant is described by what is around it.
				if (isOurs(type) && (list.length > 1 || field.name.isSome)) {
					check(`${owner}.${field.name.isSome ? field.name.unwrap() : index}`, field.docs);
				}
				checkType(field.type);
			}
		};
		if (def.isComposite) fields(name, def.asComposite.fields);
		if (def.isVariant) {
			for (const variant of def.asVariant.variants) {
				if (isOurs(type)) check(`${name}::${variant.name}`, variant.docs);
				fields(`${name}::${variant.name}`, variant.fields);
			}
		}
		if (def.isSequence) checkType(def.asSequence.type);
		if (def.isArray) checkType(def.asArray.type);
		if (def.isTuple) def.asTuple.forEach(checkType);
		if (def.isCompact) checkType(def.asCompact.type);
	}

	const variantsOf = (option) =>
		option.isSome ? metadata.lookup.getSiType(option.unwrap().type).def.asVariant.variants : [];

	for (const pallet of pallets) {
		const wanted = pallet.name.toString();
		for (const call of variantsOf(pallet.calls)) {
			check(`${wanted}.${call.name} (call)`, call.docs);
			const words = call.docs.join(" ").toLowerCase();
			for (const argument of call.fields) {
				const name = argument.name.unwrap().toString();
				const type = metadata.lookup.getSiType(argument.type);
				const told = isOurs(type) || new RegExp(`\\b${name.replace(/_/g, "[_ ]")}`).test(words);
				check(`${wanted}.${call.name}: argument ${name}`, told ? ["told"] : []);
				checkType(argument.type);
			}
		}
		for (const event of variantsOf(pallet.events)) {
			check(`${wanted}.${event.name} (event)`, event.docs);
			for (const field of event.fields) {
				check(`${wanted}.${event.name}: field ${field.name}`, field.docs);
				checkType(field.type);
			}
		}
		for (const error of variantsOf(pallet.errors)) check(`${wanted}.${error.name} (error)`, error.docs);
		for (const constant of pallet.constants) {
			check(`${wanted}.${constant.name} (constant)`, constant.docs);
		}
		for (const item of pallet.storage.isSome ? pallet.storage.unwrap().items : []) {
			check(`${wanted}.${item.name} (storage)`, item.docs);
			checkType(item.type.isPlain ? item.type.asPlain : item.type.asMap.value);
			if (item.type.isMap) checkType(item.type.asMap.key);
		}
		for (const view of pallet.viewFunctions) {
			check(`${wanted}.${view.name} (view function)`, view.docs);
			checkType(view.output);
		}
	}
	for (const { name, methods } of metadata.apis.filter(({ name }) => /^Reckon/.test(name))) {
		for (const method of methods) {
			check(`${name}.${method.name} (runtime API)`, method.docs);
			checkType(method.output);
		}
	}
	return { missing, seen };
}

const snake = (name) => name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

async function main() {
	const { values } = parseArgs({ options: { url: { type: "string", default: "ws://127.0.0.1:9944" } } });
	const api = await connect(values.url);
	const { missing, seen } = findUndocumented(api.runtimeMetadata.asLatest);
	for (const name of missing) console.log(`no documentation: ${name}`);
	console.log(`${seen} items looked at, ${missing.length} without documentation`);
	return missing.length === 0 && seen > 0 ? 0 : 1;
}

run(main);
