//! The evidence store: bounded, there after a restart, and never believing a file.

use std::{fs, path::Path};

use proptest::prelude::*;
use reckon_engine::{EvidenceError, EvidenceStore, Kept};
use reckon_verification::{Evidence, Hash, Rows};
use tempfile::tempdir;

const JOB: Hash = [1; 32];
const SALT: Hash = [2; 32];

fn evidence(job: &Hash, count: usize, width: usize) -> Evidence {
	let numbers = (0..count * width).map(|at| at as f32 - 7.5).collect();
	let tokens = (0..count as u32).collect();
	Evidence::new(job, Rows::new(width as u32, tokens, numbers).unwrap())
}

/// Bytes of a file with `count` rows of `width`, as long as `count` is below 64.
fn file_bytes(count: u64, width: u64) -> u64 {
	64 + 4 + 1 + count * 4 + (if count * width < 64 { 1 } else { 2 }) + count * width * 4
}

fn the_file(dir: &Path) -> std::path::PathBuf {
	fs::read_dir(dir).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn evidence_should_be_the_same_after_a_restart() {
	let dir = tempdir().unwrap();
	let store = EvidenceStore::open(&dir.path().join("evidence"), 1 << 20).unwrap();
	let made = evidence(&JOB, 20, 5);
	assert_eq!(store.get(&JOB).unwrap(), None);
	store.reserve(20, 5).unwrap().keep(&JOB, &SALT, &made).unwrap();
	drop(store);
	let store = EvidenceStore::open(&dir.path().join("evidence"), 1 << 20).unwrap();
	assert_eq!(store.jobs(), [JOB]);
	assert_eq!(store.used(), file_bytes(20, 5));
	let Kept { salt, evidence } = store.get(&JOB).unwrap().unwrap();
	assert_eq!((salt, evidence), (SALT, made.clone()));
	let opening = store.get(&JOB).unwrap().unwrap().evidence.open(19).unwrap();
	assert_eq!(opening.verify(&JOB, made.shape(), &made.root()), Ok(()));
}

#[test]
fn room_should_be_refused_when_there_is_none_and_old_evidence_stays() {
	let dir = tempdir().unwrap();
	let needed = 64 + 14 + 10 * 4 + 10 * 3 * 4;
	let store = EvidenceStore::open(dir.path(), 2 * needed).unwrap();
	let first = store.reserve(10, 3).unwrap();
	let second = store.reserve(10, 3).unwrap();
	assert_eq!(store.used(), 2 * needed);
	let refused = store.reserve(1, 1).unwrap_err();
	assert!(matches!(refused, EvidenceError::Full { needed: 86, free: 0 }), "{refused}");
	// An answer that was not made.
	drop(second);
	assert_eq!(store.used(), needed);
	// A shorter one than it might have been.
	first.keep(&JOB, &SALT, &evidence(&JOB, 4, 3)).unwrap();
	assert_eq!(store.used(), file_bytes(4, 3));
	assert!(store.reserve(20, 3).is_err());
	assert!(store.get(&JOB).unwrap().is_some());
	store.remove(&JOB).unwrap();
	store.remove(&JOB).unwrap();
	assert_eq!((store.used(), store.get(&JOB).unwrap()), (0, None));
	assert!(store.reserve(20, 3).is_ok());
	assert!(store.reserve(usize::MAX, usize::MAX).is_err());
}

#[test]
fn evidence_should_not_be_kept_when_it_is_more_than_was_reserved() {
	let dir = tempdir().unwrap();
	let store = EvidenceStore::open(dir.path(), 1 << 20).unwrap();
	let refused = store.reserve(3, 5).unwrap().keep(&JOB, &SALT, &evidence(&JOB, 4, 5));
	assert!(matches!(refused, Err(EvidenceError::Full { .. })));
	assert_eq!((store.used(), store.jobs().len()), (0, 0));
	assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn evidence_should_be_replaced_when_a_job_is_computed_again() {
	let dir = tempdir().unwrap();
	let store = EvidenceStore::open(dir.path(), 1 << 20).unwrap();
	for count in [9, 4] {
		let made = evidence(&JOB, count, 5);
		store.reserve(9, 5).unwrap().keep(&JOB, &[count as u8; 32], &made).unwrap();
		let kept = store.get(&JOB).unwrap().unwrap();
		assert_eq!(kept, Kept { salt: [count as u8; 32], evidence: made });
	}
	assert_eq!(store.used(), file_bytes(4, 5));
}

#[test]
fn files_should_be_counted_when_the_limit_was_lowered_and_parts_removed() {
	let dir = tempdir().unwrap();
	let store = EvidenceStore::open(dir.path(), 1 << 20).unwrap();
	store.reserve(9, 5).unwrap().keep(&JOB, &SALT, &evidence(&JOB, 9, 5)).unwrap();
	fs::write(dir.path().join("0101.part"), [0; 500]).unwrap();
	fs::write(dir.path().join("README"), [0; 500]).unwrap();
	let store = EvidenceStore::open(dir.path(), 10).unwrap();
	assert_eq!((store.used(), store.jobs()), (file_bytes(9, 5), vec![JOB]));
	assert!(matches!(store.reserve(1, 1), Err(EvidenceError::Full { free: 0, .. })));
	assert!(store.get(&JOB).unwrap().is_some());
	assert!(!dir.path().join("0101.part").exists());
}

#[test]
fn evidence_should_be_damaged_when_its_file_is_another_jobs() {
	let dir = tempdir().unwrap();
	let store = EvidenceStore::open(dir.path(), 1 << 20).unwrap();
	let other = [3; 32];
	store.reserve(9, 5).unwrap().keep(&other, &SALT, &evidence(&other, 9, 5)).unwrap();
	fs::rename(the_file(dir.path()), dir.path().join("01".repeat(32))).unwrap();
	assert!(matches!(store.get(&JOB), Err(EvidenceError::Damaged { .. })));
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(300))]

	#[test]
	fn files_should_be_refused_when_anything_but_the_salt_is_changed(
		changes in prop::collection::vec((0usize..1_000, any::<u8>()), 0..4),
		cut in 0usize..400,
	) {
		let dir = tempdir().unwrap();
		let store = EvidenceStore::open(dir.path(), 1 << 20).unwrap();
		let made = evidence(&JOB, 9, 5);
		store.reserve(9, 5).unwrap().keep(&JOB, &SALT, &made).unwrap();
		let path = the_file(dir.path());
		let good = fs::read(&path).unwrap();
		let mut bytes = good.clone();
		for (at, byte) in changes {
			let at = at % bytes.len();
			bytes[at] = byte;
		}
		if cut < 300 {
			bytes.resize(cut, 0);
		}
		fs::write(&path, &bytes).unwrap();
		let read = store.get(&JOB);
		match bytes.len() == good.len() && bytes[32..] == good[32..] {
			true => prop_assert_eq!(read.unwrap().unwrap().evidence, made),
			false => prop_assert!(matches!(read, Err(EvidenceError::Damaged { .. })), "{:?}", read),
		}
	}
}
