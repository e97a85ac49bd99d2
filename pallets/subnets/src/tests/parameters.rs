//! Which rules are refused, and with what words.

use crate::{mock::*, Error, SubnetCount};
use codec::{Decode, Encode};
use frame_support::{assert_noop, assert_ok};
use reckon_primitives::ModelId;
use reckon_support::{Membership, SubnetParameters};
use sp_runtime::{BuildStorage, DispatchError, DispatchResult, Permill};

fn percent(n: u32) -> Permill {
	Permill::from_percent(n)
}

fn create_with(parameters: SubnetParameters) -> DispatchResult {
	Subnets::create(signed(ALICE), name("a"), parameters)
}

/// Every set of rules that is refused, each wrong in one thing.
fn wrong() -> Vec<(SubnetParameters, Error<Test>)> {
	let mut all = Vec::new();
	let mut push = |error: fn() -> Error<Test>, change: &dyn Fn(&mut SubnetParameters)| {
		let mut parameters = rules();
		change(&mut parameters);
		all.push((parameters, error()));
	};
	// 20 % for a model's owner and 50 % for the provider leave 30 %.
	push(|| Error::SharesTooHigh, &|p| p.gateway_share = percent(20) + Permill::from_parts(1));
	push(|| Error::SharesTooHigh, &|p| p.auditor_share = percent(16));
	push(|| Error::SharesTooHigh, &|p| p.treasury_share = percent(16));
	// Over 100 %, and as far as can be.
	push(|| Error::SharesTooHigh, &|p| p.gateway_share = percent(100));
	push(|| Error::SharesTooHigh, &|p| {
		p.treasury_share = percent(100);
		p.gateway_share = percent(100);
		p.auditor_share = percent(100);
	});
	push(|| Error::TreasuryShareTooLow, &|p| p.treasury_share = Permill::zero());
	push(|| Error::TreasuryShareTooLow, &|p| p.treasury_share = Permill::from_parts(9_999));
	push(|| Error::CommitteeOutOfRange, &|p| (p.committee, p.quorum) = (0, 0));
	push(|| Error::CommitteeOutOfRange, &|p| (p.committee, p.quorum) = (17, 9));
	push(|| Error::CommitteeOutOfRange, &|p| (p.committee, p.quorum) = (u32::MAX, u32::MAX));
	push(|| Error::QuorumOutOfRange, &|p| p.quorum = 0);
	push(|| Error::QuorumOutOfRange, &|p| p.quorum = 2);
	push(|| Error::QuorumOutOfRange, &|p| (p.committee, p.quorum) = (4, 2));
	push(|| Error::QuorumOutOfRange, &|p| p.quorum = 6);
	push(|| Error::QuorumOutOfRange, &|p| p.quorum = u32::MAX);
	push(|| Error::AuditRateTooLow, &|p| p.audit_rate_min = Permill::from_parts(9_999));
	push(|| Error::AuditRatesReversed, &|p| p.audit_rate_min = percent(21));
	push(|| Error::ProviderBondTooLow, &|p| p.min_provider_bond = 99);
	push(|| Error::GatewayBondTooLow, &|p| p.min_gateway_bond = 499);
	push(|| Error::DisputeWindowOutOfRange, &|p| p.dispute_window_blocks = 1);
	push(|| Error::DisputeWindowOutOfRange, &|p| p.dispute_window_blocks = 301);
	push(|| Error::DisputeWindowOutOfRange, &|p| p.dispute_window_blocks = u32::MAX);
	push(|| Error::NoModels, &|p| p.membership = only([]));
	all
}

#[test]
fn rules_should_be_refused_when_something_is_wrong() {
	run(|| {
		let id = create("mine");
		for (parameters, error) in wrong() {
			let error = DispatchError::from(error);
			assert_noop!(create_with(parameters.clone()), error);
			assert_noop!(Subnets::update(signed(ALICE), id, parameters), error);
		}
		assert_eq!(SubnetCount::<Test>::get(), 2);
	});
}

#[test]
fn rules_should_be_accepted_when_they_are_on_the_edge() {
	run(|| {
		let edge = SubnetParameters {
			treasury_share: percent(1),
			gateway_share: percent(29),
			auditor_share: percent(0),
			committee: 16,
			quorum: 9,
			audit_rate_min: percent(1),
			audit_rate_max: percent(1),
			min_provider_bond: 100,
			min_gateway_bond: 500,
			dispute_window_blocks: 300,
			membership: only(0..64),
		};
		assert_ok!(create_with(edge.clone()));
		let other = SubnetParameters {
			committee: 1,
			quorum: 1,
			audit_rate_max: percent(100),
			min_provider_bond: u128::MAX,
			min_gateway_bond: u128::MAX,
			dispute_window_blocks: 2,
			..edge
		};
		assert_ok!(Subnets::create(signed(ALICE), name("b"), other));
	});
}

#[test]
fn list_should_be_refused_when_it_is_longer_than_can_be() {
	let models: std::collections::BTreeSet<_> = (0u8..65).map(ModelId::repeat_byte).collect();
	let sent = (1u8, models).encode();
	assert!(Membership::decode(&mut &sent[..]).is_err());
}

#[test]
fn membership_should_admit_what_is_listed_and_all_when_open() {
	let model = ModelId::repeat_byte;
	assert!(Membership::Open.admits(&model(9)));
	assert!(only([1, 2]).admits(&model(2)));
	assert!(!only([1, 2]).admits(&model(3)));
}

#[test]
fn genesis_should_be_refused_when_its_rules_are_wrong() {
	for (parameters, _) in wrong() {
		let subnets = crate::GenesisConfig { parameters, ..Default::default() };
		let genesis = RuntimeGenesisConfig { subnets, ..Default::default() };
		assert!(std::panic::catch_unwind(|| genesis.build_storage()).is_err());
	}
}

#[test]
fn genesis_should_be_written_and_read_as_json() {
	let config = crate::GenesisConfig::<Test> { parameters: rules(), ..Default::default() };
	let json = serde_json::to_value(&config).unwrap();
	assert_eq!(json["parameters"]["treasuryShare"], 50_000);
	assert_eq!(json["parameters"]["membership"], "open");
	let back: crate::GenesisConfig<Test> = serde_json::from_value(json).unwrap();
	assert_eq!(back.parameters, rules());
	let listed = SubnetParameters { membership: only([7]), ..rules() };
	let json = serde_json::to_string(&listed).unwrap();
	assert_eq!(serde_json::from_str::<SubnetParameters>(&json).unwrap(), listed);
}
