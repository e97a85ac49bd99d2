//! Whatever anybody does, in whatever order: no money is lost, and all comes free.

use crate::{mock::*, Gateways, Subnets as Records};
use frame_support::{storage::with_storage_layer, traits::fungible::InspectHold};
use proptest::prelude::*;
use reckon_primitives::{Balance, Reason, SubnetId};
use reckon_support::{GatewaySlash, SubnetParameters};
use sp_runtime::Permill;

#[derive(Clone, Debug)]
enum Step {
	Create { name: u8, treasury: u8, committee: u8 },
	Update { id: SubnetId, gateway: u8, quorum: u8, models: u8, by_root: bool },
	Transfer { id: SubnetId, to: Option<AccountId> },
	Accept { id: SubnetId },
	Retire { id: SubnetId },
	Register { id: SubnetId, bond: Balance },
	BondExtra { amount: Balance },
	Unbond { amount: Balance },
	Move { url: String },
	Leave,
	Slash { amount: Balance },
	Wait { blocks: u32 },
}

fn step() -> impl Strategy<Value = (AccountId, Step)> {
	let id = || 0u32..4;
	let amount = || prop_oneof![6 => 0..3 * GATEWAY_BOND, 1 => any::<Balance>()];
	let step = prop_oneof![
		3 => (0u8..6, 0u8..20, 2u8..7)
			.prop_map(|(name, treasury, committee)| Step::Create { name, treasury, committee }),
		3 => (id(), 0u8..24, 2u8..7, 0u8..64, any::<bool>()).prop_map(
			|(id, gateway, quorum, models, by_root)| Step::Update { id, gateway, quorum, models, by_root },
		),
		2 => (id(), proptest::option::weighted(0.9, 1u64..5))
			.prop_map(|(id, to)| Step::Transfer { id, to }),
		4 => id().prop_map(|id| Step::Accept { id }),
		2 => id().prop_map(|id| Step::Retire { id }),
		3 => (id(), amount()).prop_map(|(id, bond)| Step::Register { id, bond }),
		1 => amount().prop_map(|amount| Step::BondExtra { amount }),
		1 => (1..GATEWAY_BOND).prop_map(|amount| Step::Unbond { amount }),
		1 => "[ -~]{0,20}".prop_map(|url| Step::Move { url }),
		1 => Just(Step::Leave),
		1 => amount().prop_map(|amount| Step::Slash { amount }),
		2 => (1u32..60).prop_map(|blocks| Step::Wait { blocks }),
	];
	(1u64..5, step)
}

/// Carries out a step; that it is refused is fine.
fn carry_out(who: AccountId, step: Step) {
	let origin = signed(who);
	let _ = with_storage_layer(|| match step {
		Step::Create { name: n, treasury, committee } => {
			let treasury_share = Permill::from_percent(treasury.into());
			let committee = committee.into();
			let parameters = SubnetParameters { treasury_share, committee, ..rules() };
			Subnets::create(origin, name(&format!("subnet-{n}")), parameters)
		},
		Step::Update { id, gateway, quorum, models, by_root } => {
			let parameters = SubnetParameters {
				gateway_share: Permill::from_percent(gateway.into()),
				quorum: quorum.into(),
				membership: only(0..models),
				..rules()
			};
			let origin = if by_root { RuntimeOrigin::root() } else { origin };
			Subnets::update(origin, id, parameters)
		},
		Step::Transfer { id, to } => Subnets::transfer(origin, id, to),
		Step::Accept { id } => Subnets::accept_transfer(origin, id),
		Step::Retire { id } => Subnets::retire(origin, id),
		Step::Register { id, bond } => Subnets::register_gateway(origin, id, bond, endpoint()),
		Step::BondExtra { amount } => Subnets::bond_extra(origin, amount),
		Step::Unbond { amount } => Subnets::unbond_gateway(origin, amount),
		Step::Move { url } => Subnets::update_gateway(origin, url.into_bytes().try_into().unwrap()),
		Step::Leave => Subnets::leave_gateway(origin),
		Step::Slash { amount } => {
			Subnets::slash_gateway(&who, amount, Reason::DeadlineMissed);
			Ok(())
		},
		Step::Wait { blocks } => {
			idle(System::block_number() + blocks);
			Ok(())
		},
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(128))]

	#[test]
	fn money_should_be_conserved_and_come_free_when_anybody_does_anything(
		steps in proptest::collection::vec(step(), 1..80),
	) {
		run(|| {
			let issuance = Balances::total_issuance();
			for (who, step) in steps {
				carry_out(who, step);
				check();
				for who in 1..5 {
					let listed: Balance = Subnets::held_by(who).iter().map(|held| held.amount).sum();
					assert_eq!(listed, Balances::total_balance_on_hold(&who));
				}
			}
			assert_eq!(Balances::total_issuance(), issuance);
			// When all have left, all money is free, and only the chain's own subnet is there.
			for who in Gateways::<Test>::iter_keys().collect::<Vec<_>>() {
				let _ = Subnets::leave_gateway(signed(who));
			}
			for (id, subnet) in Records::<Test>::iter().collect::<Vec<_>>() {
				if let Some(owner) = subnet.owner {
					let _ = Subnets::retire(signed(owner), id);
				}
			}
			idle(System::block_number() + RETIREMENT);
			assert_eq!(Gateways::<Test>::iter_keys().count(), 0);
			assert_eq!(Records::<Test>::iter_keys().collect::<Vec<_>>(), vec![0]);
			assert!((1..5).all(|who| Balances::total_balance_on_hold(&who) == 0));
			assert_eq!(Balances::total_issuance(), issuance);
		});
	}
}
