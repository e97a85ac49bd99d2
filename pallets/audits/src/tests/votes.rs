//! Votes as transactions without an account: who can send what, when, and how often.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, traits::Authorize};
use reckon_verification::Vote;
use sp_core::{Pair, H256};
use sp_runtime::{
	transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
	DispatchError,
};

type Outcome = Result<(), TransactionValidityError>;

const STALE: Outcome = Err(TransactionValidityError::Invalid(InvalidTransaction::Stale));
const BAD_PROOF: Outcome = Err(TransactionValidityError::Invalid(InvalidTransaction::BadProof));

fn blind_commit(id: H256) -> Commit {
	let challenge = crate::mock::Audits::audit(id).map_or(H256::zero(), |audit| audit.challenge);
	Commit { audit: id, round: 1, challenge, blind: H256::zero() }
}

fn some_reveal(id: H256) -> Reveal {
	revealed(id, &computed(id, RIGHT))
}

#[test]
fn vote_should_be_refused_when_it_comes_from_an_account() {
	run(|| {
		let id = drawn(1);
		let who = seated(id)[0];
		let commits = batch(&[blind_commit(id)]);
		let signature = sign(who, COMMITS, &commits);
		for origin in [RuntimeOrigin::signed(who), RuntimeOrigin::none(), RuntimeOrigin::root()] {
			let sent = crate::mock::Audits::commit_votes(
				origin.clone(),
				who,
				commits.clone(),
				signature.clone(),
			);
			assert_noop!(sent, DispatchError::BadOrigin);
			let reveals = Batch::default();
			assert_noop!(
				crate::mock::Audits::reveal_votes(origin.clone(), who, reveals, signature.clone()),
				DispatchError::BadOrigin
			);
			let declines = Batch::default();
			assert_noop!(
				crate::mock::Audits::decline_seats(origin, who, declines, signature.clone()),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn commit_should_be_stale_when_there_is_nothing_to_commit_to() {
	run(|| {
		let id = drawn(1);
		let who = seated(id)[0];
		let outsider = (1..=VALIDATORS).map(account).find(|it| !seated(id).contains(it)).unwrap();
		let waiting = submit(2, true);
		for (sender, commit) in [
			// No such audit, none drawn yet, no seat, other rounds.
			(who, blind_commit(job(9))),
			(who, blind_commit(waiting)),
			(who, Commit { round: 0, ..blind_commit(waiting) }),
			(outsider, blind_commit(id)),
			(CLIENT, blind_commit(id)),
			(who, Commit { round: 0, ..blind_commit(id) }),
			(who, Commit { round: 2, ..blind_commit(id) }),
			// Of another fork.
			(who, Commit { challenge: H256::zero(), ..blind_commit(id) }),
		] {
			assert_eq!(send_commits(sender, &[commit]), STALE, "{sender} {commit:?}");
		}
		assert_eq!(send_commits(who, &[]), STALE);
		assert_ok!(send_commits(who, &[blind_commit(id)]));
		assert_eq!(send_commits(who, &[blind_commit(id)]), STALE);
		let other = Commit { blind: H256::repeat_byte(1), ..blind_commit(id) };
		assert_eq!(send_commits(who, &[other]), STALE);
		// Too early to open it.
		assert_eq!(send_reveals(who, &[some_reveal(id)]), STALE);
	});
}

#[test]
fn commit_should_be_stale_when_its_time_has_passed_and_the_sweep_is_behind() {
	run(|| {
		let id = drawn(1);
		let who = seated(id)[0];
		System::set_block_number(audit(id).due);
		assert_eq!(send_commits(who, &[blind_commit(id)]), STALE);
		System::set_block_number(audit(id).due - 1);
		assert_ok!(send_commits(who, &[blind_commit(id)]));
	});
}

#[test]
fn signature_should_be_refused_when_it_is_of_another_purpose_chain_account_or_content() {
	run(|| {
		let id = drawn(1);
		let [who, other] = [seated(id)[0], seated(id)[1]];
		let commits = batch(&[blind_commit(id)]);
		let changed = batch(&[Commit { blind: H256::repeat_byte(1), ..blind_commit(id) }]);
		let foreign = payload(COMMITS, H256::repeat_byte(3), &who, &commits);
		for signature in [
			sign(who, REVEALS, &commits),
			sign(who, DECLINES, &commits),
			sign(who, COMMITS, &changed),
			sign(other, COMMITS, &commits),
			key(other).sign(&payload(COMMITS, System::block_hash(0), &who, &commits)),
			key(who).sign(&payload(COMMITS, System::block_hash(0), &other, &commits)),
			key(who).sign(&foreign),
			key(who).sign(&[]),
		] {
			let call = Call::commit_votes { auditor: who, commits: commits.clone(), signature };
			assert_eq!(send(call), BAD_PROOF);
		}
	});
}

#[test]
fn reveal_or_decline_should_be_refused_when_another_has_signed_it() {
	run(|| {
		let id = drawn(1);
		let [who, other, _] = seated(id).try_into().unwrap();
		let challenge = audit(id).challenge;
		let declines = batch(&[Decline { audit: id, round: 1, challenge }]);
		let signature = sign(other, DECLINES, &declines);
		assert_eq!(send(Call::decline_seats { auditor: who, declines, signature }), BAD_PROOF);
		seated(id).into_iter().for_each(|it| commit(id, it, &computed(id, RIGHT)).unwrap());
		open(id, RIGHT);
		let reveals = batch(&[some_reveal(id)]);
		let signature = sign(other, REVEALS, &reveals);
		assert_eq!(send(Call::reveal_votes { auditor: who, reveals, signature }), BAD_PROOF);
		assert_ok!(reveal(id, who, &computed(id, RIGHT)));
	});
}

#[test]
fn votes_in_many_audits_should_travel_together() {
	run_with(3, || {
		let all: Vec<_> = (0..16).map(|n| submit(n, true)).collect();
		pass(DRAW_DELAY);
		let seats = seated(all[0]);
		for who in &seats {
			let commits: Vec<_> = all
				.iter()
				.map(|id| Commit {
					blind: hidden(*id, *who, &computed(*id, RIGHT)),
					..blind_commit(*id)
				})
				.collect();
			assert_ok!(send_commits(*who, &commits));
		}
		all.iter().for_each(|id| open(*id, RIGHT));
		for who in &seats {
			let reveals: Vec<_> = all.iter().map(|id| some_reveal(*id)).collect();
			assert_ok!(send_reveals(*who, &reveals));
		}
		pass(1);
		assert!(all.iter().all(|id| outcome(*id) == reckon_support::AuditOutcome::Accepted));
	});
}

#[test]
fn votes_that_are_in_time_should_count_when_others_of_the_batch_are_not() {
	run(|| {
		let id = drawn(1);
		let who = seated(id)[0];
		let again = Commit { blind: H256::repeat_byte(1), ..blind_commit(id) };
		assert_ok!(send_commits(who, &[blind_commit(job(7)), blind_commit(id), again]));
		let seat = audit(id).seats[0].clone();
		assert_eq!(seat.ballot, Ballot::Committed(H256::zero()));
	});
}

#[test]
fn seat_should_be_voted_for_by_the_key_that_it_was_drawn_with() {
	run_with(3, || {
		let old = drawn(1);
		let who = seated(old)[0];
		let new_key = AuditPair::from_seed(&[99; 32]);
		let set = || [(&who, new_key.public())].into_iter();
		<crate::mock::Audits as frame_support::traits::OneSessionHandler<_>>::on_new_session(
			true,
			set(),
			set(),
		);
		let new = drawn(2);
		let commits = batch(&[blind_commit(new), blind_commit(old)]);
		let signature = sign(who, COMMITS, &commits);
		let call = Call::commit_votes { auditor: who, commits: commits.clone(), signature };
		// The first seat decides which key it must be.
		assert_eq!(send(call), BAD_PROOF);
		let signature = new_key.sign(&payload(COMMITS, System::block_hash(0), &who, &commits));
		assert_ok!(send(Call::commit_votes { auditor: who, commits, signature }));
		assert!(matches!(audit(new).seats[0].ballot, Ballot::Committed(_)));
		assert_eq!(audit(old).seats[0].ballot, Ballot::Awaited);
		assert_ok!(send_commits(who, &[blind_commit(old)]));
	});
}

#[test]
fn reveal_should_be_stale_when_it_is_not_what_was_committed_to() {
	run(|| {
		let id = drawn(1);
		let seats = seated(id);
		let said = computed(id, RIGHT);
		seats.iter().for_each(|who| commit(id, *who, &said).unwrap());
		assert_eq!(send_reveals(seats[0], &[some_reveal(id)]), STALE);
		open(id, RIGHT);
		let good = some_reveal(id);
		for reveal in [
			Reveal { salt: H256::zero(), ..good },
			Reveal { round: 2, ..good },
			// Of what the worker has opened on another fork.
			Reveal { said: Said::Else { opened: H256::zero(), vote: said.vote }, ..good },
			Reveal { audit: job(9), ..good },
			revealed(id, &computed(id, OTHER)),
			revealed(id, &refuted(reckon_verification::Fault::Text)),
		] {
			assert_eq!(send_reveals(seats[0], &[reveal]), STALE);
		}
		assert_ok!(send_reveals(seats[0], &[good]));
		assert_eq!(send_reveals(seats[0], &[good]), STALE);
		// Another's vote is of no use: the commitments have the auditors' names.
		let copied = Reveal { salt: SALT, ..good };
		assert_ok!(send_reveals(seats[1], &[copied]));
		System::set_block_number(audit(id).due);
		assert_eq!(send_reveals(seats[2], &[good]), STALE);
	});
}

#[test]
fn copied_commitment_should_open_to_nothing() {
	run(|| {
		let id = drawn(1);
		let [honest, copier, other] = seated(id).try_into().unwrap();
		let said = computed(id, RIGHT);
		let blind = hidden(id, honest, &said);
		for who in [honest, copier, other] {
			let blind = if who == other { hidden(id, other, &said) } else { blind };
			assert_ok!(send_commits(who, &[Commit { blind, ..blind_commit(id) }]));
		}
		open(id, RIGHT);
		assert_ok!(reveal(id, honest, &said));
		assert_eq!(reveal(id, copier, &said), STALE);
		to_block(audit(id).due);
		assert_eq!(crate::mock::Audits::conduct(copier).missed, 1);
	});
}

#[test]
fn vote_of_the_first_committee_should_not_count_in_the_larger_one() {
	run_with(3, || {
		let id = drawn(1);
		let who = seated(id)[0];
		let blind = hidden(id, who, &computed(id, RIGHT));
		let old = Commit { blind, ..blind_commit(id) };
		round(id, OTHER, |_, _| Some(computed(id, RIGHT)));
		to_draw(id);
		assert_eq!(audit(id).round, 2);
		assert_eq!(send_commits(who, &[old]), STALE);
	});
}

#[test]
fn transaction_should_live_as_long_as_its_vote_is_worth_something() {
	run(|| {
		let id = drawn(1);
		let who = seated(id)[0];
		let commits = batch(&[blind_commit(id), blind_commit(job(9))]);
		let signature = sign(who, COMMITS, &commits);
		let call = Call::<Test>::commit_votes { auditor: who, commits, signature };
		let (valid, unspent) = call.authorize(TransactionSource::External).unwrap().unwrap();
		assert_eq!(valid.longevity, u64::from(COMMIT + 1));
		assert_eq!(unspent, Default::default());
		assert!(valid.propagate && valid.requires.is_empty());
		// One tag for what can be done, so that nothing is there twice.
		assert_eq!(valid.provides.len(), 1);
	});
}

#[test]
fn weight_should_grow_with_the_votes() {
	run(|| {
		let id = drawn(1);
		let who = seated(id)[0];
		let weight = |count: usize| {
			let commits = batch(&vec![blind_commit(id); count]);
			let signature = sign(who, COMMITS, &commits);
			weight_of(Call::commit_votes { auditor: who, commits, signature })
		};
		assert!(weight(2).ref_time() > weight(1).ref_time());
		let whole = crate::weights::SubstrateWeight::<Test>::authorize_votes(16);
		assert!(weight(16).ref_time() > whole.ref_time());
	});
}

#[test]
fn vote_should_be_short_when_it_is_the_workers_and_say_the_same() {
	run(|| {
		let id = drawn(1);
		let said = computed(id, RIGHT);
		seated(id).into_iter().for_each(|who| commit(id, who, &said).unwrap());
		open(id, RIGHT);
		let [a, b, c] = seated(id).try_into().unwrap();
		let opened = audit(id).opened.unwrap();
		let short = revealed(id, &said);
		let long = Said::Else { opened: opened.name(), vote: said.vote };
		assert!(matches!(short.said, Said::TheSame { .. }));
		assert!(
			codec::Encode::encoded_size(&short.said) + 256 < codec::Encode::encoded_size(&long)
		);
		assert_ok!(send_reveals(a, &[short]));
		assert_ok!(send_reveals(b, &[Reveal { said: long, ..short }]));
		let all = crate::mock::Audits::statements(id);
		assert_eq!(all.len(), 2);
		assert!(all.iter().all(|(_, statement)| *statement == said));
		// Other statistics are another vote.
		let statistics = reckon_verification::Statistics { tokens: 7, ..Default::default() };
		let other = Reveal { said: Said::TheSame { statistics }, ..short };
		assert_eq!(send_reveals(c, &[other]), STALE);
	});
}

#[test]
fn vote_should_be_stale_when_the_worker_has_opened_something_else() {
	run(|| {
		let id = drawn(1);
		let said = computed(id, RIGHT);
		seated(id).into_iter().for_each(|who| commit(id, who, &said).unwrap());
		open(id, OTHER);
		let who = seated(id)[0];
		let Vote::Replayed { statistics, .. } = said.vote else { unreachable!() };
		// As it was right on another fork.
		let elsewhere = Reveal { said: Said::TheSame { statistics }, ..revealed(id, &said) };
		assert_eq!(send_reveals(who, &[elsewhere]), STALE);
		assert_ok!(reveal(id, who, &said));
	});
}
