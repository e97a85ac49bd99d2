//! Placing a job: from what the user says to what the chain takes.

use clap::Args;
use reckon_sdk::{
	calls, format_amount, parse_amount, AccountId, Assurance, At, Balance, BlockNumber, Chain,
	Content, JobId, JobRequest, ModelId, Sampling, SubnetId, TaskKind, H256,
};

use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
	models::resolve,
	payload::check_length,
	subnet,
};

/// What the answer costs at most, and when it must be there.
#[derive(Debug, Args)]
pub(crate) struct TermsArgs {
	/// By whose rules: a subnet's id or name
	#[arg(long, value_name = "SUBNET", default_value = "0")]
	subnet: String,
	/// The most to pay, in RKN, for all replicas together; what the work does not cost comes back
	/// [default: the quote]
	#[arg(long, value_name = "RKN", value_parser = parse_amount)]
	max_price: Option<Balance>,
	/// The answer must be there within so many blocks of three seconds, or the money comes back
	#[arg(long, value_name = "BLOCKS", default_value_t = 60)]
	deadline: BlockNumber,
	/// As --deadline, but the number of a block
	#[arg(long, value_name = "BLOCK", conflicts_with = "deadline")]
	deadline_at: Option<BlockNumber>,
	/// The only provider that may have the job
	#[arg(long, value_name = "ACCOUNT", value_parser = parse_account)]
	only: Option<AccountId>,
	/// Let so many providers answer, at most 5, and pay those alone on whose answer most of them agree
	#[arg(
		long, value_name = "N", default_value_t = 1, conflicts_with = "only",
		value_parser = clap::value_parser!(u8).range(1..=5)
	)]
	replicas: u8,
	/// Have validators compute the answer again before anybody is paid; they share in its price
	#[arg(long, conflicts_with = "replicas")]
	pub(crate) attested: bool,
}

impl TermsArgs {
	fn assurance(&self) -> Assurance {
		if self.attested {
			Assurance::Attested
		} else {
			Assurance::Optimistic
		}
	}
}

/// How the answer is sampled.
#[derive(Debug, Args)]
pub(crate) struct SamplingArgs {
	/// The longest answer, in tokens; it bounds the price
	#[arg(long, value_name = "N", default_value_t = 128)]
	max_output: u32,
	/// 0 takes the likeliest token always, 1 samples the model's distribution
	#[arg(long, value_name = "T", default_value_t = 0.0)]
	temperature: f64,
	/// Sample among so many of the likeliest tokens only, at most 64; 0 means 64
	#[arg(long, value_name = "K", default_value_t = 0)]
	top_k: u16,
	/// Sample from so much of the probability; 1 means all
	#[arg(long, value_name = "P", default_value_t = 1.0)]
	top_p: f64,
	/// Another salt, another sample: a text, or 0x and 64 hexadecimal digits
	#[arg(long, value_name = "TEXT")]
	salt: Option<String>,
}

impl SamplingArgs {
	/// For tasks that write nothing.
	pub(crate) fn none() -> Sampling {
		Sampling { max_output: 0, ..Sampling::default() }
	}

	/// In the chain's units.
	pub(crate) fn sampling(&self) -> Result<Sampling> {
		Ok(Sampling {
			max_output: self.max_output,
			temperature_milli: thousandths("--temperature", self.temperature)?,
			top_k: self.top_k,
			top_p_milli: thousandths("--top-p", self.top_p)?,
			salt: self.salt.as_deref().map(salt).unwrap_or_else(H256::zero),
		})
	}
}

fn thousandths(name: &str, value: f64) -> Result<u16> {
	let milli = (value * 1000.0).round();
	if (0.0..=f64::from(u16::MAX)).contains(&milli) {
		Ok(milli as u16)
	} else {
		Err(Failure::usage(format!("{name} {value}: name a number from 0 to 65")))
	}
}

/// 32 bytes as they are, any other text by its hash.
fn salt(text: &str) -> H256 {
	parse_hash(text).unwrap_or_else(|_| reckon_sdk::content_hash(text.as_bytes()))
}

/// Reads a job's or model's id: 64 hexadecimal digits, with or without `0x`.
pub(crate) fn parse_hash(text: &str) -> std::result::Result<H256, String> {
	let digits = text.strip_prefix("0x").unwrap_or(text);
	let wrong = || "not an id: 64 hexadecimal digits, with or without 0x".to_owned();
	if digits.len() != 64 || !digits.is_ascii() {
		return Err(wrong());
	}
	let mut hash = [0; 32];
	for (index, byte) in hash.iter_mut().enumerate() {
		let pair = digits.get(2 * index..2 * index + 2).unwrap_or_default();
		*byte = u8::from_str_radix(pair, 16).map_err(|_| wrong())?;
	}
	Ok(H256(hash))
}

/// Reads an account: an SS58 address, or `//Alice` and the like.
pub(crate) fn parse_account(text: &str) -> std::result::Result<AccountId, String> {
	if text.starts_with("//") {
		return reckon_sdk::Signer::from_suri(text)
			.map(|signer| signer.account())
			.map_err(|error| error.to_string());
	}
	text.parse().map_err(|_| "not an address: 48 letters and digits, or //Alice".to_owned())
}

/// What the user wants.
#[derive(Debug)]
pub(crate) struct Order {
	pub(crate) model: String,
	pub(crate) task: TaskKind,
	pub(crate) payload: Vec<u8>,
	pub(crate) sampling: Sampling,
	pub(crate) terms: TermsArgs,
}

/// What the chain has taken.
#[derive(Debug)]
pub(crate) struct Placed {
	/// The job; of several replicas the first.
	pub(crate) job: JobId,
	/// It and the other replicas.
	pub(crate) jobs: Vec<JobId>,
	pub(crate) model: ModelId,
	pub(crate) model_name: String,
	pub(crate) max_price: Balance,
	pub(crate) deadline: BlockNumber,
	/// The payload, when it did not travel in the transaction: the worker must be given it.
	pub(crate) blob: Option<Vec<u8>>,
}

impl Order {
	/// Submits the job, and waits until it is in a block.
	pub(crate) async fn place(self, context: &Context, chain: &Chain) -> Result<Placed> {
		let at = chain.latest().await.map_err(failure)?;
		check_length(&self.payload, at.constants().map_err(failure)?.max_payload_bytes)?;
		let (model, model_name) = resolve(&at, &self.model).await?;
		let subnet = subnet::find(&at, &self.terms.subnet).await?.id;
		let max_price = match self.terms.max_price {
			Some(price) => price,
			None => {
				let each = self.quote(&at, subnet, model, &model_name).await?;
				each.saturating_mul(self.terms.replicas.into())
			},
		};
		let best = chain.best().await.map_err(failure)?;
		let deadline = match self.terms.deadline_at {
			Some(block) => block,
			None => best.number.saturating_add(self.terms.deadline),
		};
		let content = Content::from(self.payload.clone());
		let blob = matches!(content, Content::Blob(_)).then_some(self.payload);
		let mut request = JobRequest::new(model, self.task, content, max_price, deadline);
		request.subnet = subnet;
		request.sampling = self.sampling;
		request.only = self.terms.only;
		request.replicas = self.terms.replicas;
		request.assurance = self.terms.assurance();
		let outcome = context.submit(chain, calls::submit_job(request)).await?;
		let job = outcome.job_submitted().ok_or_else(|| {
			Failure::new("decode", "the chain took the transaction and names no job")
				.fix("`reckon job list` shows it")
		})?;
		let jobs = outcome.jobs_submitted();
		context.output.say(&format!(
			"job {job:?}: at most {}, answer due by block #{deadline}",
			format_amount(max_price)
		));
		Ok(Placed { job, jobs, model, model_name, max_price, deadline, blob })
	}

	async fn quote(
		&self,
		at: &At,
		subnet: SubnetId,
		model: ModelId,
		name: &str,
	) -> Result<Balance> {
		let bytes = u32::try_from(self.payload.len()).unwrap_or(u32::MAX);
		let output = self.sampling.max_output;
		let quote = at
			.quote(subnet, model, bytes, output, self.terms.assurance())
			.await
			.map_err(failure)?;
		quote.ok_or_else(|| {
			Failure::new("no_quote", format!("nobody offers `{name}` now, so there is no price"))
				.fix(
					"`reckon models` shows what is offered; with --max-price the job waits for one",
				)
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn id_should_be_read_with_and_without_its_prefix() {
		let digits = "ab".repeat(32);
		assert_eq!(parse_hash(&digits), Ok(H256([0xab; 32])));
		assert_eq!(parse_hash(&format!("0x{digits}")), Ok(H256([0xab; 32])));
		for wrong in ["", "0x", "reckon-lexicon", &"g".repeat(64), &"é".repeat(32)] {
			assert!(parse_hash(wrong).is_err(), "{wrong}");
		}
	}

	#[test]
	fn account_should_be_read_from_an_address_or_a_development_path() {
		let alice = parse_account("//Alice").unwrap();
		assert_eq!(parse_account(&alice.to_string()), Ok(alice));
		assert!(parse_account("Alice").is_err());
	}

	#[test]
	fn sampling_should_be_in_thousandths_when_given_as_fractions() {
		assert_eq!(thousandths("--top-p", 0.9), Ok(900));
		assert!(thousandths("--temperature", -1.0).is_err());
		assert!(thousandths("--temperature", f64::NAN).is_err());
	}
}
