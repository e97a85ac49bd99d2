//! The chain as it was at one block.

mod audits;
mod channels;
mod rewards;
mod staking;
mod store;
mod subnets;
mod views;

pub(crate) use self::views::{view_answer, view_request};

use crate::{
	calls::{Call, Wire},
	chain::Link,
	error::{Error, SubmitError},
	events::{found, job_event, JobEvent},
	types::{
		Account, AccountId, Assignment, Assurance, Balance, BlockNumber, BlockRef, Comparison,
		EraIndex, Held, Job, JobId, Ledger, Market, ModelId, Offer, Price, Provider, Reason,
		Standing, SubnetId,
	},
};
use serde::Serialize;
use subxt::{
	ext::{
		codec::Decode, frame_decode::runtime_apis::IntoEncodableValues, scale_decode::DecodeAsType,
		scale_encode::EncodeAsType,
	},
	runtime_apis, storage, OnlineClientAtBlock, SubstrateConfig,
};

/// The most entries that one list holds: a list is for people, not a database.
const MAX_LISTED: usize = 1_000;

/// The chain at one block: every read gives the state after that block.
#[derive(Clone, Debug)]
pub struct At {
	client: OnlineClientAtBlock<SubstrateConfig>,
	block: BlockRef,
}

/// The runtime's constants that its users must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Constants {
	/// The fewest blocks between a submission and its deadline.
	pub min_turn_blocks: BlockNumber,
	/// The most blocks between a submission and its deadline.
	pub max_deadline_blocks: BlockNumber,
	/// Blocks in which a job can be declined without a mark.
	pub grace_blocks: BlockNumber,
	/// The most blocks between a delivery and its payment; its subnet says how many.
	pub max_dispute_blocks: BlockNumber,
	/// Blocks for which an ended job is remembered.
	pub retention_blocks: BlockNumber,
	/// The longest payload in bytes.
	pub max_payload_bytes: u32,
	/// The longest answer in bytes.
	pub max_answer_bytes: u32,
	/// The most units that an answer can be asked to have.
	pub max_output_units: u32,
	/// How far a worker's clock may be ahead of the chain's, in milliseconds.
	pub max_clock_lead_millis: u64,
	/// Milliseconds after its end for which a worker keeps what an answer through a gateway was computed
	/// with.
	pub receipt_life_millis: u64,
	/// The least bond of a provider.
	pub min_bond: Balance,
	/// The bond that one ticket in a draw stands for.
	pub bond_per_ticket: Balance,
	/// The bond that each job stands on that a provider has at once.
	pub bond_per_job: Balance,
	/// The most jobs that one provider can have at once.
	pub max_capacity: u32,
	/// Blocks between leaving and having the bond back.
	pub unbonding_blocks: BlockNumber,
	/// What every account must keep.
	pub existential_deposit: Balance,
	/// Milliseconds between blocks.
	pub slot_millis: u64,
	/// Slots in a session, and so blocks if none is left out.
	pub session_blocks: u64,
	/// The least own stake of a candidate for the validators' seats.
	pub min_candidate_bond: Balance,
	/// The least stake that can be put behind a candidate.
	pub min_delegation: Balance,
	/// Eras between taking stake back and having it.
	pub unbonding_eras: EraIndex,
	/// What is held for a validator's session keys.
	pub key_deposit: Balance,
}

impl At {
	pub(crate) async fn new(link: Link, block: BlockRef) -> Result<Self, Error> {
		let reference = subxt::backend::BlockRef::from_hash(block.hash);
		let client = link
			.client
			.at_block_hash_and_number(reference, block.number.into())
			.await
			.map_err(|error| gone_or(block, "Core_version", error))?;
		Ok(Self { client, block })
	}

	/// The block.
	pub fn block(&self) -> BlockRef {
		self.block
	}

	/// A job's record, or nothing once the chain has forgotten it.
	///
	/// # Errors
	/// As all reads: when the node does not answer, or its answer can't be read.
	pub async fn job(&self, job: JobId) -> Result<Option<Job>, Error> {
		self.ask("job", (job,)).await
	}

	/// A job's answer, when it came inline.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn answer(&self, job: JobId) -> Result<Option<Vec<u8>>, Error> {
		self.ask("answer", (job,)).await
	}

	/// Why a job is where it is.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn why(&self, job: JobId) -> Result<Option<Reason>, Error> {
		self.ask("why", (job,)).await
	}

	/// The comparison that a job's answer is part of, if it is.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn comparison(&self, job: JobId) -> Result<Option<Comparison>, Error> {
		self.view("Jobs", "comparison", (job,)).await
	}

	/// What the provider for which this worker's key speaks is to deliver.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn assigned_to(&self, worker: &AccountId) -> Result<Vec<Assignment>, Error> {
		self.ask("assigned_to", (*worker,)).await
	}

	/// Why a provider gets no work, whatever the job.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn why_not_assigned(&self, provider: &AccountId) -> Result<Reason, Error> {
		self.ask("why_not_assigned", (*provider,)).await
	}

	/// All that is held of an account's money, what for, and when the chain moves on with it.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn held_by(&self, who: &AccountId) -> Result<Vec<Held>, Error> {
		self.ask("held_by", (*who,)).await
	}

	/// The least maximum price at which somebody would take such a job in a subnet now, with its audit
	/// if it is to be attested; `None` when nobody serves the model there.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn quote(
		&self,
		subnet: SubnetId,
		model: ModelId,
		payload_bytes: u32,
		max_output: u32,
		assurance: Assurance,
	) -> Result<Option<Balance>, Error> {
		self.ask("quote", (subnet, model, payload_bytes, max_output, assurance)).await
	}

	/// A provider's record.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn provider(&self, provider: &AccountId) -> Result<Option<Provider>, Error> {
		self.read("Providers", "Providers", vec![*provider]).await
	}

	/// The registered providers, at most 1,000.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn providers(&self) -> Result<Vec<(AccountId, Provider)>, Error> {
		self.list("Providers", "Providers", Vec::<AccountId>::new()).await
	}

	/// The provider for which a worker's key speaks.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn provider_of(&self, worker: &AccountId) -> Result<Option<AccountId>, Error> {
		self.read("Providers", "Workers", vec![*worker]).await
	}

	/// What a provider offers, and the number of its tickets in each market's draw.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn offers_of(
		&self,
		provider: &AccountId,
	) -> Result<Vec<(Market, Price, u32)>, Error> {
		self.view("Providers", "offers", (*provider,)).await
	}

	/// The providers that offer a model in a subnet, and at what price. Reads at most 10,000 offers.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn providers_offering(
		&self,
		subnet: SubnetId,
		model: ModelId,
	) -> Result<Vec<(AccountId, Price)>, Error> {
		let what = "Providers.Offers";
		let address = storage::dynamic::<Vec<AccountId>, Offer>("Providers", "Offers");
		let mut entries = self
			.client
			.storage()
			.iter(address, Vec::<AccountId>::new())
			.await
			.map_err(|error| gone_or(self.block, what, error))?;
		let mut found = Vec::new();
		for _ in 0..10 * MAX_LISTED {
			let Some(entry) = entries.next().await else { break };
			let entry = entry.map_err(|error| gone_or(self.block, what, error))?;
			// prefix 32, then hash 16 and account 32, then hash 16, subnet 4 and model 32.
			let key = entry.key_bytes();
			let market = key.get(96..).and_then(|market| market.split_first_chunk::<4>());
			if market != Some((&subnet.to_le_bytes(), model.as_bytes())) {
				continue;
			}
			let provider: AccountId = last_part(key.get(..80).unwrap_or_default(), what)?;
			let offer = entry.value().decode().map_err(|error| Error::decode(what, error))?;
			found.push((provider, offer.price));
		}
		Ok(found)
	}

	/// What is known about a provider's work; `None` of a newcomer.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn standing(&self, provider: &AccountId) -> Result<Option<Standing>, Error> {
		self.view("Reputation", "standing", (*provider,)).await
	}

	/// A provider's score, from 0 (never delivers) to 1,000,000 (always delivers); a newcomer's is
	/// one half.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn score(&self, provider: &AccountId) -> Result<u32, Error> {
		self.view("Reputation", "score", (*provider,)).await
	}

	/// What jobs settle for, as a moving average: a job of that value counts half as an outcome.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn average_value(&self) -> Result<Balance, Error> {
		self.view("Reputation", "average_value", ()).await
	}

	/// An account's money.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn account(&self, who: &AccountId) -> Result<Account, Error> {
		#[derive(DecodeAsType)]
		#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
		struct Data {
			free: u128,
			reserved: u128,
			frozen: u128,
		}
		#[derive(DecodeAsType)]
		#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
		struct Info {
			nonce: u64,
			data: Data,
		}
		let info: Option<Info> = self.read("System", "Account", vec![*who]).await?;
		Ok(info.map_or_else(Account::default, |info| Account {
			free: info.data.free,
			held: info.data.reserved,
			frozen: info.data.frozen,
			nonce: info.nonce,
		}))
	}

	/// What a client has put into escrow, paid and been given back; nothing but zeros for an
	/// account that has submitted no job.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn ledger(&self, client: &AccountId) -> Result<Ledger, Error> {
		Ok(self.read("Jobs", "Ledgers", vec![*client]).await?.unwrap_or_default())
	}

	/// The remembered jobs of a client, at most 1,000, newest first.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn jobs_of(&self, client: &AccountId) -> Result<Vec<(JobId, Job)>, Error> {
		let ids: Vec<(JobId, ())> = self.list("Jobs", "ClientJobs", vec![*client]).await?;
		let mut jobs = Vec::with_capacity(ids.len());
		for (id, ()) in ids {
			if let Some(job) = self.job(id).await? {
				jobs.push((id, job));
			}
		}
		jobs.sort_by_key(|(_, job)| std::cmp::Reverse(job.submitted_at));
		Ok(jobs)
	}

	/// The chain's clock, Unix milliseconds.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn now_millis(&self) -> Result<u64, Error> {
		Ok(self.read("Timestamp", "Now", Vec::<()>::new()).await?.unwrap_or_default())
	}

	/// What happened to jobs in this block.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn job_events(&self) -> Result<Vec<JobEvent>, Error> {
		self.events(job_event).await
	}

	/// A call as a wallet that signs elsewhere takes it.
	///
	/// # Errors
	/// When the runtime has no such call: [`Error::Submit`].
	pub fn call_data(&self, call: &Call) -> Result<Vec<u8>, Error> {
		let data = self.client.tx().call_data(&Wire(call));
		data.map_err(|error| SubmitError::Encode(error.to_string()).into())
	}

	/// The runtime's constants.
	///
	/// # Errors
	/// When the runtime lacks one: [`Error::Incompatible`].
	pub fn constants(&self) -> Result<Constants, Error> {
		Ok(Constants {
			min_turn_blocks: self.constant("Jobs", "MinTurnBlocks")?,
			max_deadline_blocks: self.constant("Jobs", "MaxDeadlineBlocks")?,
			grace_blocks: self.constant("Jobs", "GraceBlocks")?,
			max_dispute_blocks: self.constant("Subnets", "MaxDisputeBlocks")?,
			retention_blocks: self.constant("Jobs", "RetentionBlocks")?,
			max_payload_bytes: self.constant("Jobs", "MaxPayloadBytes")?,
			max_answer_bytes: self.constant("Jobs", "MaxAnswerBytes")?,
			max_output_units: self.constant("Jobs", "MaxOutputUnits")?,
			max_clock_lead_millis: self.constant("Jobs", "MaxClockLeadMillis")?,
			receipt_life_millis: self.constant("Channels", "ReceiptLife")?,
			min_bond: self.constant("Providers", "MinBond")?,
			bond_per_ticket: self.constant("Providers", "BondPerTicket")?,
			bond_per_job: self.constant("Providers", "BondPerJob")?,
			max_capacity: self.constant("Providers", "MaxCapacity")?,
			unbonding_blocks: self.constant("Providers", "UnbondingBlocks")?,
			existential_deposit: self.constant("Balances", "ExistentialDeposit")?,
			slot_millis: self.constant("Babe", "ExpectedBlockTime")?,
			session_blocks: self.constant("Babe", "EpochDuration")?,
			min_candidate_bond: self.constant("ValidatorStaking", "MinCandidateBond")?,
			min_delegation: self.constant("ValidatorStaking", "MinDelegation")?,
			unbonding_eras: self.constant("ValidatorStaking", "UnbondingEras")?,
			key_deposit: self.constant("Session", "KeyDeposit")?,
		})
	}

	/// The events of this block that `read` knows, oldest first.
	async fn events<T>(
		&self,
		read: fn(&subxt::events::Event<'_, SubstrateConfig>) -> Option<T>,
	) -> Result<Vec<T>, Error> {
		let events = self
			.client
			.events()
			.fetch()
			.await
			.map_err(|error| gone_or(self.block, "System.Events", error))?;
		found(&events, read)
	}

	fn constant<T: DecodeAsType>(&self, pallet: &str, name: &str) -> Result<T, Error> {
		let address = subxt::dynamic::constant::<T>(pallet, name);
		self.client.constants().entry(address).map_err(|error| Error::Incompatible {
			what: format!("constant {pallet}.{name}: {error}"),
			spec_version: self.client.spec_version(),
			newer: true,
		})
	}

	/// Asks the runtime's `ReckonApi`.
	async fn ask<Args, Answer>(&self, method: &str, args: Args) -> Result<Answer, Error>
	where
		Args: IntoEncodableValues,
		Answer: DecodeAsType,
	{
		let payload = runtime_apis::dynamic::<Args, Answer>("ReckonApi", method, args);
		self.client
			.runtime_apis()
			.call(payload)
			.await
			.map_err(|error| gone_or(self.block, &format!("ReckonApi.{method}"), error))
	}

	/// Asks a pallet's view function.
	async fn view<Args, Answer>(
		&self,
		pallet: &str,
		function: &str,
		args: Args,
	) -> Result<Answer, Error>
	where
		Args: IntoEncodableValues,
		Answer: DecodeAsType,
	{
		let what = format!("{pallet}.{function}");
		let metadata = self.client.metadata();
		let request = view_request(&metadata, pallet, function, args)
			.map_err(|error| Error::rpc(&what, error))?;
		let answer = self
			.client
			.view_functions()
			.call_raw(Some(&request))
			.await
			.map_err(|error| gone_or(self.block, &what, error))?;
		view_answer(&metadata, pallet, function, &answer)
			.map_err(|error| Error::decode(&what, error))
	}

	/// Reads one storage entry.
	async fn read<Key, Value>(
		&self,
		pallet: &str,
		entry: &str,
		key: Vec<Key>,
	) -> Result<Option<Value>, Error>
	where
		Key: EncodeAsType + DecodeAsType,
		Value: DecodeAsType,
	{
		let what = format!("{pallet}.{entry}");
		let address = storage::dynamic::<Vec<Key>, Value>(pallet, entry);
		self.client
			.storage()
			.try_fetch(address, key)
			.await
			.map_err(|error| gone_or(self.block, &what, error))?
			.map(|value| value.decode().map_err(|error| Error::decode(&what, error)))
			.transpose()
	}

	/// Lists what is under a prefix, by the last part of the key. All our maps end their keys
	/// with the part itself, unhashed.
	async fn list<Part, Prefix, Value>(
		&self,
		pallet: &str,
		entry: &str,
		prefix: Vec<Prefix>,
	) -> Result<Vec<(Part, Value)>, Error>
	where
		Part: Decode,
		Prefix: EncodeAsType + DecodeAsType,
		Value: DecodeAsType,
	{
		self.find(pallet, entry, prefix, MAX_LISTED, |_| true).await
	}

	/// Entries of a map that are wanted, the first `most` of them. Reads all that come before the last
	/// of these.
	async fn find<Part, Prefix, Value>(
		&self,
		pallet: &str,
		entry: &str,
		prefix: Vec<Prefix>,
		most: usize,
		is_wanted: impl Fn(&Value) -> bool,
	) -> Result<Vec<(Part, Value)>, Error>
	where
		Part: Decode,
		Prefix: EncodeAsType + DecodeAsType,
		Value: DecodeAsType,
	{
		let what = format!("{pallet}.{entry}");
		let address = storage::dynamic::<Vec<Prefix>, Value>(pallet, entry);
		let mut entries = self
			.client
			.storage()
			.iter(address, prefix)
			.await
			.map_err(|error| gone_or(self.block, &what, error))?;
		let mut found = Vec::new();
		while let Some(entry) = entries.next().await {
			let entry = entry.map_err(|error| gone_or(self.block, &what, error))?;
			let value = entry.value().decode().map_err(|error| Error::decode(&what, error))?;
			if !is_wanted(&value) {
				continue;
			}
			found.push((last_part(entry.key_bytes(), &what)?, value));
			if found.len() == most {
				break;
			}
		}
		Ok(found)
	}
}

/// The 32 bytes that a storage key ends with.
fn last_part<Part: Decode>(key: &[u8], what: &str) -> Result<Part, Error> {
	let mut bytes = key.len().checked_sub(32).and_then(|start| key.get(start..)).unwrap_or(key);
	Part::decode(&mut bytes).map_err(|error| Error::decode(what, error))
}

/// Tells a block that the node has forgotten from other failures.
fn gone_or(block: BlockRef, what: &str, error: impl std::fmt::Display) -> Error {
	let text = error.to_string();
	let gone = ["UnknownBlock", "Unknown block", "State already discarded", "Header was not found"];
	if gone.iter().any(|sign| text.contains(sign)) {
		return Error::BlockGone(block.hash);
	}
	Error::rpc(what, text)
}
