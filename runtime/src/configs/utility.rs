//! What every account may want: batches, proxies, multisigs; and sudo, where there is a key.

use crate::{
	configs::{BYTE_DEPOSIT, ITEM_DEPOSIT},
	weights, Balances, OriginCaller, Runtime, RuntimeCall, RuntimeEvent, System,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::{ConstU128, ConstU32, InstanceFilter};
use scale_info::TypeInfo;
use sp_runtime::traits::BlakeTwo256;

/// Bytes of an account.
const ACCOUNT_BYTES: u128 = 32;

/// What a proxy may do in an account's name.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum ProxyType {
	/// Everything.
	#[default]
	Any,
	/// Everything that moves no money away.
	NonTransfer,
	/// A provider's affairs: offers, prices, capacity, worker, pause.
	Provider,
	/// Submitting, cancelling and disputing jobs, and having them audited; a client's channels.
	Jobs,
	/// A validator's and a backer's affairs: stakes, session keys, claims.
	Staking,
}

impl InstanceFilter<RuntimeCall> for ProxyType {
	fn filter(&self, call: &RuntimeCall) -> bool {
		match self {
			Self::Any => true,
			// A job pays whom its `only` names, and an entry of the store, with a model's royalty, is worth money.
			Self::NonTransfer => !matches!(
				call,
				RuntimeCall::Balances(_)
					| RuntimeCall::Sudo(_)
					| RuntimeCall::Jobs(
						pallet_jobs::Call::submit_job { .. } | pallet_jobs::Call::dispute { .. }
					)
					// A channel pays whom its gateway and its session key say.
					| RuntimeCall::Channels(
						pallet_channels::Call::open { .. } | pallet_channels::Call::top_up { .. }
					)
					// Auditors have the fee, and the proxy may be one of them.
					| RuntimeCall::Audits(pallet_audits::Call::request_audit { .. })
					| RuntimeCall::Channels(pallet_channels::Call::audit_receipt { .. })
					| RuntimeCall::Models(pallet_models::Call::transfer { .. })
					// The fee for a subnet is gone, and a subnet is worth money.
					| RuntimeCall::Subnets(
						pallet_subnets::Call::create { .. } | pallet_subnets::Call::transfer { .. }
					)
			),
			Self::Provider => matches!(call, RuntimeCall::Providers(_)),
			Self::Jobs => matches!(
				call,
				RuntimeCall::Jobs(
					pallet_jobs::Call::submit_job { .. }
						| pallet_jobs::Call::cancel { .. }
						| pallet_jobs::Call::dispute { .. }
				) | RuntimeCall::Audits(pallet_audits::Call::request_audit { .. })
					| RuntimeCall::Channels(
						pallet_channels::Call::open { .. }
							| pallet_channels::Call::top_up { .. }
							| pallet_channels::Call::request_close { .. }
							| pallet_channels::Call::audit_receipt { .. }
					)
			),
			Self::Staking => matches!(
				call,
				RuntimeCall::ValidatorStaking(_)
					| RuntimeCall::Session(_)
					| RuntimeCall::Rewards(_)
			),
		}
	}

	fn is_superset(&self, other: &Self) -> bool {
		match (self, other) {
			(one, same) if one == same => true,
			(Self::Any, _) => true,
			(_, Self::Any) => false,
			(Self::NonTransfer, Self::Provider | Self::Staking) => true,
			_ => false,
		}
	}
}

impl pallet_utility::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PalletsOrigin = OriginCaller;
	type WeightInfo = weights::pallet_utility::WeightInfo<Runtime>;
}

impl pallet_proxy::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type Currency = Balances;
	type ProxyType = ProxyType;
	type ProxyDepositBase = ConstU128<ITEM_DEPOSIT>;
	// An account, a kind and a delay.
	type ProxyDepositFactor = ConstU128<{ BYTE_DEPOSIT * (ACCOUNT_BYTES + 5) }>;
	type MaxProxies = ConstU32<32>;
	type WeightInfo = weights::pallet_proxy::WeightInfo<Runtime>;
	type MaxPending = ConstU32<32>;
	type CallHasher = BlakeTwo256;
	type AnnouncementDepositBase = ConstU128<ITEM_DEPOSIT>;
	// An account, a hash and a block.
	type AnnouncementDepositFactor = ConstU128<{ BYTE_DEPOSIT * (ACCOUNT_BYTES + 36) }>;
	type BlockNumberProvider = System;
}

impl pallet_multisig::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type Currency = Balances;
	type DepositBase = ConstU128<ITEM_DEPOSIT>;
	type DepositFactor = ConstU128<{ BYTE_DEPOSIT * ACCOUNT_BYTES }>;
	type MaxSignatories = ConstU32<100>;
	type WeightInfo = weights::pallet_multisig::WeightInfo<Runtime>;
	type BlockNumberProvider = System;
}

/// The key exists in the presets `development` and `local_testnet` only.
impl pallet_sudo::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type WeightInfo = weights::pallet_sudo::WeightInfo<Runtime>;
}
