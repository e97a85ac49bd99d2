//! The evidence store: bounded, there after a restart, and never believing a file.

use std::{fs, path::Path};

use proptest::prelude::*;
use reckon_engine::{EvidenceError, EvidenceStore, Kept};
use reckon_verification::{commitment, Evidence, Hash, Rows};
use tempfile::tempdir;

const JOB: Hash = [1; 32];
const SALT: Hash = [2; 32];
const PROVIDER: Hash = [4; 32];

fn evidence(job: &Hash, count: usize, width: usize) -> Evidence {
	let numbers = (0..count * width).map(|at| at as f32 - 7.5).collect();
	let tokens = (0..count as u32).collect();
	Evidence::new(job, Rows::new(width as u32, tokens, numbers).unwrap())
}

/// Bytes of a file with `count` rows of `width`, as long as `count` is below 64.
fn file_bytes(count: u64, width: u64) -> u64 {
	72 + 4 + 1 + count * 4 + (if count * width < 64 { 1 } else { 2 }) + count * width * 4
}

fn keep(store: &EvidenceStore, job: &Hash, salt: &Hash, evidence: &Evidence) -> Hash {
	let (tokens, width) = (evidence.rows().tokens().len(), evidence.rows().width() as usize);
	store.reserve(tokens, width).unwrap().keep(job, &PROVIDER, salt, evidence).unwrap()
}

fn the_file(dir: &Path) -> std::path::PathBuf {
	fs::read_dir(dir).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn evidence_should_be_the_same_after_a_restart() {
	let dir = tempdir().unwrap();
	let store = EvidenceStore::open(&dir.path().join("evidence"), 1 << 20).unwrap();
	let made = evidence(&JOB, 20, 5);
	let committed = commitment(&JOB, &PROVIDER, &made.root(), &SALT);
	assert_eq!(store.get(&JOB, &committed).unwrap(), None);
	assert_eq!(keep(&store, &JOB, &SALT, &made), committed);
	drop(store);
	let store = EvidenceStore::open(&dir.path().join("evidence"), 1 << 20).unwrap();
	assert_eq!(store.jobs(), [JOB]);
	assert_eq!(store.used(), file_bytes(20, 5));
	assert_eq!(store.commitments(&JOB), [committed]);
	let Kept { salt, evidence } = store.get(&JOB, &committed).unwrap().unwrap();
	assert_eq!((salt, &evidence), (SALT, &made));
	let opening = evidence.open(19).unwrap();
	assert_eq!(opening.verify(&JOB, made.rows().tokens(), 5, &made.root()), Ok(()));
}

#[test]
fn room_should_be_refused_when_there_is_none_and_old_evidence_stays() {
	let dir = tempdir().unwrap();
	let needed = 72 + 14 + 10 * 4 + 10 * 3 * 4;
	let store = EvidenceStore::open(dir.path(), 2 * needed).unwrap();
	let first = store.reserve(10, 3).unwrap();
	let second = store.reserve(10, 3).unwrap();
	assert_eq!(store.used(), 2 * needed);
	let refused = store.reserve(1, 1).unwrap_err();
	assert!(matches!(refused, EvidenceError::Full { needed: 94, free: 0 }), "{refused}");
	// An answer that was not made.
	drop(second);
	assert_eq!(store.used(), needed);
	// A shorter one than it might have been.
	let committed = first.keep(&JOB, &PROVIDER, &SALT, &evidence(&JOB, 4, 3)).unwrap();
	assert_eq!(store.used(), file_bytes(4, 3));
	assert!(store.reserve(20, 3).is_err());
	assert!(store.get(&JOB, &committed).unwrap().is_some());
	store.remove(&JOB).unwrap();
	store.remove(&JOB).unwrap();
	assert_eq!((store.used(), store.get(&JOB, &committed).unwrap()), (0, None));
	assert!(store.reserve(20, 3).is_ok());
	assert!(store.reserve(usize::MAX, usize::MAX).is_err());
}

#[test]
fn evidence_should_not_be_kept_when_it_is_more_than_was_reserved() {
	let dir = tempdir().unwrap();
	let store = EvidenceStore::open(dir.path(), 1 << 20).unwrap();
	let room = store.reserve(3, 5).unwrap();
	let refused = room.keep(&JOB, &PROVIDER, &SALT, &evidence(&JOB, 4, 5));
	assert!(matches!(refused, Err(EvidenceError::Full { .. })));
	assert_eq!((store.used(), store.jobs().len()), (0, 0));
	assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn evidence_should_be_kept_beside_the_other_when_a_job_is_computed_again() {
	let dir = tempdir().unwrap();
	let store = EvidenceStore::open(dir.path(), 1 << 20).unwrap();
	let all = [(9, [9; 32]), (4, [4; 32]), (4, [5; 32])].map(|(count, salt)| {
		let made = evidence(&JOB, count, 5);
		(keep(&store, &JOB, &salt, &made), Kept { salt, evidence: made })
	});
	let other = keep(&store, &[3; 32], &SALT, &evidence(&[3; 32], 2, 5));
	for store in [&store, &EvidenceStore::open(dir.path(), 1 << 20).unwrap()] {
		for (committed, kept) in &all {
			assert_eq!(store.get(&JOB, committed).unwrap().as_ref(), Some(kept));
		}
		assert_eq!((store.jobs(), store.commitments(&JOB).len()), (vec![JOB, [3; 32]], 3));
	}
	let [(first, _), (second, _), (third, _)] = &all;
	store.discard(&JOB, second).unwrap();
	store.discard(&JOB, second).unwrap();
	assert_eq!(store.get(&JOB, second).unwrap(), None);
	assert!(store.get(&JOB, first).unwrap().is_some() && store.get(&JOB, third).unwrap().is_some());
	assert_eq!(store.used(), file_bytes(9, 5) + file_bytes(4, 5) + file_bytes(2, 5));
	store.remove(&JOB).unwrap();
	assert_eq!((store.jobs(), store.commitments(&[3; 32])), (vec![[3; 32]], vec![other]));
	assert_eq!(store.used(), file_bytes(2, 5));
}

#[test]
fn evidence_should_be_refused_when_its_job_has_too_many_and_the_others_stay() {
	let dir = tempdir().unwrap();
	let store = EvidenceStore::open(dir.path(), 1 << 20).unwrap();
	let made = evidence(&JOB, 3, 5);
	let all: Vec<Hash> = (0..8).map(|salt| keep(&store, &JOB, &[salt; 32], &made)).collect();
	let ninth = |salt: Hash| store.reserve(3, 5).unwrap().keep(&JOB, &PROVIDER, &salt, &made);
	assert!(matches!(ninth([8; 32]), Err(EvidenceError::Crowded)));
	assert!(all.iter().all(|committed| store.get(&JOB, committed).unwrap().is_some()));
	assert_eq!(store.used(), 8 * file_bytes(3, 5));
	// The same once more is no other.
	assert_eq!(ninth([7; 32]).unwrap(), all[7]);
	store.discard(&JOB, &all[0]).unwrap();
	assert!(ninth([8; 32]).is_ok());
}

#[test]
fn files_should_be_left_alone_when_they_are_of_another_version() {
	let dir = tempdir().unwrap();
	let store = EvidenceStore::open(dir.path(), 1 << 20).unwrap();
	let committed = keep(&store, &JOB, &SALT, &evidence(&JOB, 9, 5));
	let path = the_file(dir.path());
	let mut bytes = fs::read(&path).unwrap();
	bytes[7] = b'3';
	fs::write(&path, &bytes).unwrap();
	// Version 1 was named after the job alone.
	fs::write(dir.path().join("01".repeat(32)), [0; 500]).unwrap();
	let store = EvidenceStore::open(dir.path(), 1 << 20).unwrap();
	assert_eq!((store.used(), store.jobs().len()), (0, 0));
	assert!(matches!(store.get(&JOB, &committed), Err(EvidenceError::Damaged { .. })));
	assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
}

#[test]
fn files_should_be_counted_when_the_limit_was_lowered_and_parts_removed() {
	let dir = tempdir().unwrap();
	let store = EvidenceStore::open(dir.path(), 1 << 20).unwrap();
	let committed = keep(&store, &JOB, &SALT, &evidence(&JOB, 9, 5));
	fs::write(dir.path().join("0101.part"), [0; 500]).unwrap();
	fs::write(dir.path().join("README"), [0; 500]).unwrap();
	let store = EvidenceStore::open(dir.path(), 10).unwrap();
	assert_eq!((store.used(), store.jobs()), (file_bytes(9, 5), vec![JOB]));
	assert!(matches!(store.reserve(1, 1), Err(EvidenceError::Full { free: 0, .. })));
	assert!(store.get(&JOB, &committed).unwrap().is_some());
	assert!(!dir.path().join("0101.part").exists());
}

#[test]
fn evidence_should_be_damaged_when_its_file_is_anothers() {
	let dir = tempdir().unwrap();
	let store = EvidenceStore::open(dir.path(), 1 << 20).unwrap();
	let committed = keep(&store, &JOB, &SALT, &evidence(&JOB, 9, 5));
	let path = the_file(dir.path());
	let named = path.file_name().unwrap().to_str().unwrap().to_owned();
	let hex = |hash: &Hash| blake3::Hash::from_bytes(*hash).to_hex().to_string();
	assert_eq!(named, format!("{}-{}", hex(&JOB), hex(&committed)));
	for (job, committed) in [([3; 32], committed), (JOB, [3; 32])] {
		let other = format!("{}-{}", hex(&job), hex(&committed));
		fs::copy(&path, dir.path().join(other)).unwrap();
		assert!(matches!(store.get(&job, &committed), Err(EvidenceError::Damaged { .. })));
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(300))]

	#[test]
	fn files_should_be_refused_when_anything_is_changed(
		changes in prop::collection::vec((0usize..1_000, any::<u8>()), 0..4),
		cut in 0usize..400,
	) {
		let dir = tempdir().unwrap();
		let store = EvidenceStore::open(dir.path(), 1 << 20).unwrap();
		let made = evidence(&JOB, 9, 5);
		let committed = keep(&store, &JOB, &SALT, &made);
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
		let read = store.get(&JOB, &committed);
		match bytes == good {
			true => prop_assert_eq!(read.unwrap().unwrap().evidence, made),
			false => prop_assert!(matches!(read, Err(EvidenceError::Damaged { .. })), "{:?}", read),
		}
	}
}
