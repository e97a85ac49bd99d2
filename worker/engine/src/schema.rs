//! The JSON Schemas that answers can be held to: the part of the language that costs little to compile and
//! to follow, whatever a client writes in it. Anything else is refused here, before a library sees it, and by the
//! same rules on every machine: this is part of the protocol.
//!
//! Schemas are written anew: without annotations, numbers in one form, `oneOf` as `anyOf`. A reference or an
//! alternative has nothing beside it that it would have to be merged with; merging copies what is referred
//! to, over and over.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

/// The most schemas in all forms of a request, each property and each alternative one.
const MAX_SCHEMAS: usize = 2_000;
/// How deep they may be in one another.
const MAX_DEPTH: usize = 32;
/// The most properties of one object.
const MAX_PROPERTIES: usize = 256;
/// The most alternatives of one choice, or items with a schema of their own: all are followed at once.
const MAX_CHOICES: usize = 64;
/// The most definitions that can be referred to.
const MAX_DEFINITIONS: usize = 128;
/// The most values in all enumerations.
const MAX_VALUES: usize = 1_000;
/// The most bytes in all names and values.
const MAX_TEXT: usize = 32 << 10;
/// The most bytes in all patterns.
const MAX_PATTERNS: usize = 512;
/// The most strings that have a format.
const MAX_FORMATS: usize = 32;
/// The largest bound of a string's length, in characters: a parser has a state for each.
const MAX_LENGTH: u64 = 2_048;
/// The largest bound of a list's length.
const MAX_ITEMS: u64 = 256;
/// The largest bound of a number: what 64 bits hold exactly.
const MAX_NUMBER: f64 = 9_007_199_254_740_992.0;
/// The largest divisor.
const MAX_DIVISOR: u64 = 1_000_000;

/// What says nothing about the form.
const ANNOTATIONS: [&str; 14] = [
	"$schema",
	"$id",
	"$comment",
	"title",
	"description",
	"default",
	"example",
	"examples",
	"deprecated",
	"readOnly",
	"writeOnly",
	"discriminator",
	"contentEncoding",
	"contentMediaType",
];
/// Of which one is the other too.
const NUMBERS: [&str; 2] = ["integer", "number"];
const TYPES: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];

/// What is left of the bounds of a request's forms.
pub(crate) struct Budget {
	schemas: usize,
	values: usize,
	text: usize,
	patterns: usize,
	formats: usize,
}

impl Default for Budget {
	fn default() -> Self {
		Self {
			schemas: MAX_SCHEMAS,
			values: MAX_VALUES,
			text: MAX_TEXT,
			patterns: MAX_PATTERNS,
			formats: MAX_FORMATS,
		}
	}
}

impl Budget {
	/// The same schema, as a library may see it.
	///
	/// # Errors
	/// With what is too much of it, or not taken.
	pub(crate) fn checked(&mut self, schema: &Value) -> Result<Value, String> {
		let fields = schema.as_object().ok_or("a schema must be an object")?;
		let mut definitions = Map::new();
		for place in ["$defs", "definitions"] {
			let Some(all) = fields.get(place) else { continue };
			let all = all.as_object().ok_or_else(|| format!("'{place}' must be an object"))?;
			limited(all.len(), MAX_DEFINITIONS, "definitions")?;
			definitions.insert(place.into(), Value::Object(all.clone()));
		}
		let mut checked = self.schema(schema, &definitions, 0)?;
		if checked.get("$ref").is_some_and(|name| name == "#") {
			return Err("the schema is only a reference to itself".into());
		}
		for (place, all) in &definitions {
			let mut written = Map::new();
			for (name, schema) in all.as_object().into_iter().flatten() {
				self.spell(name)?;
				let schema = self.schema(schema, &definitions, 1)?;
				if schema.get("$ref").is_some() {
					return Err(format!("the definition '{name}' is only a reference"));
				}
				written.insert(name.clone(), schema);
			}
			if let Value::Object(checked) = &mut checked {
				checked.insert(place.clone(), written.into());
			}
		}
		Ok(checked)
	}

	fn schema(
		&mut self,
		schema: &Value,
		definitions: &Map<String, Value>,
		depth: usize,
	) -> Checked {
		take(&mut self.schemas, 1, "schemas")?;
		if depth > MAX_DEPTH {
			return Err(format!("schemas are more than {MAX_DEPTH} deep in one another"));
		}
		let fields = match schema {
			Value::Object(fields) => fields,
			Value::Bool(true) => return Ok(Map::new().into()),
			_ => return Err("a schema must be an object".into()),
		};
		let mut written = Map::new();
		for (key, value) in fields {
			let key = key.as_str();
			if ANNOTATIONS.contains(&key) || depth == 0 && ["$defs", "definitions"].contains(&key) {
				continue;
			}
			let (key, value) = match key {
				// As older programs refer to a definition.
				"allOf" => match value.as_array().map(Vec::as_slice) {
					Some([one]) => match self.schema(one, definitions, depth + 1)? {
						Value::Object(only) if only.len() == 1 => {
							written.extend(only);
							continue;
						},
						_ => return Err("'allOf' is taken for a reference alone".into()),
					},
					_ => return Err("'allOf' is taken for a reference alone".into()),
				},
				"oneOf" | "anyOf" => ("anyOf", self.list(key, value, definitions, depth)?),
				"prefixItems" => (key, self.list(key, value, definitions, depth)?),
				"additionalProperties" if value.is_boolean() => (key, value.clone()),
				"additionalProperties" | "items" => {
					(key, self.schema(value, definitions, depth + 1)?)
				},
				"properties" => {
					let all = value.as_object().ok_or("'properties' must be an object")?;
					limited(all.len(), MAX_PROPERTIES, "properties")?;
					let mut properties = Map::new();
					for (name, schema) in all {
						self.spell(name)?;
						let schema = self.schema(schema, definitions, depth + 1)?;
						properties.insert(name.clone(), schema);
					}
					(key, properties.into())
				},
				_ => (key, self.keyword(key, value, definitions)?),
			};
			if written.insert(key.to_owned(), value).is_some() {
				return Err(format!("'{key}' is there twice"));
			}
		}
		// A choice of one is none: a reference behind it would be hidden.
		if let (1, Some(Value::Array(choice))) = (written.len(), written.get("anyOf")) {
			if let [one] = choice.as_slice() {
				return Ok(one.clone());
			}
		}
		for alone in ["$ref", "anyOf"] {
			if written.contains_key(alone) && written.len() > 1 {
				return Err(format!("beside '{alone}' there must be nothing but annotations"));
			}
		}
		Ok(written.into())
	}

	fn list(
		&mut self,
		key: &str,
		value: &Value,
		definitions: &Map<String, Value>,
		depth: usize,
	) -> Checked {
		let all = value.as_array().filter(|all| !all.is_empty());
		let all = all.ok_or_else(|| format!("'{key}' must be a list of schemas"))?;
		limited(all.len(), MAX_CHOICES, key)?;
		all.iter().map(|schema| self.schema(schema, definitions, depth + 1)).collect()
	}

	/// A keyword that has no schemas in it.
	fn keyword(&mut self, key: &str, value: &Value, definitions: &Map<String, Value>) -> Checked {
		let wrong = |should: String| format!("'{key}' must be {should}");
		match key {
			"$ref" => {
				let name = value.as_str().ok_or_else(|| wrong("a string".into()))?;
				let known = name == "#" || {
					let found = name.strip_prefix("#/").and_then(|path| path.split_once('/'));
					found.is_some_and(|(place, name)| {
						let plain = !name.contains(['/', '~', '%']);
						plain && definitions.get(place).is_some_and(|all| all.get(name).is_some())
					})
				};
				match known {
					true => Ok(value.clone()),
					false => Err(wrong("#, or one of the definitions: #/$defs/…".into())),
				}
			},
			"type" => {
				let is_type = |value: &Value| value.as_str().is_some_and(|it| TYPES.contains(&it));
				// All of the schema is compiled for each of them: none is there twice, and a whole number is
				// a number.
				let each_once = |all: &Vec<Value>| {
					let names: BTreeSet<_> = all.iter().filter_map(Value::as_str).collect();
					let twice = names.len() < all.len() || names.is_superset(&NUMBERS.into());
					!all.is_empty() && all.iter().all(is_type) && !twice
				};
				let fits = is_type(value) || value.as_array().is_some_and(each_once);
				let should = || wrong(format!("of {}, each once", TYPES.join(", ")));
				fits.then(|| value.clone()).ok_or_else(should)
			},
			"required" => {
				let names = value.as_array().ok_or_else(|| wrong("a list of names".into()))?;
				limited(names.len(), MAX_PROPERTIES, "required names")?;
				for name in names {
					self.spell(name.as_str().ok_or_else(|| wrong("a list of names".into()))?)?;
				}
				Ok(value.clone())
			},
			"enum" => {
				let all = value.as_array().filter(|all| !all.is_empty());
				let all = all.ok_or_else(|| wrong("a list of values".into()))?;
				all.iter().map(|value| self.value(value)).collect()
			},
			"const" => self.value(value),
			"minLength" | "maxLength" => bound(key, value, MAX_LENGTH),
			"minItems" | "maxItems" => bound(key, value, MAX_ITEMS),
			"minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => number(value)
				.filter(|number| number.as_f64().is_some_and(|it| it.abs() <= MAX_NUMBER))
				.map(Value::Number)
				.ok_or_else(|| wrong(format!("a number up to {MAX_NUMBER}"))),
			"multipleOf" => match value.as_u64() {
				Some(divisor) if (1..=MAX_DIVISOR).contains(&divisor) => Ok(divisor.into()),
				_ => Err(wrong(format!("a whole number from 1 to {MAX_DIVISOR}"))),
			},
			"pattern" => {
				let pattern = value.as_str().ok_or_else(|| wrong("a string".into()))?;
				take(&mut self.patterns, pattern.len(), "bytes of patterns")?;
				Ok(value.clone())
			},
			"format" => {
				take(&mut self.formats, 1, "formats")?;
				self.spell(value.as_str().ok_or_else(|| wrong("a string".into()))?)?;
				Ok(value.clone())
			},
			_ => {
				let key: String = key.chars().take(64).collect();
				Err(format!("'{key}' is not taken"))
			},
		}
	}

	/// A value that is written as it is.
	fn value(&mut self, value: &Value) -> Checked {
		take(&mut self.values, 1, "values")?;
		match value {
			Value::Null | Value::Bool(_) => Ok(value.clone()),
			Value::String(text) => self.spell(text).map(|()| value.clone()),
			Value::Number(_) => {
				number(value).map(Value::Number).ok_or_else(|| "a number is too large".into())
			},
			Value::Array(_) | Value::Object(_) => {
				Err("the values of 'enum' and 'const' must be no lists and no objects".into())
			},
		}
	}

	fn spell(&mut self, text: &str) -> Result<(), String> {
		take(&mut self.text, text.len(), "bytes of names and values")
	}
}

type Checked = Result<Value, String>;

fn take(left: &mut usize, count: usize, what: &str) -> Result<(), String> {
	*left = left.checked_sub(count).ok_or_else(|| format!("the form has too many {what}"))?;
	Ok(())
}

fn limited(got: usize, most: usize, what: &str) -> Result<(), String> {
	match got > most {
		true => Err(format!("{got} {what} are named, {most} are taken")),
		false => Ok(()),
	}
}

fn bound(key: &str, value: &Value, most: u64) -> Checked {
	match value.as_u64() {
		Some(bound) if bound <= most => Ok(bound.into()),
		_ => Err(format!("'{key}' must be a whole number up to {most}")),
	}
}

/// A number in its only form: however it was written, and however the JSON library keeps numbers.
pub(crate) fn number(value: &Value) -> Option<Number> {
	if let Some(whole) = value.as_i64() {
		return Some(whole.into());
	}
	if let Some(whole) = value.as_u64() {
		return Some(whole.into());
	}
	value.as_f64().and_then(Number::from_f64)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use serde_json::json;

	fn checked(schema: Value) -> Checked {
		Budget::default().checked(&schema)
	}

	#[test]
	fn schemas_that_programs_make_should_be_taken_without_their_annotations() {
		let pydantic = json!({
			"$defs": { "Kind": { "enum": ["a", 1, null], "title": "Kind", "type": "string" } },
			"title": "Word", "type": "object", "description": "d",
			"properties": {
				"z": { "$ref": "#/$defs/Kind", "description": "which" },
				"a": { "anyOf": [{ "type": "string" }, { "type": "null" }], "default": null },
				"old": { "allOf": [{ "$ref": "#/$defs/Kind" }], "title": "x" },
				"one": { "oneOf": [{ "const": 1.50 }, { "type": ["integer", "null"] }] },
				"title": { "anyOf": [{ "type": "string" }] },
			},
			"required": ["z"], "additionalProperties": false,
		});
		let expected = json!({
			"type": "object",
			"properties": {
				"z": { "$ref": "#/$defs/Kind" },
				"a": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
				"old": { "$ref": "#/$defs/Kind" },
				"one": { "anyOf": [{ "const": 1.5 }, { "type": ["integer", "null"] }] },
				"title": { "type": "string" },
			},
			"required": ["z"], "additionalProperties": false,
			"$defs": { "Kind": { "enum": ["a", 1, null], "type": "string" } },
		});
		let checked = checked(pydantic).unwrap();
		assert_eq!(checked, expected);
		// In the order of the client.
		assert!(checked.to_string().starts_with(r#"{"type":"object","properties":{"z":"#));
	}

	#[test]
	fn schemas_should_be_refused_when_they_may_cost_much() {
		let nested = |count| (0..count).fold(json!({}), |inner, _| json!({ "items": inner }));
		let properties = |count: usize| {
			let all: Map<_, _> = (0..count).map(|n| (format!("p{n}"), json!({}))).collect();
			json!({ "properties": all })
		};
		let definitions = |count: usize| {
			let all: Map<_, _> = (0..count).map(|n| (format!("d{n}"), json!({}))).collect();
			json!({ "$defs": all })
		};
		let values: Vec<_> = (0..=MAX_VALUES).collect();
		assert!(checked(nested(MAX_DEPTH)).is_ok());
		assert!(checked(properties(MAX_PROPERTIES)).is_ok());
		assert!(checked(definitions(MAX_DEFINITIONS)).is_ok());
		for refused in [
			nested(MAX_DEPTH + 1),
			properties(MAX_PROPERTIES + 1),
			definitions(MAX_DEFINITIONS + 1),
			json!({ "enum": values }),
			json!({ "const": "x".repeat(MAX_TEXT + 1) }),
			json!({ "const": { "a": 1 } }),
			json!({ "pattern": "x".repeat(MAX_PATTERNS + 1) }),
			json!({ "maxLength": MAX_LENGTH + 1 }),
			json!({ "maxLength": -1 }),
			json!({ "maxItems": MAX_ITEMS + 1 }),
			json!({ "maximum": 1e300 }),
			json!({ "multipleOf": 0.1 }),
			json!({ "multipleOf": 0 }),
			json!({ "patternProperties": {} }),
			json!({ "not": {} }),
			json!({ "allOf": [{}, {}] }),
			json!({ "anyOf": [] }),
			json!({ "$ref": "#", "type": "object" }),
			json!({ "anyOf": [{}], "properties": {} }),
			json!({ "anyOf": [{}], "oneOf": [{}] }),
			json!({ "$ref": "#/$defs/none" }),
			json!({ "$ref": "http://127.0.0.1/x" }),
			json!({ "$defs": { "a": { "b": {} } }, "$ref": "#/$defs/a/b" }),
			json!({ "$defs": { "a": { "$ref": "#/$defs/a" } }, "$ref": "#/$defs/a" }),
			json!({ "items": { "$defs": {} } }),
			json!({ "type": "nonsense" }),
			json!({ "type": ["object", "object"] }),
			json!({ "type": ["number", "integer"] }),
			json!({ "$ref": "#" }),
			json!({ "anyOf": [{ "$ref": "#" }] }),
			json!({ "$defs": { "a": { "anyOf": [{ "$ref": "#/$defs/a" }] } } }),
			json!({ "anyOf": vec![json!({}); MAX_CHOICES + 1] }),
			json!({ "properties": { "a": false } }),
			json!(true),
			json!(7),
		] {
			assert!(checked(refused.clone()).is_err(), "{refused}");
		}
	}

	#[test]
	fn budget_should_be_that_of_all_forms_together() {
		let mut budget = Budget::default();
		let half = json!({ "const": "x".repeat(MAX_TEXT / 2) });
		assert!(budget.checked(&half).is_ok());
		assert!(budget.checked(&half).is_ok());
		assert!(budget.checked(&json!({ "const": "x" })).is_err());
	}

	fn any_schema() -> impl Strategy<Value = Value> {
		let keys = prop::sample::select(vec![
			"type",
			"properties",
			"$ref",
			"$defs",
			"anyOf",
			"oneOf",
			"allOf",
			"items",
			"enum",
			"const",
			"maxLength",
			"minimum",
			"required",
			"additionalProperties",
			"pattern",
			"title",
			"x",
		]);
		let leaf = prop_oneof![
			Just(Value::Null),
			any::<bool>().prop_map(Value::from),
			any::<i64>().prop_map(Value::from),
			any::<f64>().prop_map(Value::from),
			prop::sample::select(vec!["string", "object", "#", "#/$defs/x", "a"])
				.prop_map(Value::from),
		];
		leaf.prop_recursive(6, 64, 6, move |inner| {
			prop_oneof![
				prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
				prop::collection::vec((keys.clone(), inner), 0..5).prop_map(|fields| {
					let fields = fields.into_iter().map(|(key, value)| (key.to_owned(), value));
					Value::Object(fields.collect())
				}),
			]
		})
	}

	proptest! {
		#[test]
		fn what_was_checked_should_be_taken_as_it_is(schema in any_schema()) {
			if let Ok(once) = checked(schema) {
				prop_assert_eq!(checked(once.clone()), Ok(once));
			}
		}
	}
}
