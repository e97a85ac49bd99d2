// Bytes by the metadata's types: examples of every type, and whether polkadot.js shows a value as
// what it is.

import { Enum, Option, Raw, Result, Struct, Tuple } from "@polkadot/types-codec";
import { compactToU8a, u8aConcat } from "@polkadot/util";

/** The most items in an example's list. */
const MAX_ITEMS = 3;
/** Below this, examples of recursive types end as soon as they can. */
const MAX_DEPTH = 16;
const INTEGER_BYTES = { 8: 1, 16: 2, 32: 4, 64: 8, 128: 16, 256: 32 };

/** Numbers that look random and are the same in each run (xorshift). */
export function random(seed) {
	let state = seed * 2654435761 + 1;
	return (below) => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return (state >>> 0) % below;
	};
}

/** Bytes that are a value of this type. */
export function example(metadata, id, dice, depth = 0) {
	const type = metadata.lookup.getSiType(id);
	const { def } = type;
	const of = (inner) => example(metadata, inner, dice, depth + 1);
	const list = (count, inner) => u8aConcat(...Array.from({ length: count }, () => of(inner)));
	const fields = (all) => u8aConcat(...all.map(({ type }) => of(type)));
	const bytes = (count) => Uint8Array.from({ length: count }, () => dice(256));
	if (def.isComposite) {
		// Sets have an order of their own: of one item there is only one.
		if (/^BTree/.test(type.path.at(-1)?.toString() ?? "")) {
			const [{ type: items }] = def.asComposite.fields;
			const count = depth < MAX_DEPTH ? dice(2) : 0;
			return u8aConcat(compactToU8a(count), list(count, sequenceOf(metadata, items)));
		}
		return fields(def.asComposite.fields);
	}
	if (def.isVariant) {
		const { variants } = def.asVariant;
		const short = depth < MAX_DEPTH ? [] : variants.filter((variant) => variant.fields.length === 0);
		const choice = short.length > 0 ? short : variants;
		return exampleOfVariant(metadata, choice[dice(choice.length)], dice, depth);
	}
	if (def.isTuple) return u8aConcat(...def.asTuple.map(of));
	if (def.isSequence) {
		const count = depth < MAX_DEPTH ? dice(MAX_ITEMS + 1) : 0;
		return u8aConcat(compactToU8a(count), list(count, def.asSequence.type));
	}
	if (def.isArray) return list(def.asArray.len.toNumber(), def.asArray.type);
	if (def.isCompact) {
		const size = compactBytes(metadata, def.asCompact.type);
		// As many bytes as luck has it, so that all four forms of a compact number are there.
		const digits = bytes(size && 1 + dice(size));
		return compactToU8a(digits.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n));
	}
	if (def.isPrimitive) {
		const { type: name } = def.asPrimitive;
		if (name === "Bool") return Uint8Array.of(dice(2));
		if (name === "Str") return Uint8Array.of(...compactToU8a(2), 0x6f, 0x6b);
		if (name === "Char") return Uint8Array.of(0x61, 0, 0, 0);
		return bytes(INTEGER_BYTES[name.slice(1)]);
	}
	throw new Error(`no example of ${type.path.join("::") || def.type}`);
}

/** Bytes that are a value of this variant of an enum. */
export function exampleOfVariant(metadata, variant, dice, depth = 0) {
	const fields = variant.fields.map(({ type }) => example(metadata, type, dice, depth + 1));
	return u8aConcat(Uint8Array.of(variant.index.toNumber()), ...fields);
}

function sequenceOf(metadata, id) {
	return metadata.lookup.getSiType(id).def.asSequence.type;
}

/** Of how many bytes a number is that is encoded compactly; 0 of nothing at all. */
function compactBytes(metadata, id) {
	const { def } = metadata.lookup.getSiType(id);
	if (def.isPrimitive) return INTEGER_BYTES[def.asPrimitive.type.slice(1)];
	if (def.isComposite) return compactBytes(metadata, def.asComposite.fields[0].type);
	return 0;
}

/** Where a value is shown as raw bytes although its type is known to be something else. */
export function* hidden(metadata, value, id, path = "") {
	const type = metadata.lookup.getSiType(id);
	const { def } = type;
	if (value instanceof Raw) {
		if (!isBytes(metadata, id)) yield `${path}: ${type.path.join("::") || def.type} as raw bytes`;
		return;
	}
	const all = function* (values, fields) {
		for (const [index, field] of fields.entries()) {
			const name = field.name?.isSome ? field.name.unwrap().toString() : index;
			yield* hidden(metadata, values[index], field.type, `${path}.${name}`);
		}
	};
	if (value instanceof Struct && value.has("callIndex")) {
		const [pallet, call] = value.callIndex;
		yield* all([...value.get("args").values()], callOf(metadata, pallet, call).fields);
	} else if (value instanceof Option) {
		if (value.isSome) yield* hidden(metadata, value.unwrap(), some(def), path);
	} else if (value instanceof Result || value instanceof Enum) {
		if (!def.isVariant) return;
		const variant = def.asVariant.variants.find(({ index }) => index.toNumber() === value.index);
		if (!variant) yield `${path}: variant ${value.index} is unknown`;
		else if (variant.fields.length === 1 && !(value.inner instanceof Struct && isNamed(variant))) {
			yield* hidden(metadata, value.inner, variant.fields[0].type, `${path}.${variant.name}`);
		} else if (variant.fields.length > 0) {
			yield* all(parts(value.inner), variant.fields);
		}
	} else if (def.isComposite) {
		const { fields } = def.asComposite;
		if (value instanceof Struct || value instanceof Tuple) yield* all(parts(value), fields);
		else if (fields.length === 1) yield* hidden(metadata, value, fields[0].type, path);
	} else if (def.isTuple) {
		const types = def.asTuple.map((type) => ({ type }));
		if (types.length === 1) yield* hidden(metadata, value, types[0].type, path);
		else if (types.length > 1) yield* all(parts(value), types);
	} else if (def.isSequence || def.isArray) {
		const inner = def.isSequence ? def.asSequence.type : def.asArray.type;
		for (const [index, item] of [...value].entries()) {
			// Of a map its items are pairs of JavaScript.
			if (!Array.isArray(item) || item.toU8a) {
				yield* hidden(metadata, item, inner, `${path}[${index}]`);
			}
		}
	}
}

/** The call that these two numbers name. */
export function callOf(metadata, pallet, call) {
	const { calls } = metadata.pallets.find(({ index }) => index.toNumber() === pallet);
	const { variants } = metadata.lookup.getSiType(calls.unwrap().type).def.asVariant;
	return variants.find(({ index }) => index.toNumber() === call);
}

const isNamed = (variant) => variant.fields.some(({ name }) => name.isSome);

const some = (def) => def.asVariant.variants.find(({ name }) => name.eq("Some")).fields[0].type;

const parts = (value) => (value instanceof Struct ? [...value.values()] : [...value]);

/** Whether a type is bytes, whatever it is called. */
function isBytes(metadata, id) {
	const { def } = metadata.lookup.getSiType(id);
	if (def.isComposite && def.asComposite.fields.length === 1) {
		return isBytes(metadata, def.asComposite.fields[0].type);
	}
	const inner = def.isSequence ? def.asSequence.type : def.isArray ? def.asArray.type : undefined;
	if (inner === undefined) return false;
	const { def: item } = metadata.lookup.getSiType(inner);
	return item.isPrimitive && item.asPrimitive.type === "U8";
}
