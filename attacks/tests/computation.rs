//! Cheats that compute something cheaper.

mod common;

use common::all_should_be_convicted;

#[test]
fn quantised_weights_should_be_convicted_by_distance() {
	all_should_be_convicted(&[2, 3, 4], &["distance"]);
}

#[test]
fn worse_memories_should_be_convicted_by_distance() {
	all_should_be_convicted(&[5, 7], &["distance"]);
}

#[test]
fn missing_layers_should_be_convicted_by_distance() {
	all_should_be_convicted(&[1, 6], &["distance"]);
}

#[test]
fn other_checkpoints_should_be_convicted_by_distance() {
	all_should_be_convicted(&[8], &["distance"]);
}

#[test]
fn other_prompts_should_be_convicted_by_distance() {
	all_should_be_convicted(&[9], &["distance"]);
}
