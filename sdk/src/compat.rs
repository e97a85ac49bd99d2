//! Whether a runtime has all that this crate asks for.

use crate::error::Error;
use subxt::Metadata;

/// The runtime's version for which this crate was written.
const WRITTEN_FOR: u32 = 1;

/// The methods of `ReckonApi`, each with the number of its arguments.
pub(crate) const API: &[(&str, usize)] = &[
	("job", 1),
	("answer", 1),
	("why", 1),
	("assigned_to", 1),
	("why_not_assigned", 1),
	("held_by", 1),
	("quote", 5),
];

/// The calls, each with the names of its arguments.
pub(crate) const CALLS: &[(&str, &str, &[&str])] = &[
	("Jobs", "submit_job", &["request"]),
	("Jobs", "deliver", &["job", "delivery"]),
	("Jobs", "decline", &["job", "reason"]),
	("Jobs", "cancel", &["job"]),
	("Jobs", "dispute", &["job"]),
	("Audits", "request_audit", &["job", "max_fee"]),
	("Audits", "open_rows", &["job", "fingerprint", "root", "salt"]),
	("Providers", "register", &["worker", "bond", "capacity", "endpoint"]),
	("Providers", "set_worker", &["worker"]),
	("Providers", "update", &["capacity", "endpoint"]),
	("Providers", "bond_extra", &["amount"]),
	("Providers", "unbond", &["amount"]),
	("Providers", "offer", &["subnet", "model", "price"]),
	("Providers", "withdraw_offer", &["subnet", "model"]),
	("Providers", "pause", &[]),
	("Providers", "resume", &[]),
	("Providers", "leave", &[]),
	("Providers", "heartbeat", &["offers"]),
	("Models", "register_model", &["name", "details"]),
	("Models", "register_data_set", &["name", "details"]),
	("Models", "register_app", &["name", "details"]),
	("Models", "deprecate", &["entry"]),
	("Models", "transfer", &["entry", "to"]),
	("ValidatorStaking", "join", &["bond", "commission"]),
	("ValidatorStaking", "bond_extra", &["amount"]),
	("ValidatorStaking", "unbond", &["amount"]),
	("ValidatorStaking", "withdraw", &[]),
	("ValidatorStaking", "chill", &[]),
	("ValidatorStaking", "resume", &[]),
	("ValidatorStaking", "leave", &[]),
	("ValidatorStaking", "set_commission", &["commission"]),
	("ValidatorStaking", "delegate", &["candidate", "amount"]),
	("ValidatorStaking", "undelegate", &["candidate", "amount"]),
	("Session", "set_keys", &["keys", "proof"]),
	("ValidatorStaking", "purge_keys", &[]),
	("Rewards", "claim", &["earner", "era"]),
	("Rewards", "claim_validator", &["validator", "era"]),
	("Subnets", "create", &["name", "parameters"]),
	("Subnets", "update", &["subnet", "parameters"]),
	("Subnets", "transfer", &["subnet", "to"]),
	("Subnets", "accept_transfer", &["subnet"]),
	("Subnets", "retire", &["subnet"]),
	("Subnets", "register_gateway", &["subnet", "bond", "endpoint"]),
	("Subnets", "bond_extra", &["amount"]),
	("Subnets", "unbond_gateway", &["amount"]),
	("Subnets", "update_gateway", &["endpoint"]),
	("Subnets", "leave_gateway", &[]),
	("Channels", "open", &["gateway", "deposit", "lanes", "session_key"]),
	("Channels", "top_up", &["channel", "amount"]),
	("Channels", "request_close", &["channel"]),
	("Channels", "close", &["channel"]),
	("Channels", "commit_batch", &["leaves", "totals", "claims"]),
	("Channels", "report_item", &["batch", "item"]),
	("Channels", "report_twins", &["batch", "first", "second"]),
	("Channels", "complain", &["receipt", "acknowledged"]),
	("Channels", "answer_complaint", &["batch", "proof"]),
	("Channels", "show_sample", &["batch", "item", "request"]),
	("Channels", "audit_receipt", &["batch", "item", "request", "max_fee"]),
	("Utility", "batch_all", &["calls"]),
	("Utility", "force_batch", &["calls"]),
	("Balances", "transfer_keep_alive", &["dest", "value"]),
];

/// The storage items.
pub(crate) const STORAGE: &[(&str, &str)] = &[
	("System", "Account"),
	("Timestamp", "Now"),
	("Models", "Models"),
	("Models", "DataSets"),
	("Models", "Apps"),
	("Providers", "Providers"),
	("Providers", "Workers"),
	("Providers", "Offers"),
	("Jobs", "ClientJobs"),
	("Jobs", "Ledgers"),
	("Session", "Validators"),
	("Session", "CurrentIndex"),
	("Babe", "EpochIndex"),
	("Babe", "GenesisSlot"),
	("Babe", "CurrentSlot"),
	("Session", "NextKeys"),
	("Channels", "Batches"),
	("Channels", "Contributions"),
	("Channels", "Ledgers"),
];

/// The pallets' view functions, each with the number of its arguments.
pub(crate) const VIEWS: &[(&str, &str, usize)] = &[
	("Jobs", "comparison", 1),
	("Audits", "audit", 1),
	("Audits", "audit_fee", 2),
	("Audits", "inquiries_into", 1),
	("Audits", "statements", 1),
	("Audits", "grades", 1),
	("Audits", "seats_of", 1),
	("Audits", "conduct", 1),
	("Audits", "audit_rate", 3),
	("ValidatorStaking", "candidate", 1),
	("ValidatorStaking", "candidates", 0),
	("ValidatorStaking", "backers_of", 1),
	("ValidatorStaking", "delegations_of", 1),
	("ValidatorStaking", "exposure", 2),
	("ValidatorStaking", "next_election", 0),
	("ValidatorStaking", "stake_to_be_elected", 0),
	("ValidatorStaking", "unapplied_slashes", 0),
	("ValidatorStaking", "current_era", 0),
	("Rewards", "running_era", 0),
	("Rewards", "era", 1),
	("Rewards", "points", 3),
	("Rewards", "earnings", 2),
	("Rewards", "validator_earnings", 3),
	("Rewards", "unclaimed", 1),
	("Rewards", "history", 2),
	("Rewards", "emission", 1),
	("Providers", "offers", 1),
	("Reputation", "standing", 1),
	("Reputation", "score", 1),
	("Models", "entry_by_name", 2),
	("Models", "entries_of", 1),
	("Reputation", "average_value", 0),
	("Subnets", "subnet", 1),
	("Subnets", "subnet_by_name", 1),
	("Subnets", "subnets", 1),
	("Subnets", "gateway", 1),
	("Subnets", "gateways", 1),
	("Channels", "channel", 1),
	("Channels", "channels_of", 2),
	("Channels", "channels_to", 2),
	("Channels", "batch", 1),
	("Channels", "payouts", 1),
	("Channels", "sampled", 1),
	("Channels", "complaint", 1),
	("Channels", "complaints_about", 2),
];

/// Refuses a runtime that lacks something. Types are matched by name when they are used, so a
/// runtime that only adds to them still fits.
pub(crate) fn check(metadata: &Metadata, spec_version: u32) -> Result<(), Error> {
	let newer = spec_version > WRITTEN_FOR;
	let lacks = |what: String| Error::Incompatible { what, spec_version, newer };

	let api = metadata
		.runtime_api_trait_by_name("ReckonApi")
		.ok_or_else(|| lacks("no runtime API ReckonApi".into()))?;
	for (name, arguments) in API {
		let method =
			api.method_by_name(name).ok_or_else(|| lacks(format!("no ReckonApi.{name}")))?;
		if method.inputs().len() != *arguments {
			return Err(lacks(format!("ReckonApi.{name} takes other arguments")));
		}
	}
	for (pallet, name, arguments) in CALLS {
		let call = metadata
			.pallet_by_name(pallet)
			.ok_or_else(|| lacks(format!("no pallet {pallet}")))?
			.call_variant_by_name(name)
			.ok_or_else(|| lacks(format!("no call {pallet}.{name}")))?;
		let mut fields = call.fields.iter().filter_map(|field| field.name.as_deref());
		// An argument that this program does not know can't be given.
		if call.fields.len() != arguments.len() || !fields.all(|name| arguments.contains(&name)) {
			return Err(lacks(format!("call {pallet}.{name} takes other arguments")));
		}
	}
	for (pallet, entry) in STORAGE {
		metadata
			.pallet_by_name(pallet)
			.and_then(|pallet| pallet.storage()?.entry_by_name(entry))
			.ok_or_else(|| lacks(format!("no storage item {pallet}.{entry}")))?;
	}
	for (pallet, name, arguments) in VIEWS {
		let view = metadata
			.pallet_by_name(pallet)
			.and_then(|pallet| pallet.view_function_by_name(name))
			.ok_or_else(|| lacks(format!("no view function {pallet}.{name}")))?;
		if view.inputs().len() != *arguments {
			return Err(lacks(format!("view function {pallet}.{name} takes other arguments")));
		}
	}
	Ok(())
}

#[cfg(test)]
mod tests;
