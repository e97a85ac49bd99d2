// What a test has looked at.

/** The items of each pallet, by kind, with how many values of each were decoded. */
export class Table {
	#rows = new Map();

	/** One more item of a kind. */
	item(pallet, kind, name) {
		const items = this.items(pallet, kind);
		if (!items.has(name)) items.set(name, 0);
	}

	/** One more value of an item. */
	value(pallet, kind, name) {
		this.item(pallet, kind, name);
		const items = this.items(pallet, kind);
		items.set(name, items.get(name) + 1);
	}

	/** The items of a kind, each with the number of its values. */
	items(pallet, kind) {
		if (!this.#rows.has(pallet)) this.#rows.set(pallet, new Map());
		const row = this.#rows.get(pallet);
		if (!row.has(kind)) row.set(kind, new Map());
		return row.get(kind);
	}

	/** As text: for each kind the items that there are, those that the run had, and its values. */
	toString(kinds) {
		const cell = (pallet, kind) => {
			const counts = [...this.items(pallet, kind).values()];
			const had = counts.filter((count) => count > 0).length;
			const values = counts.reduce((sum, count) => sum + count, 0);
			return counts.length === 0 ? "-" : `${had}/${counts.length} ${values}`;
		};
		const rows = [["pallet", ...kinds]];
		for (const pallet of this.#rows.keys()) {
			rows.push([pallet, ...kinds.map((kind) => cell(pallet, kind))]);
		}
		const width = (column) => Math.max(...rows.map((row) => row[column].length));
		const widths = rows[0].map((_, column) => width(column));
		return rows.map((row) => row.map((text, i) => text.padEnd(widths[i])).join("  ").trimEnd()).join("\n");
	}
}
