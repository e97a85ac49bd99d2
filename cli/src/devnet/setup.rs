//! What must be on chain before the first job: models, a provider, a worker with pocket money, a
//! gateway.

use reckon_sdk::{
	calls, token::UNIT, AccountId, Balance, Calibration, Chain, ModelDetails, ModelId,
	NumericProfile, Price, Signer, Submitter, TaskSet, Until,
};

use super::{gateway, worker::AddedModel};
use crate::{context::failure, failure::Result};

/// What the chat model is called on chain.
pub(super) const CHAT: &str = "reckon-lexicon";
/// What the embedding model is called on chain.
pub(super) const EMBEDDING: &str = "all-minilm-l6-v2";
/// The chat model's licence; see its folder.
const CHAT_LICENCE: &str = "Apache-2.0 AND LicenseRef-WordNet-3.0";
const EMBEDDING_LICENCE: &str = "Apache-2.0";
/// Two percent, in millionths.
const ROYALTY: u32 = 20_000;
/// Four tickets in each model's draw.
const BOND: Balance = 400 * UNIT;
const CAPACITY: u32 = 4;
/// What the hot key needs to advance its transactions' fees.
const POCKET_MONEY: Balance = 10 * UNIT;
/// A thousandth for the job, a hundred-thousandth a token read, twice that a token written.
const PRICE: Price =
	Price { base: UNIT / 1_000, per_input: UNIT / 100_000, per_output: UNIT / 50_000 };

/// Who is who on a development network.
pub(super) struct Cast {
	/// Owns the models.
	pub(super) owner: Signer,
	/// Has the bond and earns.
	pub(super) provider: Signer,
	/// Asks and pays.
	pub(super) client: Signer,
	/// Has the gateway's bond, and commits its batches.
	pub(super) gateway: Signer,
}

/// The gateway's account, as its key file has it.
pub(super) const GATEWAY: &str = "//Dave";

impl Cast {
	pub(super) fn new() -> Result<Self> {
		let signer = |suri: &str| Signer::from_suri(suri).map_err(|error| failure(error.into()));
		Ok(Self {
			owner: signer("//Alice")?,
			provider: signer("//Bob")?,
			client: signer("//Charlie")?,
			gateway: signer(GATEWAY)?,
		})
	}
}

/// What the worker can do.
pub(super) struct Models {
	pub(super) chat: AddedModel,
	pub(super) embedding: AddedModel,
}

/// Puts on chain what is not there yet.
pub(super) async fn prepare(
	chain: &Chain,
	cast: &Cast,
	models: &Models,
	calibration: Calibration,
	hot_key: &AccountId,
	endpoint: &str,
	gateway_url: &str,
) -> Result<()> {
	let at = chain.latest().await.map_err(failure)?;
	let mut owners = Vec::new();
	// Only chat is audited: the embedding model comes without a calibration.
	for (model, name, licence, calibration) in [
		(&models.chat, CHAT, CHAT_LICENCE, Some(calibration)),
		(&models.embedding, EMBEDDING, EMBEDDING_LICENCE, None),
	] {
		if at.model(model.id).await.map_err(failure)?.is_none() {
			owners.push(calls::register_model(name, details(model, licence, calibration)));
		}
	}
	if at.account(hot_key).await.map_err(failure)?.free < POCKET_MONEY / 2 {
		owners.push(calls::transfer(*hot_key, POCKET_MONEY));
	}
	let provider = at.provider(&cast.provider.account()).await.map_err(failure)?;
	let mut providers = Vec::new();
	match &provider {
		None => providers.push(calls::register(*hot_key, BOND, CAPACITY, endpoint)),
		Some(record) => {
			providers.push(calls::update(CAPACITY, endpoint));
			if record.worker != *hot_key {
				providers.push(calls::set_worker(*hot_key));
			}
		},
	}
	let account = cast.gateway.account();
	let gateways = gateway::registration(&at, &account, gateway_url).await?.into_iter().collect();
	// All accounts' transactions go into one block.
	let owner = Submitter::start(chain.clone(), cast.owner.clone());
	let provider = Submitter::start(chain.clone(), cast.provider.clone());
	let gateway = Submitter::start(chain.clone(), cast.gateway.clone());
	tokio::try_join!(
		submit_all(&owner, owners),
		submit_all(&provider, providers),
		submit_all(&gateway, gateways)
	)?;

	let offered = at.offers_of(&cast.provider.account()).await.map_err(failure)?;
	let is_offered = |model: ModelId| offered.iter().any(|(market, ..)| market.model == model);
	let missing = [models.chat.id, models.embedding.id].into_iter().filter(|id| !is_offered(*id));
	submit_all(&provider, missing.map(|id| calls::offer(0, id, PRICE)).collect()).await
}

/// Sends calls one after the other without waiting in between, and waits until all are in blocks.
async fn submit_all(submitter: &Submitter, calls: Vec<reckon_sdk::Call>) -> Result<()> {
	let tasks: Vec<_> = calls
		.into_iter()
		.map(|call| {
			let submitter = submitter.clone();
			tokio::spawn(async move { submitter.submit_until(call, Until::InBlock).await })
		})
		.collect();
	for task in tasks {
		let outcome = task.await.map_err(|error| {
			crate::failure::Failure::new("submit", format!("a transaction was dropped: {error}"))
		})?;
		outcome.map_err(|error| failure(error.into()))?;
	}
	Ok(())
}

fn details(model: &AddedModel, licence: &str, calibration: Option<Calibration>) -> ModelDetails {
	ModelDetails {
		manifest: model.manifest,
		tasks: TaskSet::of(&model.tasks),
		profile: NumericProfile::F32,
		calibration,
		context: model.context,
		licence: licence.into(),
		royalty: ROYALTY,
		trained_on: Default::default(),
	}
}
