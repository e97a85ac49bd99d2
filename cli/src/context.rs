//! What commands need: the chain, a key, and words for what goes wrong.

use std::{env, future::Future};

use reckon_sdk::{
	BlobError, Call, Chain, DispatchError, Error, Outcome, Signer, SignerError, SubmitError,
	Submitter, Until,
};

use serde_json::json;

use crate::{
	args::Global,
	devnet::state::running_near,
	failure::{Failure, Result},
	output::Output,
};

/// Where a node listens unless it was told otherwise.
const DEFAULT_URL: &str = "ws://127.0.0.1:9944";
/// Who signs on a devnet unless the user names somebody: an account whose key everybody knows.
const DEVNET_SIGNER: &str = "//Alice";

/// What commands share.
pub(crate) struct Context {
	global: Global,
	/// Where results and progress go.
	pub(crate) output: Output,
}

impl Context {
	pub(crate) fn new(global: Global, output: Output) -> Self {
		Self { global, output }
	}

	/// The node's URL: what the user names, else the running devnet's, else the usual one.
	pub(crate) fn url(&self) -> String {
		let devnet = || devnet_url();
		let named = self.global.url.clone().filter(|url| !url.is_empty());
		named.or_else(devnet).unwrap_or_else(|| DEFAULT_URL.into())
	}

	/// Connects to the chain.
	pub(crate) async fn chain(&self) -> Result<Chain> {
		Chain::connect(&self.url()).await.map_err(failure)
	}

	/// Who signs.
	pub(crate) fn signer(&self) -> Result<Signer> {
		if let Some(suri) = &self.global.suri {
			return Signer::from_suri(suri).map_err(|error| failure(error.into()));
		}
		if let Some(file) = &self.global.key_file {
			return Signer::from_file(file).map_err(|error| failure(error.into()));
		}
		// Money that everybody can spend: only where there is nothing else, and it is a game.
		if self.global.url.is_none() && devnet_url().is_some() {
			return Signer::from_suri(DEVNET_SIGNER).map_err(|error| failure(error.into()));
		}
		Err(Failure::new("no_key", "nobody to sign: this command needs a key").fix(
			"name a key file by --key-file or RECKON_KEY_FILE (`reckon account new` makes one); on \
			 a development chain --suri //Alice will do",
		))
	}

	/// Who it is about, when the user names nobody: who signs.
	pub(crate) fn account_or_signer(
		&self,
		account: Option<reckon_sdk::AccountId>,
	) -> Result<reckon_sdk::AccountId> {
		match account {
			Some(account) => Ok(account),
			None => self.signer().map(|signer| signer.account()),
		}
	}

	/// Signs a call, and waits until it is in a block.
	pub(crate) async fn submit(&self, chain: &Chain, call: Call) -> Result<Outcome> {
		let submitter = Submitter::start(chain.clone(), self.signer()?);
		let wait = self.output.wait(&format!("{call}: waiting for a block"));
		let outcome = submitter.submit_until(call, Until::InBlock).await;
		drop(wait);
		outcome.map_err(|error| failure(error.into()))
	}

	/// Signs a call, waits until it is in a block, and says what is so now.
	pub(crate) async fn act(&self, call: Call, done: &str) -> Result<()> {
		let account = self.signer()?.account();
		let chain = self.chain().await?;
		let name = call.to_string();
		self.submit(&chain, call).await?;
		let json = json!({ "account": account.to_string(), "call": name });
		self.output.result(&json, || done.to_owned());
		Ok(())
	}
}

fn devnet_url() -> Option<String> {
	running_near(&env::current_dir().ok()?)?.rpc_url
}

/// All of a list that the chain gives page by page, each with what is after the last of the page
/// before, until there is nothing.
pub(crate) async fn all_pages<Id: Copy, Record, Page>(
	page: impl Fn(Option<Id>) -> Page,
) -> Result<Vec<(Id, Record)>>
where
	Page: Future<Output = std::result::Result<Vec<(Id, Record)>, Error>>,
{
	let (mut all, mut after) = (Vec::new(), None);
	loop {
		let some = page(after).await.map_err(failure)?;
		match some.last() {
			None => return Ok(all),
			Some((last, _)) => after = Some(*last),
		}
		all.extend(some);
	}
}

/// An error of the SDK as the user meets it.
pub(crate) fn failure(error: Error) -> Failure {
	match error {
		Error::Away { url, reason } => {
			Failure::new("node_unreachable", format!("no node answers at {url} ({reason})"))
				.fix("start one (`reckon devnet up`), or name another by --url or RECKON_URL")
		},
		Error::OtherChain { url, found } => Failure::new(
			"other_chain",
			format!("the node at {url} runs the chain `{found}`, not `reckon`"),
		)
		.fix("name another node by --url or RECKON_URL"),
		Error::Incompatible { .. } => Failure::new("incompatible", error.to_string()),
		Error::Denied { method } => Failure::new(
			"rpc_denied",
			format!("the node calls {method} for nobody but its owner"),
		)
		.fix(
			"name the validator's own node by --url, on its own machine; a port that it has closed to \
			 others can be opened with --rpc-methods unsafe",
		),
		Error::Rpc { .. } => Failure::new("rpc", error.to_string()),
		Error::Decode { .. } => Failure::new("decode", error.to_string()),
		Error::BlockGone(_) => Failure::new("block_gone", error.to_string()),
		Error::UnknownJob(job) => unknown_job(job),
		Error::Signer(error) => signer_failure(&error),
		Error::Submit(error) => submit_failure(error),
		Error::Blob(error) => blob_failure(&error),
		other => Failure::new("error", other.to_string()),
	}
}

/// The chain has no such job.
pub(crate) fn unknown_job(job: reckon_sdk::JobId) -> Failure {
	Failure::new("unknown_job", format!("the chain has no job {job:?}"))
		.fix("`reckon job list` shows yours; jobs are forgotten some time after their end")
}

fn signer_failure(error: &SignerError) -> Failure {
	match error {
		SignerError::Invalid => Failure::new("bad_key", error.to_string()),
		SignerError::File { path, reason } => {
			Failure::new("bad_key", format!("can't read the key file {path}: {reason}"))
				.fix("`reckon account new --out FILE` makes one")
		},
		_ => Failure::new("bad_key", error.to_string()),
	}
}

fn submit_failure(error: SubmitError) -> Failure {
	match error {
		SubmitError::Refused(refusal) => refused(&refusal),
		SubmitError::CannotPay { account } => {
			Failure::new("cannot_pay", format!("the account {account} can't pay the fee"))
				.fix(format!("send it some money: reckon account transfer {account} 1"))
		},
		SubmitError::Pool(_) => Failure::new("pool", error.to_string()),
		SubmitError::NeverIncluded { .. } => Failure::new("never_included", error.to_string())
			.fix("see whether the chain makes blocks: the node's log, or polkadot.js"),
		SubmitError::Away(reason) => {
			Failure::new("node_unreachable", format!("the node went away: {reason}")).fix(
				"start it again, and look first whether the call went through: reckon account show",
			)
		},
		other => Failure::new("submit", other.to_string()),
	}
}

/// A refusal in the chain's own words, with the command that helps.
fn refused(error: &DispatchError) -> Failure {
	let code = match error.pallet.as_str() {
		"" => error.name.clone(),
		pallet => format!("{pallet}.{}", error.name),
	};
	let words = match error.docs.trim() {
		"" => String::new(),
		docs => format!(": {}", docs.trim_end_matches('.')),
	};
	let failure = Failure::new(&code, format!("the chain refused it, {code}{words}"));
	let fix = match code.as_str() {
		"Token.FundsUnavailable" => {
			"`reckon account show` says what it has, and what is held of it"
		},
		"Jobs.UnknownModel" | "Jobs.TaskUnsupported" | "Jobs.ModelDeprecated" => {
			"`reckon models` lists the models and what they do"
		},
		"Jobs.PriceZero" => "leave --max-price out to take the quote, or name more",
		"Jobs.DeadlinePassed" | "Jobs.DeadlineTooSoon" | "Jobs.DeadlineTooFar" => {
			"name another --deadline, in blocks from now (60 are three minutes)"
		},
		"Jobs.NotOpen" | "Audits.NothingToAudit" => "`reckon job why ID` says where it stands",
		"Jobs.UnderAudit" | "Audits.AlreadyAudited" => {
			"`reckon audit show ID` says how far the auditors are"
		},
		"Jobs.AssuranceUnavailable" | "Audits.NotAuditable" | "Channels.NotAuditable" => {
			"`reckon models show MODEL` says whether it is calibrated"
		},
		"Models.CalibrationInvalid" => "write the report with: reckon-worker calibrate PATH",
		"Providers.WorkerTaken" => "`reckon-worker keys new` makes another key",
		"Providers.UnknownModel" => "`reckon models` lists them; `reckon models register` adds one",
		"ValidatorStaking.BondTooLow" => "`reckon validator list` says the least",
		"ValidatorStaking.DelegationTooLow" => "`reckon stake show` says the least",
		"ValidatorStaking.NotCandidate" => "`reckon validator list` lists the candidates",
		"ValidatorStaking.NotDelegated" | "ValidatorStaking.AmountTooHigh" => {
			"`reckon stake show` says what is staked where"
		},
		"ValidatorStaking.NothingToWithdraw" => "`reckon stake show` says when it is free",
		"ValidatorStaking.CommissionRise" => "raise it by less, and again in the next era",
		"Subnets.UnknownSubnet" | "Subnets.NotOwner" | "Subnets.IsRetiring" => {
			"`reckon subnet list` lists them, with their owners"
		},
		"Subnets.NameTaken" => "`reckon subnet list` says which names are taken",
		"Subnets.SharesTooHigh"
		| "Subnets.TreasuryShareTooLow"
		| "Subnets.CommitteeOutOfRange"
		| "Subnets.QuorumOutOfRange"
		| "Subnets.AuditRateTooLow"
		| "Subnets.AuditRatesReversed"
		| "Subnets.ProviderBondTooLow"
		| "Subnets.GatewayBondTooLow"
		| "Subnets.DisputeWindowOutOfRange" => "`reckon subnet bounds` says what rules there can be",
		"Subnets.BondTooLow" => "`reckon subnet show` says the least",
		"Subnets.AlreadyRegistered" | "Subnets.IsLeaving" => "`reckon gateway show` says what is",
		"Subnets.NotRegistered" => "`reckon gateway register` registers one",
		"Channels.UnknownGateway" | "Channels.GatewayNotEligible" | "Channels.SubnetClosed" => {
			"`reckon gateway list` lists the gateways, and whether they do business"
		},
		"Channels.UnknownChannel" | "Channels.NotClient" | "Channels.NotYourChannel" => {
			"`reckon channel list` shows yours"
		},
		"Channels.IsClosing" => "`reckon channel open` opens another one",
		"Channels.NotClosing" => "`reckon channel close` asks for its end",
		"Channels.NoticeNotOver" => "`reckon channel show` says when it is over",
		"ValidatorStaking.StillCandidate" => "`reckon validator leave` comes first",
		"ValidatorStaking.StillSeated" => {
			"`reckon validator list` says who has the seats; let the node run until you have none"
		},
		"Session.InvalidProof" => "the keys are for the account that signs: make them anew for it",
		"Session.NoKeys" => "`reckon validator register` registers some",
		_ => return failure,
	};
	failure.fix(fix)
}

/// Content that can't be had.
pub(crate) fn blob_failure(error: &BlobError) -> Failure {
	Failure::new("content", error.to_string())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn pages_should_be_asked_for_until_one_is_empty() {
		let list = [(3_u32, "a"), (1, "b"), (4, "c"), (2, "d"), (5, "e")];
		let pages = |after: Option<u32>| {
			let begin =
				after.map_or(0, |id| 1 + list.iter().position(|(of, _)| *of == id).unwrap());
			let page: Vec<_> = list[begin..].iter().take(2).copied().collect();
			async move { Ok(page) }
		};
		assert_eq!(all_pages(pages).await.unwrap(), list);
		let none = |_: Option<u32>| async { Ok(Vec::<(u32, ())>::new()) };
		assert!(all_pages(none).await.unwrap().is_empty());
		let broken = |_: Option<u32>| async {
			Err::<Vec<(u32, ())>, _>(Error::BlockGone(reckon_sdk::H256::zero()))
		};
		assert_eq!(all_pages(broken).await.unwrap_err().code, "block_gone");
	}
}
