//! The model, its auditor, and a few trials.

#![allow(dead_code)]

use std::path::PathBuf;

use reckon_attacks::{
	auditor::{thresholds, Auditor},
	cheats::{Attack, Lab, ATTACKS},
	table::Row,
	trials,
};

/// Trials of each attack: what is rare is for `make attacks`.
const TRIALS: u64 = 1;

pub fn model() -> PathBuf {
	// Asked when the test runs: another clone of the repository may have built it.
	let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo or nextest runs this");
	PathBuf::from(here).join("../models/lexicon")
}

pub fn lab() -> Lab {
	Lab::new(&model(), 1, 1).unwrap()
}

pub fn auditor() -> Auditor {
	let limits = thresholds(&model().join("calibration.json"), &model()).unwrap();
	Auditor::new(&model(), limits).unwrap()
}

pub fn tried(attack: &Attack, lab: &Lab, auditor: &Auditor) -> Row {
	trials::run(attack, lab, auditor, TRIALS, 0).unwrap()
}

/// Tries all attacks of these numbers, and wants each trial to end in a conviction, for a reason that
/// is among these.
pub fn all_should_be_convicted(numbers: &[u8], reasons: &[&str]) {
	let (lab, auditor) = (lab(), auditor());
	for number in numbers {
		let attacks: Vec<_> = ATTACKS.iter().filter(|attack| attack.number == *number).collect();
		assert!(!attacks.is_empty(), "{number}");
		for attack in attacks.into_iter().filter(|attack| !attack.name.contains("LoRA")) {
			let row = tried(attack, &lab, &auditor);
			assert_eq!((row.trials, row.detected), (TRIALS, TRIALS), "{row}");
			assert!(reasons.iter().any(|reason| row.note.starts_with(reason)), "{row}");
		}
	}
}
