use crate::{mock::*, Call, Error, Event, Ledger, Ledgers, MAX_LANES};
use frame_support::{assert_noop, assert_ok, dispatch::PostDispatchInfo};
use reckon_primitives::Balance;
use reckon_support::{
	mocks::{MockGateways, MockSubnets},
	EscrowSource, GatewayInfo,
};
use sp_core::{sr25519, Pair, H256};
use sp_runtime::TokenError;

fn key() -> sr25519::Public {
	session(CLIENT).public()
}

#[test]
fn deposit_should_be_held_when_a_channel_is_opened() {
	run(|| {
		let id = open(CLIENT);
		assert_eq!((free(CLIENT), held(CLIENT)), (START - DEPOSIT, DEPOSIT));
		let channel = Channels::channel(id).unwrap();
		assert_eq!((channel.client, channel.gateway), (CLIENT, GATEWAY));
		assert_eq!((channel.left, channel.place), (DEPOSIT - PLACE, PLACE));
		assert_eq!(channel.taken.to_vec(), vec![0; 4]);
		assert_eq!((channel.session_key, channel.closes_at), (key(), None));
		assert_eq!(
			events(),
			vec![Event::ChannelOpened {
				channel: id,
				client: CLIENT,
				gateway: GATEWAY,
				deposit: DEPOSIT,
				lanes: 4,
			}]
		);
		let ledger = Ledger { deposited: DEPOSIT, held: DEPOSIT, ..Default::default() };
		assert_eq!(Ledgers::<Test>::get(CLIENT), ledger);
	});
}

#[test]
fn channels_should_have_different_ids_when_they_are_the_same_otherwise() {
	run(|| {
		let first = open(CLIENT);
		assert_ne!(first, open(CLIENT));
		assert_ne!(first, open(OTHER_CLIENT));
	});
}

#[test]
fn opening_should_be_refused_with_the_exact_error() {
	run(|| {
		let open = |gateway, deposit, lanes| {
			Channels::open(signed(CLIENT), gateway, deposit, lanes, key())
		};
		for lanes in [0, MAX_LANES + 1, u32::MAX] {
			assert_noop!(open(GATEWAY, DEPOSIT, lanes), Error::<Test>::LanesOutOfRange);
		}
		for deposit in [0, 1, PLACE - 1] {
			assert_noop!(open(GATEWAY, deposit, 1), Error::<Test>::DepositTooLow);
		}
		assert_noop!(open(CLIENT, DEPOSIT, 1), Error::<Test>::UnknownGateway);
		for deposit in [START, Balance::MAX] {
			assert_noop!(open(GATEWAY, deposit, 1), TokenError::FundsUnavailable);
			// Nor are earnings claimed that do not suffice.
			assert_noop!(
				Channels::open(signed(EARNER), GATEWAY, deposit, 1, key()),
				TokenError::FundsUnavailable
			);
		}
		MockGateways::insert(GATEWAY, GatewayInfo { bond: BOND - 1, ..gateway_info() });
		assert_noop!(open(GATEWAY, DEPOSIT, 1), Error::<Test>::GatewayNotEligible);
		MockGateways::insert(GATEWAY, GatewayInfo { leaves_at: Some(100), ..gateway_info() });
		assert_noop!(open(GATEWAY, DEPOSIT, 1), Error::<Test>::GatewayNotEligible);
		MockGateways::insert(GATEWAY, gateway_info());
		assert_ok!(open(GATEWAY, PLACE, MAX_LANES));
		MockSubnets::retire(SUBNET);
		assert_noop!(open(GATEWAY, DEPOSIT, 1), Error::<Test>::SubnetClosed);
	});
}

#[test]
fn deposit_should_be_claimed_from_earnings_when_money_is_short() {
	run(|| {
		let weight = |info: PostDispatchInfo| info.actual_weight;
		let call = |who, deposit| Channels::open(signed(who), GATEWAY, deposit, 1, key()).unwrap();
		let most = weight_of(Call::open {
			gateway: GATEWAY,
			deposit: 1_000,
			lanes: 1,
			session_key: key(),
		});
		assert_eq!(weight(call(CLIENT, 1_000)), Some(most - Earnings::draw_weight()));
		assert_eq!(weight(call(EARNER, 1_000)), None);
		assert_eq!(held(EARNER), 1_000);
	});
}

#[test]
fn top_up_should_add_to_what_is_left() {
	run(|| {
		let id = open(CLIENT);
		assert_ok!(Channels::top_up(signed(CLIENT), id, 500));
		let left = DEPOSIT - PLACE + 500;
		assert_eq!(Channels::channel(id).unwrap().left, left);
		assert_eq!(held(CLIENT), DEPOSIT + 500);
		let event = Event::ChannelToppedUp { channel: id, amount: 500, left };
		assert_eq!(events().last(), Some(&event));
	});
}

#[test]
fn top_up_should_be_refused_with_the_exact_error() {
	run(|| {
		let id = open(CLIENT);
		let top_up = |who, id, amount| Channels::top_up(signed(who), id, amount);
		assert_noop!(top_up(CLIENT, H256::zero(), 5), Error::<Test>::UnknownChannel);
		assert_noop!(top_up(GATEWAY, id, 5), Error::<Test>::NotClient);
		assert_noop!(top_up(CLIENT, id, 0), Error::<Test>::AmountZero);
		for amount in [START, Balance::MAX] {
			assert_noop!(top_up(CLIENT, id, amount), TokenError::FundsUnavailable);
		}
		assert_ok!(Channels::request_close(signed(CLIENT), id));
		for amount in [0, 5, Balance::MAX] {
			assert_noop!(top_up(CLIENT, id, amount), Error::<Test>::IsClosing);
		}
		assert_ok!(Channels::close(signed(GATEWAY), id));
		assert_noop!(top_up(CLIENT, id, 5), Error::<Test>::UnknownChannel);
	});
}
