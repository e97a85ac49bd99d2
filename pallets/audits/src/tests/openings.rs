//! The worker opens what it has committed to.

use crate::{mock::*, Event, Opened, Phase};
use frame_support::{assert_noop, assert_ok, dispatch::Pays};
use reckon_support::mocks::MockPool;
use reckon_verification::Fingerprint;
use sp_core::H256;
use sp_runtime::{DispatchError, DispatchResult};

type Error = crate::Error<Test>;

fn open_by(origin: RuntimeOrigin, id: H256, root: H256, salt: H256) -> DispatchResult {
	Audits::open_rows(origin, id, Box::<Fingerprint>::default(), root, salt)
		.map(|_| ())
		.map_err(|failed| failed.error)
}

/// An audit whose auditors have voted.
fn voted() -> H256 {
	let id = drawn(1);
	for who in seated(id) {
		commit(id, who, &computed(id, RIGHT)).unwrap();
	}
	id
}

#[test]
fn rows_should_be_open_when_the_worker_says_what_it_committed_to() {
	run(|| {
		let id = voted();
		let until = System::block_number() + OPEN;
		let awaited = Event::OpeningAwaited { audit: id, provider: PROVIDER, until };
		assert!(events().contains(&awaited));
		let said = fingerprint(id, RIGHT);
		let info = Audits::open_rows(worker(), id, Box::new(said), root_of(id), SALT).unwrap();
		assert_eq!(info.pays_fee, Pays::No);
		let opened = Opened { root: root_of(id), fingerprint: said };
		assert_eq!((audit(id).phase, audit(id).opened), (Phase::Revealing, Some(opened)));
		let until = System::block_number() + REVEAL;
		let opened = Event::RowsOpened { audit: id, root: root_of(id), until };
		assert_eq!(events().last(), Some(&opened));
	});
}

#[test]
fn opening_should_be_refused_when_anything_is_wrong_with_it() {
	run(|| {
		let id = drawn(1);
		let (root, stranger) = (root_of(id), RuntimeOrigin::signed(CLIENT));
		assert_noop!(open_by(worker(), id, root, SALT), Error::NotOpening);
		for who in seated(id) {
			commit(id, who, &computed(id, RIGHT)).unwrap();
		}
		MockPool::insert(12, 1, Default::default());
		let rival = RuntimeOrigin::signed(MockPool::worker_of(12));
		let owner = RuntimeOrigin::signed(PROVIDER);
		for (origin, id, root, salt, expected) in [
			(RuntimeOrigin::none(), id, root, SALT, DispatchError::BadOrigin),
			(RuntimeOrigin::root(), id, root, SALT, DispatchError::BadOrigin),
			(stranger, id, root, SALT, Error::NotTheWorker.into()),
			(rival, id, root, SALT, Error::NotTheWorker.into()),
			(owner, id, root, SALT, Error::NotTheWorker.into()),
			(worker(), job(9), root, SALT, Error::UnknownAudit.into()),
			(worker(), id, H256::zero(), SALT, Error::WrongOpening.into()),
			(worker(), id, root, H256::zero(), Error::WrongOpening.into()),
			(worker(), id, root_of(job(2)), SALT, Error::WrongOpening.into()),
		] {
			assert_noop!(open_by(origin, id, root, salt), expected);
		}
		System::set_block_number(audit(id).due);
		assert_noop!(open_by(worker(), id, root, SALT), Error::TooLate);
		System::set_block_number(audit(id).due - 1);
		assert_ok!(open_by(worker(), id, root, SALT));
		assert_noop!(open_by(worker(), id, root, SALT), Error::NotOpening);
	});
}

#[test]
fn worker_should_be_asked_at_once_when_all_have_voted_and_in_time_when_enough_have() {
	run(|| {
		let id = voted();
		assert_eq!(audit(id).phase, Phase::Opening);
		let id = drawn(2);
		for who in seated(id).into_iter().take(2) {
			commit(id, who, &computed(id, RIGHT)).unwrap();
		}
		to_block(audit(id).due - 1);
		assert_eq!(audit(id).phase, Phase::Committing);
		pass(1);
		assert_eq!(audit(id).phase, Phase::Opening);
	});
}
