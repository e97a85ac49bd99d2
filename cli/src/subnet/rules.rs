//! A subnet's rules: told, and written on a command line.

use std::collections::BTreeSet;

use clap::Args;
use reckon_sdk::{
	format_amount, parse_amount, At, Balance, BlockNumber, Membership, ModelId, SubnetBounds,
	SubnetParameters,
};

use crate::{
	failure::{Failure, Result},
	models::resolve,
	percent::{format_percent, parse_percent},
};

/// The most models that a subnet can list.
const MAX_MODELS: usize = 64;

/// Rules; what is left out stays.
#[derive(Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "Rules, within the bounds that `reckon subnet bounds` tells")]
pub(crate) struct RulesArgs {
	/// The treasury's share of each charge
	#[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
	treasury_share: Option<u32>,
	/// The gateway's share of each charge for work that it brought
	#[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
	gateway_share: Option<u32>,
	/// The auditors' share of each charge for work that they audited, all together
	#[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
	auditor_share: Option<u32>,
	/// How many auditors look at one piece of work
	#[arg(long, value_name = "N")]
	committee: Option<u32>,
	/// How many of them must agree: more than half
	#[arg(long, value_name = "N")]
	quorum: Option<u32>,
	/// The part of a faultless provider's work that is audited
	#[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
	audit_rate_min: Option<u32>,
	/// The part of a wholly unreliable provider's work that is audited
	#[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
	audit_rate_max: Option<u32>,
	/// The least bond of a provider that works here, in RKN
	#[arg(long, value_name = "RKN", value_parser = parse_amount)]
	min_provider_bond: Option<Balance>,
	/// The least bond of a gateway, in RKN
	#[arg(long, value_name = "RKN", value_parser = parse_amount)]
	min_gateway_bond: Option<Balance>,
	/// Blocks of three seconds between a delivery and its payment
	#[arg(long, value_name = "BLOCKS")]
	dispute_window: Option<BlockNumber>,
	/// Only these models of the store may be served, by name or id
	#[arg(long, value_name = "MODEL,…", value_delimiter = ',', conflicts_with = "all_models")]
	models: Vec<String>,
	/// All models of the store may be served
	#[arg(long)]
	all_models: bool,
}

impl RulesArgs {
	/// Whether no rule is named.
	pub(super) fn is_empty(&self) -> bool {
		*self == Self::default()
	}

	/// These rules where they are named, and others where they are not.
	pub(super) async fn or(self, at: &At, others: SubnetParameters) -> Result<SubnetParameters> {
		let mut models = BTreeSet::new();
		for name in &self.models {
			models.insert(resolve(at, name).await?.0);
		}
		if models.len() > MAX_MODELS {
			let message = format!("--models: a subnet lists at most {MAX_MODELS} models");
			return Err(Failure::usage(message));
		}
		Ok(self.over(others, models))
	}

	fn over(self, others: SubnetParameters, models: BTreeSet<ModelId>) -> SubnetParameters {
		let membership = match (self.all_models, models.is_empty()) {
			(true, _) => Membership::Open,
			(false, false) => Membership::Models(models),
			(false, true) => others.membership,
		};
		SubnetParameters {
			treasury_share: self.treasury_share.unwrap_or(others.treasury_share),
			gateway_share: self.gateway_share.unwrap_or(others.gateway_share),
			auditor_share: self.auditor_share.unwrap_or(others.auditor_share),
			committee: self.committee.unwrap_or(others.committee),
			quorum: self.quorum.unwrap_or(others.quorum),
			audit_rate_min: self.audit_rate_min.unwrap_or(others.audit_rate_min),
			audit_rate_max: self.audit_rate_max.unwrap_or(others.audit_rate_max),
			min_provider_bond: self.min_provider_bond.unwrap_or(others.min_provider_bond),
			min_gateway_bond: self.min_gateway_bond.unwrap_or(others.min_gateway_bond),
			dispute_window_blocks: self.dispute_window.unwrap_or(others.dispute_window_blocks),
			membership,
		}
	}
}

/// Rules for people.
pub(super) fn told(rules: &SubnetParameters) -> Vec<String> {
	let [treasury, gateway, auditors] =
		[rules.treasury_share, rules.gateway_share, rules.auditor_share].map(format_percent);
	let [least, most] = [rules.audit_rate_min, rules.audit_rate_max].map(format_percent);
	let [provider_bond, gateway_bond] =
		[rules.min_provider_bond, rules.min_gateway_bond].map(format_amount);
	vec![
		format!("shares    {treasury} treasury, {gateway} gateway, {auditors} auditors"),
		format!(
			"audits    {least} to {most} of the work, by {} of {}",
			rules.quorum, rules.committee
		),
		format!("bonds     {provider_bond} for providers, {gateway_bond} for gateways, at least"),
		format!(
			"disputes  {} blocks between an answer and its payment",
			rules.dispute_window_blocks
		),
		format!("models    {}", models(rules)),
	]
}

/// Which models rules allow, for people.
pub(super) fn models(rules: &SubnetParameters) -> String {
	match &rules.membership {
		Membership::Open => "all".into(),
		Membership::Models(listed) => format!("{} of the store", listed.len()),
	}
}

/// What rules there can be, for people.
pub(super) fn bounds_told(bounds: &SubnetBounds) -> Vec<String> {
	let [royalty, provider, treasury, audits] = [
		bounds.max_royalty,
		bounds.min_provider_share,
		bounds.min_treasury_share,
		bounds.min_audit_rate,
	]
	.map(format_percent);
	let [fee, provider_bond, gateway_bond] =
		[bounds.creation_fee, bounds.provider_bond_floor, bounds.gateway_bond_floor]
			.map(format_amount);
	vec![
		format!("creating  {fee}, which is not returned, and a deposit, which is"),
		format!(
			"shares    treasury at least {treasury}; {provider} must be left to the provider when \
			 treasury, gateway, auditors and a model's royalty of {royalty} have theirs"
		),
		format!(
			"audits    at least {audits}; by up to {} auditors, of whom more than half must agree",
			bounds.max_committee
		),
		format!("bonds     at least {provider_bond} for providers, {gateway_bond} for gateways"),
		format!(
			"disputes  {} to {} blocks between an answer and its payment",
			bounds.min_dispute_blocks, bounds.max_dispute_blocks
		),
		format!("models    all, or 1 to {MAX_MODELS} that are listed"),
		format!(
			"a change is in force {} blocks after it was announced; a subnet is gone {} blocks \
			 after it was retired; a gateway's bond is back {} blocks after it left",
			bounds.change_delay_blocks, bounds.retirement_blocks, bounds.gateway_unbonding_blocks
		),
	]
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;
	use reckon_sdk::{token::UNIT, H256};

	#[derive(Debug, Parser)]
	struct Line {
		#[command(flatten)]
		rules: RulesArgs,
	}

	fn parse(words: &str) -> std::result::Result<RulesArgs, clap::Error> {
		let words = ["rules"].into_iter().chain(words.split_whitespace());
		Line::try_parse_from(words).map(|line| line.rules)
	}

	fn some_rules() -> SubnetParameters {
		SubnetParameters {
			treasury_share: 50_000,
			gateway_share: 25_000,
			auditor_share: 0,
			committee: 5,
			quorum: 3,
			audit_rate_min: 20_000,
			audit_rate_max: 200_000,
			min_provider_bond: 100 * UNIT,
			min_gateway_bond: 1_000 * UNIT,
			dispute_window_blocks: 200,
			membership: Membership::Models([H256::zero()].into()),
		}
	}

	#[test]
	fn rules_should_be_told_in_percent_and_tokens() {
		let lines = told(&some_rules()).join("\n");
		for words in [
			"5 % treasury, 2.5 % gateway, 0 % auditors",
			"2 % to 20 % of the work, by 3 of 5",
			"100 RKN for providers, 1000 RKN for gateways",
			"1 of the store",
		] {
			assert!(lines.contains(words), "{words}: {lines}");
		}
	}

	#[test]
	fn rules_should_stay_when_they_are_not_named() {
		let none = parse("").unwrap();
		assert!(none.is_empty());
		assert_eq!(none.over(some_rules(), BTreeSet::new()), some_rules());
	}

	#[test]
	fn rules_should_be_others_when_they_are_named() {
		let named = parse(
			"--treasury-share=3 --gateway-share=0 --auditor-share=1.5% --committee=7 --quorum=4 \
			 --audit-rate-min=1 --audit-rate-max=100 --min-provider-bond=250 \
			 --min-gateway-bond=2000.5 --dispute-window=300 --all-models",
		);
		let named = named.unwrap();
		assert!(!named.is_empty());
		let expected = SubnetParameters {
			treasury_share: 30_000,
			gateway_share: 0,
			auditor_share: 15_000,
			committee: 7,
			quorum: 4,
			audit_rate_min: 10_000,
			audit_rate_max: 1_000_000,
			min_provider_bond: 250 * UNIT,
			min_gateway_bond: 2_000 * UNIT + UNIT / 2,
			dispute_window_blocks: 300,
			membership: Membership::Open,
		};
		assert_eq!(named.over(some_rules(), BTreeSet::new()), expected);
	}

	#[test]
	fn models_should_take_the_place_of_those_that_were_listed() {
		let named = parse("--models one,two --models three").unwrap();
		assert_eq!(named.models, ["one", "two", "three"]);
		let listed = BTreeSet::from([H256::repeat_byte(1), H256::repeat_byte(2)]);
		let rules = named.over(some_rules(), listed.clone());
		assert_eq!(rules.membership, Membership::Models(listed));
	}

	#[test]
	fn rules_should_be_refused_with_a_sentence_when_they_are_none() {
		for (words, sentence) in [
			("--treasury-share 101", "write 0 to 100"),
			("--gateway-share half", "write 0 to 100"),
			("--committee=-1", "not in 0..=4294967295"),
			("--quorum 1.5", "invalid digit"),
			("--min-gateway-bond much", "is no amount"),
			("--dispute-window 4294967296", "not in 0..=4294967295"),
			("--models one --all-models", "cannot be used with"),
		] {
			let error = parse(words).unwrap_err().to_string();
			assert!(error.contains(sentence), "{words}: {error}");
		}
	}

	#[test]
	fn bounds_should_be_told_in_percent_tokens_and_blocks() {
		let bounds = SubnetBounds {
			creation_fee: 100 * UNIT,
			max_royalty: 200_000,
			min_provider_share: 500_000,
			min_treasury_share: 20_000,
			max_committee: 32,
			min_audit_rate: 10_000,
			provider_bond_floor: 100 * UNIT,
			gateway_bond_floor: 1_000 * UNIT,
			min_dispute_blocks: 40,
			max_dispute_blocks: 28_800,
			change_delay_blocks: 60_000,
			retirement_blocks: 70_000,
			gateway_unbonding_blocks: 80_000,
		};
		let lines = bounds_told(&bounds).join("\n");
		for words in [
			"100 RKN, which is not returned",
			"treasury at least 2 %; 50 % must be left",
			"royalty of 20 %",
			"at least 1 %; by up to 32",
			"100 RKN for providers, 1000 RKN for gateways",
			"40 to 28800 blocks",
			"in force 60000 blocks after",
			"gone 70000 blocks after",
			"back 80000 blocks after",
		] {
			assert!(lines.contains(words), "{words}: {lines}");
		}
	}
}
