// Which pallets are ours: all but those of the Polkadot SDK, so that a new one is tested unasked.

import { Failure, REFUSED } from "../lib/reckon.mjs";

const FRAMEWORK = new Set([
	"System",
	"Babe",
	"Timestamp",
	"Balances",
	"TransactionPayment",
	"Offences",
	"Historical",
	"Session",
	"Authorship",
	"Grandpa",
	"Utility",
	"Proxy",
	"Multisig",
	"Sudo",
	"MultiBlockMigrations",
]);

/** Our pallets of a runtime. */
export function ourPallets(metadata) {
	const ours = metadata.pallets.filter(({ name }) => !FRAMEWORK.has(name.toString()));
	if (ours.length === 0) throw new Failure(REFUSED, "the runtime has no pallet of ours");
	return ours;
}
