//! The chain through the SDK.

use crate::{
	chain::{BatchOnChain, Chain, ChainError, Claim, Complaint, Drawn, Listed, Market},
	clock::now_millis,
	reservation::OnChain,
	rooms::Identity,
	workers::Offering,
};
use reckon_primitives::{
	AccountId, Balance, BatchId, ChannelId, ContentRef, Price, Sampling, TaskKind, TaskSet,
};
use reckon_receipts::{Item, Node, Proof, Request, Total};
use reckon_sdk::{calls, At, BatchState, GatewayStatus, ProviderStatus, SubmitError, Submitter};
use sp_core::{sr25519, H256};
use sp_runtime::Permill;
use std::collections::BTreeMap;
use tokio::sync::watch;

/// Channels that one view gives.
const PAGE: usize = 1_000;
/// The most channels that a gateway looks at.
const MAX_CHANNELS: usize = 100_000;

/// The most complaints that are answered in one round.
const MAX_COMPLAINTS: usize = 10_000;

/// A chain, and the key that commits batches.
pub struct SdkChain {
	chain: reckon_sdk::Chain,
	submitter: Submitter,
	us: Identity,
	finalized: watch::Receiver<Option<u32>>,
}

fn theirs(account: &AccountId) -> reckon_sdk::AccountId {
	reckon_sdk::AccountId(*AsRef::<[u8; 32]>::as_ref(account))
}

/// An account of the SDK's as the chain's own types have it.
pub fn ours(account: &reckon_sdk::AccountId) -> AccountId {
	AccountId::new(account.0)
}

fn unreachable(error: impl std::fmt::Display) -> ChainError {
	ChainError::Unreachable(error.to_string())
}

fn refused(error: SubmitError) -> ChainError {
	match error {
		SubmitError::Refused(refused) => {
			ChainError::Refused { name: refused.name, docs: refused.docs }
		},
		other => unreachable(other),
	}
}

fn total_of(total: &Total<AccountId>) -> reckon_sdk::Total {
	reckon_sdk::Total {
		provider: theirs(&total.provider),
		model: total.model,
		receipts: reckon_sdk::Root {
			hash: total.receipts.hash,
			count: total.receipts.count,
			sum: total.receipts.sum,
		},
	}
}

fn path_of(path: &[Node]) -> Vec<reckon_sdk::Node> {
	path.iter().map(|node| reckon_sdk::Node { hash: node.hash, sum: node.sum }).collect()
}

/// A proof as the chain's calls take it.
fn proof_of(proof: &Proof<AccountId>) -> reckon_sdk::Proof {
	let Proof { item, total, path } = proof;
	reckon_sdk::Proof { item: item_of(item), total: total_of(total), path: path_of(path) }
}

/// A receipt with its path as the chain's calls take it.
fn item_of(item: &Item<AccountId>) -> reckon_sdk::Item {
	let receipt = &item.receipt.receipt;
	let signed = reckon_sdk::SignedReceipt {
		receipt: reckon_sdk::Receipt {
			request: receipt.request,
			channel: receipt.channel,
			lane: receipt.lane,
			model: receipt.model,
			provider: theirs(&receipt.provider),
			worker: receipt.worker.0,
			gateway: theirs(&receipt.gateway),
			units: reckon_sdk::Units { input: receipt.units.input, output: receipt.units.output },
			charge: receipt.charge,
			output: reckon_sdk::ContentRef {
				hash: receipt.output.hash,
				length: receipt.output.length,
			},
			commitment: receipt.commitment,
			started_at: receipt.started_at,
			finished_at: receipt.finished_at,
			first_token_ms: receipt.first_token_ms,
		},
		signature: item.receipt.signature.0,
	};
	let path = path_of(&item.path);
	reckon_sdk::Item { total: item.total, index: item.index, receipt: signed, path }
}

fn price(price: &reckon_sdk::Price) -> Price<Balance> {
	Price { base: price.base, per_input: price.per_input, per_output: price.per_output }
}

impl SdkChain {
	/// Over a connection. Must be called inside a tokio runtime.
	pub fn new(chain: reckon_sdk::Chain, submitter: Submitter, us: Identity) -> Self {
		let (sender, finalized) = watch::channel(None);
		let mut heads = chain.heads();
		tokio::spawn(async move {
			while heads.changed().await.is_ok() {
				let block = heads.borrow_and_update().finalized.map(|block| block.number);
				sender.send_if_modified(|known| std::mem::replace(known, block) != block);
				if sender.is_closed() {
					return;
				}
			}
		});
		Self { chain, submitter, us, finalized }
	}

	async fn at(&self) -> Result<At, ChainError> {
		self.chain.latest_finalized().await.map_err(unreachable)
	}
}

#[async_trait::async_trait]
impl Chain for SdkChain {
	fn finalized(&self) -> watch::Receiver<Option<u32>> {
		self.finalized.clone()
	}

	async fn market(&self) -> Result<Market, ChainError> {
		let (at, now) = (self.at().await?, now_millis());
		let mut models = BTreeMap::new();
		for (id, model) in at.models().await.map_err(unreachable)? {
			let details = &model.details;
			let offers = at.providers_offering(self.us.subnet, id).await.map_err(unreachable)?;
			let offered = offers.iter().map(|(_, offer)| price(offer));
			let middling = reckon_primitives::Units { input: 1_000, output: 250 };
			let offered = offered.min_by_key(|price| reckon_receipts::charge(price, middling));
			let listed = Listed {
				name: model.listing.name(),
				tasks: TaskSet { bits: details.tasks.bits },
				context: details.context,
				profile: match details.profile {
					reckon_sdk::NumericProfile::F32 => "F32",
					reckon_sdk::NumericProfile::Tolerant => "Tolerant",
				},
				licence: String::from_utf8_lossy(&details.licence).into_owned(),
				audited: details.calibration.is_some(),
				offered,
				known_since: now,
			};
			models.insert(id, listed);
		}
		let constants = at.constants().map_err(unreachable)?;
		Ok(Market { models, receipt_life_millis: constants.receipt_life_millis })
	}

	async fn channels(&self) -> Result<BTreeMap<ChannelId, OnChain>, ChainError> {
		let at = self.at().await?;
		let mut channels = BTreeMap::new();
		let mut after = None;
		loop {
			let page =
				at.channels_to(&theirs(&self.us.account), after).await.map_err(unreachable)?;
			let (count, last) = (page.len(), page.last().map(|(id, _)| *id));
			channels.extend(page.into_iter().map(|(id, channel)| {
				let on_chain = OnChain {
					client: ours(&channel.client),
					session_key: sr25519::Public::from_raw(channel.session_key),
					left: channel.left,
					taken: channel.taken,
					closing: channel.closes_at.is_some(),
				};
				(id, on_chain)
			}));
			if count < PAGE || channels.len() >= MAX_CHANNELS {
				return Ok(channels);
			}
			after = last;
		}
	}

	async fn provider_of(&self, worker: sr25519::Public) -> Result<Option<AccountId>, ChainError> {
		let at = self.at().await?;
		let worker = reckon_sdk::AccountId(worker.0);
		let Some(account) = at.provider_of(&worker).await.map_err(unreachable)? else {
			return Ok(None);
		};
		let provider = at.provider(&account).await.map_err(unreachable)?;
		let stays = provider
			.is_some_and(|provider| !matches!(provider.status, ProviderStatus::Leaving { .. }));
		Ok(stays.then(|| ours(&account)))
	}

	async fn offering_of(&self, provider: &AccountId) -> Result<Offering, ChainError> {
		let at = self.at().await?;
		let provider = theirs(provider);
		let offers = at.offers_of(&provider).await.map_err(unreachable)?;
		let score = at.score(&provider).await.map_err(unreachable)?;
		let mine = offers.into_iter().filter(|(market, ..)| market.subnet == self.us.subnet);
		let prices = mine.map(|(market, offer, _)| (market.model, price(&offer))).collect();
		Ok(Offering { prices, score })
	}

	async fn commit(
		&self,
		leaves: ContentRef,
		totals: Vec<Total<AccountId>>,
		claims: Vec<Claim>,
	) -> Result<BatchId, ChainError> {
		let totals = totals.iter().map(total_of);
		let claims = claims.into_iter().map(|Claim { voucher, upto }| reckon_sdk::LaneClaim {
			signed: reckon_sdk::SignedVoucher {
				voucher: reckon_sdk::Voucher {
					channel: voucher.voucher.channel,
					lane: voucher.voucher.lane,
					cumulative: voucher.voucher.cumulative,
					request: voucher.voucher.request,
				},
				signature: voucher.signature.0,
			},
			upto,
		});
		let leaves = reckon_sdk::ContentRef { hash: leaves.hash, length: leaves.length };
		let call = calls::commit_batch(leaves, totals.collect(), claims.collect());
		let outcome = self.submitter.submit(call).await.map_err(refused)?;
		let committed = outcome.batch_committed();
		committed.ok_or_else(|| unreachable("the call is in a block and its event is not"))
	}

	async fn find(&self, root: H256) -> Result<Option<BatchId>, ChainError> {
		let us = theirs(&self.us.account);
		let found = self.at().await?.batch_with_root(&us, root).await.map_err(unreachable)?;
		Ok(found.map(|(id, _)| id))
	}

	async fn complaints(&self) -> Result<Vec<Complaint>, ChainError> {
		let (at, us) = (self.at().await?, theirs(&self.us.account));
		let mut complaints = Vec::new();
		let mut after = None;
		loop {
			let page = at.complaints_about(&us, after).await.map_err(unreachable)?;
			let (count, last) = (page.len(), page.last().map(|(receipt, _)| *receipt));
			complaints.extend(page.into_iter().map(|(receipt, complaint)| Complaint {
				receipt,
				request: complaint.request,
				answer_by: complaint.due,
			}));
			if count < PAGE || complaints.len() >= MAX_COMPLAINTS {
				return Ok(complaints);
			}
			after = last;
		}
	}

	async fn answer(&self, batch: BatchId, proof: Proof<AccountId>) -> Result<(), ChainError> {
		let call = calls::answer_complaint(batch, proof_of(&proof));
		self.submitter.submit(call).await.map(drop).map_err(refused)
	}

	async fn drawn(&self, batch: BatchId) -> Result<Drawn, ChainError> {
		let at = self.at().await?;
		let found = at.batch(batch).await.map_err(unreachable)?;
		let waits = found.filter(|found| found.state == BatchState::Waiting);
		let Some(samples) = waits.and_then(|found| found.samples) else {
			return Ok(Drawn::Nothing);
		};
		let Some(seed) = samples.seed else { return Ok(Drawn::Later) };
		let payouts = at.payouts(batch).await.map_err(unreachable)?;
		let unshown: Vec<_> = payouts
			.into_iter()
			.filter(|(position, payout)| {
				let rate = Permill::from_parts(payout.terms.rate);
				let sum = payout.total.receipts.sum;
				let is_drawn = reckon_receipts::sampled(&seed, *position, rate, sum).is_some();
				payout.sample == reckon_sdk::Sample::Unshown && is_drawn
			})
			.map(|(position, payout)| (position, Permill::from_parts(payout.terms.rate)))
			.collect();
		Ok(match unshown.is_empty() {
			true => Drawn::Nothing,
			false => Drawn::Totals { seed, unshown },
		})
	}

	async fn show(
		&self,
		batch: BatchId,
		item: Item<AccountId>,
		request: Request,
	) -> Result<(), ChainError> {
		let Request { nonce, model, payload, presence_milli, frequency_milli, price, .. } = request;
		let Sampling { max_output, temperature_milli, top_k, top_p_milli, salt } = request.sampling;
		let request = reckon_sdk::GatewayRequest {
			nonce,
			model,
			task: match request.task {
				TaskKind::Chat => reckon_sdk::TaskKind::Chat,
				TaskKind::Complete => reckon_sdk::TaskKind::Complete,
				TaskKind::Embed => reckon_sdk::TaskKind::Embed,
			},
			payload: reckon_sdk::ContentRef { hash: payload.hash, length: payload.length },
			sampling: reckon_sdk::Sampling {
				max_output,
				temperature_milli,
				top_k,
				top_p_milli,
				salt,
			},
			presence_milli,
			frequency_milli,
			price: reckon_sdk::Price {
				base: price.base,
				per_input: price.per_input,
				per_output: price.per_output,
			},
		};
		let call = calls::show_sample(batch, item_of(&item), request);
		self.submitter.submit(call).await.map(drop).map_err(refused)
	}

	async fn batch(&self, batch: BatchId) -> Result<BatchOnChain, ChainError> {
		let found = self.at().await?.batch(batch).await.map_err(unreachable)?;
		Ok(match found.map(|batch| batch.state) {
			None => BatchOnChain::Forgotten,
			Some(BatchState::Waiting | BatchState::Paying) => BatchOnChain::Open,
			Some(BatchState::Settled) => BatchOnChain::Settled,
			Some(BatchState::Returning(why) | BatchState::Rejected(why)) => {
				BatchOnChain::Rejected(why.explain().to_owned())
			},
		})
	}
}

/// Whose gateway this is: its subnet, when it may do business.
///
/// # Errors
/// A sentence, when it may not.
pub async fn subnet_of(chain: &reckon_sdk::Chain, account: &AccountId) -> Result<u32, String> {
	let at = chain.latest().await.map_err(|error| error.to_string())?;
	let found = at.gateway(&theirs(account)).await.map_err(|error| error.to_string())?;
	let gateway = found.ok_or_else(|| {
		format!("{account} is no gateway on this chain: `reckon gateway register` makes it one")
	})?;
	match gateway.status {
		GatewayStatus::Active => Ok(gateway.subnet),
		GatewayStatus::Leaving { .. } => Err(format!("{account} is leaving its subnet")),
	}
}
