//! Everything that comes from a stranger: an error each time, never a panic, never accepted.

use codec::{Decode, DecodeAll, Encode, MaxEncodedLen};
use proptest::prelude::*;
use reckon_verification::*;

const JOB: Hash = [1; 32];

fn rows(count: u32, width: u32) -> Rows {
	let tokens = (0..count).map(|position| position * 7 + 3).collect();
	let numbers = (0..count * width).map(|at| (at * 37 % 101) as f32 / 10.0 - 5.05).collect();
	Rows::new(width, tokens, numbers).unwrap()
}

fn evidence(rows: &Rows) -> Evidence {
	Evidence::new(&JOB, rows.clone())
}

/// All openings of some positions, as they travel.
fn opened(rows: &Rows, at: &[u32]) -> (Root, Vec<u8>) {
	let evidence = evidence(rows);
	let all: Vec<Opening> = at.iter().map(|&at| evidence.open(at).unwrap()).collect();
	(evidence.root(), all.encode())
}

#[test]
fn every_position_should_open_for_every_count() {
	for count in 1..=40 {
		let rows = rows(count, 3);
		let evidence = evidence(&rows);
		for position in 0..count {
			let opening = evidence.open(position).unwrap();
			assert_eq!(
				opening.verify(&JOB, rows.tokens(), 3, &evidence.root()),
				Ok(()),
				"{position}/{count}"
			);
		}
		assert_eq!(evidence.open(count), None);
	}
}

#[test]
fn opening_should_be_refused_when_anything_in_it_is_another() {
	let rows = rows(13, 4);
	let evidence = evidence(&rows);
	let (tokens, root) = (rows.tokens(), evidence.root());
	let good = evidence.open(12).unwrap();
	let verify = |opening: &Opening| opening.verify(&JOB, tokens, 4, &root);
	assert_eq!(verify(&good), Ok(()));
	let with = |change: &dyn Fn(&mut Opening)| {
		let mut changed = good.clone();
		change(&mut changed);
		verify(&changed)
	};
	assert_eq!(with(&|o| o.position = 11), Err(OpeningError::Token));
	assert_eq!(with(&|o| (o.position, o.token) = (11, tokens[11])), Err(OpeningError::Path));
	assert_eq!(with(&|o| o.position = 13), Err(OpeningError::Position));
	assert_eq!(with(&|o| o.token += 1), Err(OpeningError::Token));
	assert_eq!(with(&|o| o.row[0] += 1.0), Err(OpeningError::Path));
	assert_eq!(with(&|o| o.row[0] = f32::NAN), Err(OpeningError::Row));
	assert_eq!(with(&|o| o.row.push(0.0)), Err(OpeningError::Row));
	assert_eq!(with(&|o| o.row.clear()), Err(OpeningError::Row));
	assert_eq!(with(&|o| o.path[0][0] ^= 1), Err(OpeningError::Path));
	assert_eq!(with(&|o| o.path.push([0; 32])), Err(OpeningError::Path));
	assert_eq!(with(&|o| o.path.truncate(1)), Err(OpeningError::Path));

	let other_job = good.verify(&[2; 32], tokens, 4, &root);
	assert_eq!(other_job, Err(OpeningError::Path));
	let many = |count: usize| tokens.iter().copied().chain([0]).cycle().take(count);
	for (count, width, error) in [
		(12, 4, OpeningError::Position),
		(14, 4, OpeningError::Path),
		(13, 5, OpeningError::Row),
		(0, 4, OpeningError::Shape),
		(MAX_POSITIONS as usize + 1, 4, OpeningError::Shape),
		(13, 0, OpeningError::Shape),
		(13, MAX_WIDTH + 1, OpeningError::Shape),
	] {
		let others: Vec<u32> = many(count).collect();
		assert_eq!(good.verify(&JOB, &others, width, &root), Err(error), "{count} {width}");
	}
}

/// Who was given other tokens must not believe that the worker's rows are of those.
#[test]
fn opening_should_be_refused_when_another_token_of_the_answer_is_another() {
	let rows = rows(13, 4);
	let evidence = evidence(&rows);
	let opened = evidence.open(12).unwrap();
	assert_eq!(opened.verify(&JOB, rows.tokens(), 4, &evidence.root()), Ok(()));
	for position in 0..13 {
		let mut others = rows.tokens().to_vec();
		others[position] ^= 1;
		let refused = if position == 12 { OpeningError::Token } else { OpeningError::Path };
		let verified = opened.verify(&JOB, &others, 4, &evidence.root());
		assert_eq!(verified, Err(refused), "{position}");
	}
	let mut swapped = rows.tokens().to_vec();
	swapped.swap(3, 4);
	let verified = opened.verify(&JOB, &swapped, 4, &evidence.root());
	assert_eq!(verified, Err(OpeningError::Path));
}

/// An inner node must never pass for a leaf, nor a shorter answer for a longer one.
#[test]
fn roots_should_differ_when_counts_widths_or_jobs_do() {
	let zeros = |count: usize, width: u32| {
		Rows::new(width, vec![0; count], vec![1.0; count * width as usize]).unwrap()
	};
	let mut roots: Vec<Root> =
		[(1, 1), (2, 1), (3, 1), (4, 1), (1, 2), (1, 4), (2, 2), (5, 1), (8, 1)]
			.into_iter()
			.flat_map(|(count, width)| {
				[[1; 32], [2; 32]].map(|job| Evidence::new(&job, zeros(count, width)).root())
			})
			.collect();
	let all = roots.len();
	roots.sort_unstable();
	roots.dedup();
	assert_eq!(roots.len(), all);
}

#[test]
fn commitment_should_bind_job_provider_root_and_salt() {
	let all = [[1u8; 32], [2; 32], [3; 32], [4; 32]];
	let good = commitment(&all[0], &all[1], &all[2], &all[3]);
	for changed in 0..4 {
		let mut parts = all;
		parts[changed] = [9; 32];
		assert_ne!(commitment(&parts[0], &parts[1], &parts[2], &parts[3]), good);
	}
}

#[test]
fn openings_should_be_refused_when_they_are_not_those_that_were_asked_for() {
	let rows = rows(20, 4);
	let asked = [2, 5, 19];
	let (root, good) = opened(&rows, &asked);
	let parse = |bytes: &[u8], asked: &[u32], tokens: &[u32], width| {
		Opening::parse_all(bytes, asked, &JOB, tokens, width, &root)
	};
	assert_eq!(parse(&good, &asked, rows.tokens(), 4).unwrap().len(), 3);
	assert_eq!(parse(&good, &[2, 5], rows.tokens(), 4), Err(OpeningError::Asked));
	assert_eq!(parse(&good, &[2, 19, 5], rows.tokens(), 4), Err(OpeningError::Asked));
	assert_eq!(parse(&good, &asked, rows.tokens(), 5), Err(OpeningError::Row));
	assert_eq!(parse(&good, &asked, &rows.tokens()[..19], 4), Err(OpeningError::Path));
	// At the first position that is opened, at another, and at one that is not.
	for (at, error) in [(2, OpeningError::Token), (5, OpeningError::Path), (6, OpeningError::Path)]
	{
		let mut others = rows.tokens().to_vec();
		others[at] += 1;
		assert_eq!(parse(&good, &asked, &others, 4), Err(error), "{at}");
	}
	assert_eq!(parse(&[], &asked, rows.tokens(), 4), Err(OpeningError::Malformed));
	let mut longer = good.clone();
	longer.push(0);
	assert_eq!(parse(&longer, &asked, rows.tokens(), 4), Err(OpeningError::Malformed));
	// Says that it has 2^30 of something.
	let bomb = (codec::Compact(1u32 << 30)).encode();
	assert_eq!(parse(&bomb, &asked, rows.tokens(), 4), Err(OpeningError::Malformed));
	assert_eq!(parse(&vec![0; 1 << 20], &asked, rows.tokens(), 4), Err(OpeningError::Malformed));
	// The same answer to another job.
	let replayed = Opening::parse_all(&good, &asked, &[2; 32], rows.tokens(), 4, &root);
	assert_eq!(replayed, Err(OpeningError::Path));
}

#[test]
fn rows_should_be_refused_when_they_are_not_whole() {
	let new = |width, tokens: usize, numbers: Vec<f32>| Rows::new(width, vec![0; tokens], numbers);
	assert!(new(2, 2, vec![0.0; 4]).is_ok());
	assert_eq!(new(2, 0, vec![]), Err(RowsError::Positions));
	assert_eq!(new(1, MAX_POSITIONS as usize + 1, vec![]), Err(RowsError::Positions));
	assert_eq!(new(0, 2, vec![]), Err(RowsError::Width));
	assert_eq!(new(MAX_WIDTH + 1, 2, vec![]), Err(RowsError::Width));
	assert_eq!(new(2, 2, vec![0.0; 3]), Err(RowsError::NotWhole));
	assert_eq!(new(2, 2, vec![0.0; 5]), Err(RowsError::NotWhole));
	for bad in [f32::NAN, f32::INFINITY] {
		assert_eq!(new(2, 1, vec![0.0, bad]), Err(RowsError::NotFinite));
	}
	let good = rows(3, 2);
	assert_eq!(Rows::parse(&good.encode()), Ok(good.clone()));
	let mut longer = good.encode();
	longer.push(0);
	assert_eq!(Rows::parse(&longer), Err(RowsError::Malformed));
	assert_eq!(good.bytes(), 3 * 4 + 3 * 2 * 4);
}

#[test]
fn tokens_should_be_refused_when_they_are_too_many_or_cut_off() {
	let good = vec![1u32, 2, u32::MAX].encode();
	assert_eq!(parse_tokens(&good, 3), Ok(vec![1, 2, u32::MAX]));
	assert_eq!(parse_tokens(&good, 2), Err(RowsError::Malformed));
	assert_eq!(parse_tokens(&good[..12], 3), Err(RowsError::Malformed));
	assert_eq!(parse_tokens(&[&good[..], &[0]].concat(), 3), Err(RowsError::Malformed));
	assert_eq!(
		parse_tokens(&codec::Compact(1u32 << 30).encode(), 1 << 20),
		Err(RowsError::Malformed)
	);
	assert_eq!(parse_tokens(&[0], 0), Ok(vec![]));
}

#[test]
fn fingerprint_should_be_refused_for_rows_without_a_direction() {
	let zeros = Rows::new(2, vec![0], vec![0.0; 2]).unwrap();
	assert_eq!(zeros.fingerprint(&JOB, &JOB), Err(FingerprintError::Degenerate));
	let projection = Projection::new(&JOB, &JOB, 2);
	assert_eq!(projection.apply(&[1.0]), Err(FingerprintError::Shape));
	assert_eq!(projection.apply(&[1.0, f32::NAN]), Err(FingerprintError::Degenerate));
	assert_eq!(positions(&JOB, &JOB, 0), None);
	assert_eq!(positions(&JOB, &JOB, MAX_POSITIONS + 1), None);
}

#[test]
fn distance_should_fail_closed_when_fingerprints_are_made_up() {
	let honest = rows(20, 64).fingerprint(&[3; 32], &JOB).unwrap();
	let constant = |number| Fingerprint([[number; PROJECTIONS]; POSITIONS]);
	assert_eq!(distance(&honest, &honest), 0);
	assert_eq!(distance(&honest, &constant(0)), 1_000_000);
	assert_eq!(distance(&constant(0), &constant(0)), UNMEASURABLE);
	assert_eq!(distance(&constant(i16::MIN), &constant(i16::MAX)), 1_999_969);
	for made_up in [constant(1), constant(-1), constant(i16::MAX), constant(i16::MIN)] {
		assert!(distance(&honest, &made_up) > 500_000, "{made_up:?}");
	}
	// Of another challenge, of another job, of other rows.
	let other = rows(20, 64).fingerprint(&[4; 32], &JOB).unwrap();
	assert!(distance(&honest, &other) > 500_000);
	let other = rows(20, 64).fingerprint(&[3; 32], &[2; 32]).unwrap();
	assert!(distance(&honest, &other) > 500_000);
	// One row of eight is enough.
	let mut one = honest;
	one.0[3] = one.0[4];
	assert!(distance(&honest, &one) > 300_000);
}

/// Rows of any numbers, and of those at which arithmetic breaks.
fn any_fingerprint() -> impl Strategy<Value = Fingerprint> {
	let extreme = || prop::sample::select(vec![i16::MIN, -1, 0, 1, i16::MAX]);
	let row = prop_oneof![
		4 => prop::array::uniform16(any::<i16>()),
		2 => prop::array::uniform16(extreme()),
		2 => extreme().prop_map(|number| [number; PROJECTIONS]),
		1 => prop::array::uniform16(-3i16..3),
	];
	prop_oneof![
		3 => prop::array::uniform8(row.clone()).prop_map(Fingerprint),
		1 => row.prop_map(|row| Fingerprint([row; POSITIONS])),
	]
}

/// The comparison is the distance's with each of these limits, and with all at which its word can change.
fn compare(a: &Fingerprint, b: &Fingerprint, limits: &[u32]) {
	let apart = distance(a, b);
	let around = [apart, apart.saturating_sub(1), apart.saturating_add(1)];
	let ends = [0, 1, 2_000_000, UNMEASURABLE - 1, UNMEASURABLE];
	let (measured, other) = (Measured::from(*a), Measured::from(*b));
	for &limit in limits.iter().chain(&around).chain(&ends) {
		let expected = apart <= limit;
		assert_eq!(measured.is_within(&other, limit), expected, "{apart} and {limit}");
		assert_eq!(other.is_within(&measured, limit), expected, "{apart} and {limit}");
	}
}

#[test]
fn comparison_should_say_what_the_distance_says_at_the_extremes() {
	let numbers = [i16::MIN, i16::MIN + 1, -8_192, -1, 0, 1, 8_192, i16::MAX];
	let row = |number, last| {
		let mut row = [number; PROJECTIONS];
		row[PROJECTIONS - 1] = last;
		row
	};
	let rows = || numbers.into_iter().flat_map(|a| numbers.map(|b| row(a, b)));
	for (a, b) in rows().flat_map(|a| rows().map(move |b| (a, b))) {
		let [mut first, mut second] = [Fingerprint([[100; PROJECTIONS]; POSITIONS]); 2];
		(first.0[POSITIONS - 1], second.0[POSITIONS - 1]) = (a, b);
		compare(&first, &second, &[]);
	}
	// Of zeros nothing can be said, wherever they are, but that all is within the largest number.
	let mut zeros = Fingerprint([[100; PROJECTIONS]; POSITIONS]);
	for position in 0..POSITIONS {
		zeros.0[position] = [0; PROJECTIONS];
		assert_eq!(distance(&zeros, &zeros), UNMEASURABLE);
		compare(&zeros, &zeros, &[]);
	}
}

/// The floor of 16 bits is far below the least cheat of the profile F32.
#[test]
fn distance_should_measure_the_relative_error_of_rows() {
	let (count, width) = (20u32, 512u32);
	let honest = rows(count, width);
	for (error, least, most) in
		[(1e-7f32, 0, 60), (1e-6, 0, 60), (1e-4, 30, 300), (4e-3, 1_500, 10_000)]
	{
		let wave = |at: usize| 1.0 + error * (at as f32 * 12.9898).sin() * 1.414;
		let numbers =
			honest.numbers().iter().enumerate().map(|(at, number)| number * wave(at)).collect();
		let noisy = Rows::new(width, honest.tokens().to_vec(), numbers).unwrap();
		let challenge = [5; 32];
		let apart = distance(
			&honest.fingerprint(&challenge, &JOB).unwrap(),
			&noisy.fingerprint(&challenge, &JOB).unwrap(),
		);
		assert!((least..=most).contains(&apart), "{error}: {apart}");
	}
}

#[test]
fn ending_should_be_checked_in_every_state() {
	let is_end = |token| token == 9;
	let check = |tokens: &[u32], limit| ending(tokens, limit, is_end);
	assert_eq!(check(&[1, 9], 5), Ok(Ending::Stopped));
	assert_eq!(check(&[1, 9], 2), Ok(Ending::Stopped));
	assert_eq!(check(&[1, 2], 2), Ok(Ending::Full));
	assert_eq!(check(&[], 2), Err(EndingFault::Empty));
	assert_eq!(check(&[1, 2, 3], 2), Err(EndingFault::TooLong));
	assert_eq!(check(&[1, 2], 3), Err(EndingFault::BrokenOff));
	assert_eq!(check(&[9, 2], 2), Err(EndingFault::WentOn));
	assert_eq!(check(&[9, 9], 3), Err(EndingFault::WentOn));
	assert_eq!(check(&[9], 0), Err(EndingFault::TooLong));
}

#[test]
fn verdict_should_take_the_worse_of_distance_and_margin() {
	let thresholds = Thresholds {
		distance: Limits { flag: 500, slash: 2_000 },
		margin: Limits { flag: 100, slash: 1_000 },
	};
	let worker = rows(9, 256).fingerprint(&[3; 32], &JOB).unwrap();
	let vote = |fingerprint, worst_margin| {
		let statistics = Statistics { worst_margin, ..Statistics::default() };
		Vote::Replayed { fingerprint, statistics }
	};
	let output = [7; 32];
	let verdict = |vote| thresholds.verdict(&worker, &output, &vote);
	let grade = |vote| verdict(vote).grade;
	assert_eq!(grade(vote(worker, 100)), Grade::Same);
	assert_eq!(grade(vote(worker, 101)), Grade::Doubtful);
	assert_eq!(grade(vote(worker, 1_001)), Grade::Different);
	let mut far = worker;
	far.0[0] = [0; PROJECTIONS];
	assert_eq!(grade(vote(far, 0)), Grade::Different);
	let mut near = worker;
	near.0[0][0] = near.0[0][0].wrapping_add(30);
	assert_eq!(distance(&near, &worker), 855);
	assert_eq!(grade(vote(near, 0)), Grade::Doubtful);
	assert_eq!(grade(Vote::Refuted(Fault::Text)), Grade::Different);
	assert_eq!(grade(Vote::Output { hash: output }), Grade::Same);
	assert_eq!(grade(Vote::Output { hash: [8; 32] }), Grade::Different);

	assert_eq!(verdict(vote(worker, 7)).reason, None);
	assert_eq!(verdict(vote(worker, 101)).reason, Some(Reason::Margin(101)));
	assert_eq!(verdict(vote(near, 7)).reason, Some(Reason::Distance(855)));
	assert_eq!(verdict(vote(near, 9_999)).reason, Some(Reason::Margin(9_999)));
	let fault = Some(Reason::Fault(Fault::Text));
	assert_eq!(verdict(Vote::Refuted(Fault::Text)).reason, fault);
	assert_eq!(verdict(Vote::Output { hash: [8; 32] }).reason, Some(Reason::Output));
	let own = thresholds.verdict(&worker, blake3::hash(b"x").as_bytes(), &Vote::on_output(b"x"));
	assert_eq!(own, Verdict { grade: Grade::Same, reason: None });
}

#[test]
fn recorder_should_make_the_evidence_of_the_same_rows_at_once() {
	for count in [1, 2, 7, 8, 33] {
		let rows = rows(count, 5);
		let mut recorder = Recorder::new(JOB);
		for position in 0..count {
			let token = rows.tokens()[position as usize];
			recorder.push(token, rows.row(position).unwrap()).unwrap();
		}
		assert_eq!(recorder.finish().unwrap(), evidence(&rows));
	}
}

#[test]
fn recorder_should_refuse_what_is_no_row_and_go_on() {
	let mut recorder = Recorder::new(JOB);
	assert_eq!(recorder.clone().finish(), Err(RowsError::Positions));
	assert_eq!(recorder.push(1, &[]), Err(RowsError::Width));
	assert_eq!(recorder.push(1, &vec![0.0; MAX_WIDTH as usize + 1]), Err(RowsError::Width));
	assert_eq!(recorder.push(1, &[f32::NAN]), Err(RowsError::NotFinite));
	recorder.push(1, &[1.0, 2.0]).unwrap();
	assert_eq!(recorder.push(2, &[1.0]), Err(RowsError::NotWhole));
	recorder.push(2, &[3.0, 4.0]).unwrap();
	let rows = Rows::new(2, vec![1, 2], vec![1.0, 2.0, 3.0, 4.0]).unwrap();
	assert_eq!(recorder.finish(), Ok(evidence(&rows)));
}

#[test]
fn vectors_should_be_rows_when_they_have_one_length() {
	let rows = Rows::of_vectors(&[vec![1.0, 2.0], vec![3.0, 4.0]]).unwrap();
	assert_eq!((rows.count(), rows.width(), rows.tokens()), (2, 2, &[0, 0][..]));
	assert_eq!(rows.row(1), Some(&[3.0, 4.0][..]));
	assert_eq!(Rows::of_vectors(&[]), Err(RowsError::Positions));
	assert_eq!(Rows::of_vectors(&[vec![]]), Err(RowsError::Width));
	// As many numbers as two rows of two have.
	assert_eq!(Rows::of_vectors(&[vec![1.0], vec![1.0; 3]]), Err(RowsError::NotWhole));
	assert_eq!(Rows::of_vectors(&[vec![f32::NAN]]), Err(RowsError::NotFinite));
}

#[test]
fn fingerprint_should_be_the_same_when_it_is_made_from_openings() {
	for count in [1, 3, 8, 40] {
		let rows = rows(count, 32);
		let challenge = [6; 32];
		let asked = positions(&challenge, &JOB, count).unwrap();
		let (root, bytes) = opened(&rows, &asked);
		let openings = Opening::parse_all(&bytes, &asked, &JOB, rows.tokens(), 32, &root).unwrap();
		let made = |openings: &[Opening]| Opening::fingerprint(openings, &challenge, &JOB, 32);
		assert_eq!(made(&openings), rows.fingerprint(&challenge, &JOB));
		assert_eq!(made(&openings[1..]), Err(FingerprintError::Shape));
	}
}

#[test]
fn deviation_should_be_relative_and_fail_closed() {
	let rows = Rows::new(2, vec![0, 0], vec![3.0, 4.0, 0.0, 0.0]).unwrap();
	assert_eq!(rows.deviation(0, &[3.0, 4.0]), 0.0);
	assert_eq!(rows.deviation(0, &[3.0, 3.0]), 0.2);
	assert_eq!(rows.deviation(0, &[0.0, 0.0]), 1.0);
	for (position, other) in
		[(0, &[3.0][..]), (2, &[3.0, 4.0]), (1, &[0.0, 0.0]), (0, &[f32::NAN, 0.0])]
	{
		assert_eq!(rows.deviation(position, other), f64::INFINITY, "{other:?}");
	}
}

#[test]
fn millionths_should_round_up_and_saturate() {
	assert_eq!(Statistics::millionths(0.0), 0);
	assert_eq!(Statistics::millionths(1e-9), 1);
	assert_eq!(Statistics::millionths(2.5), 2_500_000);
	for bad in [f64::NAN, f64::INFINITY, -1.0, 1e9] {
		assert_eq!(Statistics::millionths(bad), u32::MAX, "{bad}");
	}
}

#[test]
fn votes_should_be_short() {
	assert_eq!(Fingerprint::max_encoded_len(), 256);
	assert_eq!(Vote::max_encoded_len(), 1 + 256 + 20);
}

#[test]
fn blind_hash_should_bind_job_auditor_vote_and_salt() {
	let (vote, other) = (Vote::Refuted(Fault::Text), Vote::Refuted(Fault::Units));
	let good = blind(&JOB, &[2; 32], &vote, &[3; 32]);
	assert_ne!(good, blind(&[9; 32], &[2; 32], &vote, &[3; 32]));
	assert_ne!(good, blind(&JOB, &[9; 32], &vote, &[3; 32]));
	assert_ne!(good, blind(&JOB, &[2; 32], &other, &[3; 32]));
	assert_ne!(good, blind(&JOB, &[2; 32], &vote, &[9; 32]));
}

/// Random bytes, and good ones with a few changed, cut or added.
fn damaged(good: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
	let random = prop::collection::vec(any::<u8>(), 0..600);
	let length = good.len();
	let changes = prop::collection::vec((0..length, any::<u8>()), 1..6);
	let changed = (changes, 0..length + 4).prop_map(move |(changes, cut)| {
		let mut bytes = good.clone();
		for (at, byte) in changes {
			bytes[at] = byte;
		}
		bytes.resize(cut, 0);
		bytes
	});
	prop_oneof![random, changed]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(2_000))]

	#[test]
	fn openings_should_never_be_accepted_when_they_are_damaged(
		bytes in damaged(opened(&rows(11, 3), &[1, 4, 10]).1),
	) {
		let rows = rows(11, 3);
		let (root, good) = opened(&rows, &[1, 4, 10]);
		let result =
			Opening::parse_all(&bytes, &[1, 4, 10], &JOB, rows.tokens(), 3, &root);
		prop_assert_eq!(result.is_ok(), bytes == good);
	}

	#[test]
	fn rows_should_be_whole_whatever_is_parsed(bytes in damaged(rows(5, 3).encode())) {
		if let Ok(rows) = Rows::parse(&bytes) {
			prop_assert_eq!(rows.encode(), bytes);
			prop_assert_eq!(rows.numbers().len() as u32, rows.count() * rows.width());
			let evidence = evidence(&rows);
			let opening = evidence.open(rows.count() - 1).unwrap();
			prop_assert_eq!(opening.verify(&JOB, rows.tokens(), rows.width(), &evidence.root()), Ok(()));
		}
	}

	#[test]
	fn tokens_should_be_read_back_or_refused(
		bytes in damaged(vec![1u32, 2, 1 << 20, u32::MAX, 7].encode()),
		limit in 0u32..8,
	) {
		if let Ok(tokens) = parse_tokens(&bytes, limit) {
			prop_assert!(tokens.len() <= limit as usize);
			prop_assert_eq!(tokens.encode(), bytes);
		}
	}

	#[test]
	fn openings_should_be_judged_for_any_fields(
		position: u32, token: u32, bits in prop::collection::vec(any::<u32>(), 0..9),
		path in prop::collection::vec(any::<Hash>(), 0..40), count in 0usize..40, width in 0u32..9,
	) {
		let row = bits.into_iter().map(f32::from_bits).collect();
		let opening = Opening { position: position % 50, token, row, path };
		prop_assert!(opening.verify(&JOB, &vec![token; count], width, &[0; 32]).is_err());
	}

	#[test]
	fn votes_should_be_read_back_or_refused(
		bytes in prop::collection::vec(any::<u8>(), 0..300),
		kind in 0u8..3,
	) {
		let bytes = [vec![kind], bytes].concat();
		if let Ok(vote) = Vote::decode_all(&mut bytes.as_slice()) {
			prop_assert_eq!(vote.encode(), bytes.clone());
		}
		if let Ok(vote) = Vote::decode(&mut bytes.as_slice()) {
			prop_assert!(vote.encode().len() <= Vote::max_encoded_len());
			blind(&JOB, &JOB, &vote, &JOB);
		}
	}

	#[test]
	fn distance_should_be_symmetric_and_bounded(
		a in prop::collection::vec(any::<i16>(), POSITIONS * PROJECTIONS),
		b in prop::collection::vec(any::<i16>(), POSITIONS * PROJECTIONS),
	) {
		let fingerprint = |numbers: &[i16]| {
			Fingerprint::decode_all(&mut numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<_>>().as_slice()).unwrap()
		};
		let (a, b) = (fingerprint(&a), fingerprint(&b));
		prop_assert_eq!(distance(&a, &b), distance(&b, &a));
		prop_assert!(distance(&a, &b) <= 2_000_000);
		prop_assert_eq!(distance(&a, &a), 0);
	}

	#[test]
	fn comparison_should_say_what_the_distance_says(
		a in any_fingerprint(),
		b in any_fingerprint(),
		limit in any::<u32>(),
	) {
		compare(&a, &b, &[limit, limit % 2_000_001]);
	}

	#[test]
	fn comparison_should_say_what_the_distance_says_of_neighbours(
		a in any_fingerprint(),
		nudges in prop::collection::vec((0..POSITIONS, 0..PROJECTIONS, any::<i16>(), 0u32..15), 0..6),
	) {
		let mut b = a;
		for (position, projection, number, less) in nudges {
			let place = &mut b.0[position][projection];
			*place = place.saturating_add(number >> less);
		}
		compare(&a, &b, &[]);
	}

	#[test]
	fn grade_should_be_that_of_the_verdict(
		worker in any_fingerprint(),
		own in any_fingerprint(),
		near in any::<bool>(),
		nudge in -40i16..40,
		worst_margin in 0u32..3_000,
		(flag, slash) in (0u32..3_000, 0u32..3_000),
	) {
		let mut fingerprint = if near { worker } else { own };
		fingerprint.0[7][15] = fingerprint.0[7][15].saturating_add(nudge);
		let statistics = Statistics { worst_margin, ..Statistics::default() };
		let limits = Limits { flag, slash };
		let thresholds = Thresholds { distance: limits, margin: limits };
		let output = [7; 32];
		for vote in [
			Vote::Replayed { fingerprint, statistics },
			Vote::Refuted(Fault::Text),
			Vote::Output { hash: output },
			Vote::Output { hash: [8; 32] },
			Vote::Batch { rejection: None, digest: output },
		] {
			let grade = thresholds.grade(&Measured::from(worker), &output, &vote);
			prop_assert_eq!(grade, thresholds.verdict(&worker, &output, &vote).grade);
		}
	}

	#[test]
	fn positions_should_be_different_ascending_and_with_the_last(challenge: Hash, count in 1u32..5_000) {
		let all = positions(&challenge, &JOB, count).unwrap();
		prop_assert_eq!(all[POSITIONS - 1], count - 1);
		prop_assert!(all.is_sorted());
		if count as usize >= POSITIONS {
			prop_assert!(all.is_sorted_by(|a, b| a < b));
		}
	}
}

/// Each position before the last has the same chance.
#[test]
fn positions_should_be_uniform() {
	let count = 29usize;
	let mut hits = vec![0u32; count];
	for at in 0..20_000u32 {
		let mut challenge = [0; 32];
		challenge[..4].copy_from_slice(&at.to_le_bytes());
		for position in positions(&challenge, &JOB, count as u32).unwrap() {
			hits[position as usize] += 1;
		}
	}
	assert_eq!(hits[count - 1], 20_000);
	for hits in &hits[..count - 1] {
		assert!((4_700..5_300).contains(hits), "{hits}");
	}
}
