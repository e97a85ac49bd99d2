//! Cheats that choose other tokens, mostly over the true model's rows.

mod common;

use common::all_should_be_convicted;

#[test]
fn other_sampling_should_be_convicted_by_margin() {
	all_should_be_convicted(&[10, 11], &["margin"]);
}

#[test]
fn chosen_tokens_should_be_convicted_by_margin() {
	all_should_be_convicted(&[12], &["margin"]);
}

#[test]
fn wrong_lengths_should_be_convicted_by_margin_ending_or_units() {
	all_should_be_convicted(&[13], &["margin", "ending", "units"]);
}

#[test]
fn drafts_should_be_convicted_by_margin() {
	all_should_be_convicted(&[14], &["margin"]);
}

#[test]
fn partial_cheats_should_be_convicted() {
	all_should_be_convicted(&[17], &["distance", "margin"]);
}
