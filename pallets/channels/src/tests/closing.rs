use crate::{mock::*, Agenda, Error, Event, Ledger, Ledgers};
use frame_support::{assert_noop, assert_ok};
use reckon_support::mocks;
use sp_core::H256;

#[test]
fn rest_should_come_back_by_itself_when_the_notice_is_over() {
	run(|| {
		let id = open(CLIENT);
		assert_ok!(Channels::request_close(signed(CLIENT), id));
		let event = Event::ChannelClosing { channel: id, closes_at: 1 + NOTICE };
		assert_eq!(events().last(), Some(&event));
		to_block(NOTICE);
		assert_eq!(held(CLIENT), DEPOSIT);
		to_block(1 + NOTICE);
		assert_eq!((free(CLIENT), held(CLIENT)), (START, 0));
		assert_eq!(Channels::channel(id), None);
		let closed = Event::ChannelClosed {
			channel: id,
			client: CLIENT,
			gateway: GATEWAY,
			refunded: DEPOSIT,
		};
		assert_eq!(events().last(), Some(&closed));
		let ledger = Ledger { deposited: DEPOSIT, refunded: DEPOSIT, ..Default::default() };
		assert_eq!(Ledgers::<Test>::get(CLIENT), ledger);
	});
}

#[test]
fn gateway_should_be_able_to_take_its_due_when_the_channel_is_closing() {
	run(|| {
		let id = open(CLIENT);
		assert_ok!(Channels::request_close(signed(CLIENT), id));
		to_block(NOTICE);
		let batch = tree([receipt(1, PROVIDERS[0], id, 700)]);
		commit(&batch, [claim(CLIENT, id, 0, 700)]);
		to_block(1 + NOTICE);
		// What was charged is not the client's any more.
		assert_eq!(free(CLIENT), START - 700);
		assert_eq!(held(Channels::till()), 700);
	});
}

#[test]
fn closing_should_be_refused_with_the_exact_error() {
	run(|| {
		let id = open(CLIENT);
		let request = |who, id| Channels::request_close(signed(who), id);
		let close = |who, id| Channels::close(signed(who), id);
		assert_noop!(request(CLIENT, H256::zero()), Error::<Test>::UnknownChannel);
		assert_noop!(request(OTHER_CLIENT, id), Error::<Test>::NotClient);
		assert_noop!(close(CLIENT, H256::zero()), Error::<Test>::UnknownChannel);
		assert_noop!(close(CLIENT, id), Error::<Test>::NotClosing);
		assert_noop!(close(OTHER_GATEWAY, id), Error::<Test>::NotClosing);
		assert_ok!(request(CLIENT, id));
		assert_noop!(request(CLIENT, id), Error::<Test>::IsClosing);
		for who in [CLIENT, OTHER_CLIENT, OTHER_GATEWAY] {
			assert_noop!(close(who, id), Error::<Test>::NoticeNotOver);
		}
		assert_ok!(close(GATEWAY, id));
		for who in [CLIENT, GATEWAY] {
			assert_noop!(request(who, id), Error::<Test>::UnknownChannel);
			assert_noop!(close(who, id), Error::<Test>::UnknownChannel);
		}
	});
}

#[test]
fn anybody_should_close_when_the_notice_is_over() {
	run(|| {
		let id = open(CLIENT);
		assert_ok!(Channels::request_close(signed(CLIENT), id));
		// The chain has been too busy to do it.
		System::set_block_number(1 + NOTICE);
		assert_ok!(Channels::close(signed(OTHER_CLIENT), id));
		assert_eq!(free(CLIENT), START);
		assert_eq!(Agenda::<Test>::iter().count(), 0);
	});
}

#[test]
fn gateway_should_close_at_once_when_it_wants_nothing_more() {
	run(|| {
		let (asked, open) = (open(CLIENT), open(CLIENT));
		assert_ok!(Channels::request_close(signed(CLIENT), asked));
		for id in [asked, open] {
			assert_ok!(Channels::close(signed(GATEWAY), id));
			assert_eq!(Channels::channel(id), None);
		}
		assert_eq!(free(CLIENT), START);
		assert_eq!(Agenda::<Test>::iter().count(), 0);
	});
}

#[test]
fn client_should_close_at_once_when_the_gateway_is_gone() {
	run(|| {
		let id = open(CLIENT);
		mocks::reset();
		assert_ok!(Channels::close(signed(CLIENT), id));
		assert_eq!(free(CLIENT), START);
	});
}

#[test]
fn ledger_should_go_with_the_account() {
	run(|| {
		let id = open(CLIENT);
		assert_ok!(Channels::close(signed(GATEWAY), id));
		assert!(Ledgers::<Test>::contains_key(CLIENT));
		let all = free(CLIENT);
		assert_ok!(Balances::transfer_allow_death(signed(CLIENT), OTHER_CLIENT, all));
		assert!(!Ledgers::<Test>::contains_key(CLIENT));
	});
}
