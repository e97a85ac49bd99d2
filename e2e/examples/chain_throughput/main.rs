//! Jobs through all states per second, beside plain transfers per second, on one node in one run.
//!
//! Prints one JSON line. Part of `make bench`; alone, with the programs built:
//!
//!     cargo run --locked -p reckon-e2e --example chain_throughput -- [--transfers N] [--jobs N]
//!
//! Every transaction of a client comes from an account of its own, so that no nonce waits for
//! another. Transfers are measured first, then jobs: submitted with an inline payload, drawn, answered
//! inline by this program in the name of the providers' workers as soon as a block says who has them,
//! and paid when the dispute window ends. A job is two transactions and what the chain does by itself.

mod keys;
mod node;
mod rows;

use std::{collections::HashMap, env};

use keys::Key;
use node::{Authoring, Rpc};
use pallet_jobs::Event::{DeadlineMissed, JobAssigned, JobRefunded, JobSettled, JobSubmitted};
use reckon_e2e::Net;
use reckon_primitives::{
	token::UNIT, Assurance, Content, Delivery, EntryKind, JobId, JobRequest, ModelId,
	NumericProfile, Price, Privacy, Sampling, TaskKind, TaskSet, Units,
};
use reckon_runtime::{AccountId, Balance, BlockNumber, RuntimeCall, RuntimeEvent};
use rows::{authoring_each, describe, rate, round, steady, weight_each, Row};
use serde_json::{json, Value};
use sp_core::H256;
use sp_runtime::Permill;

const MANIFEST: H256 = H256([7; 32]);
/// As many as have the best chance in a draw of eight.
const PROVIDERS: u32 = 8;
/// The chain's most.
const CAPACITY: u32 = 1_024;
/// What so many jobs at once must be backed by, at 10 RKN each.
const BOND: Balance = 10 * UNIT * CAPACITY as Balance;
/// More than a client spends.
const POCKET_MONEY: Balance = 5 * UNIT;
/// Bytes of a payload, and of an answer.
const CONTENT_BYTES: usize = 64;
/// Transfers, or jobs, that have been submitted and are not done: more than blocks can work off
/// while one goes its way, and with the deliveries fewer than the 8,192 transactions that a pool
/// takes.
const UNDER_WAY: usize = 5_000;
/// Transfers in one batch, when accounts are given money.
const FUNDED_AT_ONCE: usize = 100;

/// Transactions signed beforehand, handed to the pool as others are done.
struct Feed {
	transactions: Vec<Vec<u8>>,
	sent: usize,
}

impl Feed {
	fn new(transactions: Vec<Vec<u8>>) -> Self {
		Self { transactions, sent: 0 }
	}

	/// Lets as many be under way as may be, when so many are done.
	async fn top_up(&mut self, rpc: &Rpc, done: usize) {
		let to = self.transactions.len().min(done + UNDER_WAY);
		rpc.submit(&self.transactions[self.sent..to]).await;
		self.sent = to;
	}
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
	// Each long enough to have a change of epoch in it, whose block has no transactions.
	let (mut transfers, mut jobs) = (24_000, 12_000);
	let mut arguments = env::args().skip(1);
	while let Some(flag) = arguments.next() {
		let number = arguments.next().and_then(|number| number.parse().ok());
		match (flag.as_str(), number) {
			("--transfers", Some(number)) => transfers = number,
			("--jobs", Some(number)) => jobs = number,
			_ => panic!("usage: chain_throughput [--transfers N] [--jobs N]"),
		}
	}

	let net = Net::start().await;
	let rpc = Rpc::of(&net);
	let genesis = rpc.hash(0).await.expect("every chain has a first block");
	let base = Key::new("//bench", genesis);
	let mut clients: Vec<_> = (0..).take(transfers.max(jobs)).map(|n| base.child(n)).collect();
	let mut crew = Crew::new(genesis);

	let mut alice = Key::new("//Alice", genesis);
	eprintln!("chain_throughput: giving money to {} accounts", clients.len());
	apply(&rpc, fund(&mut alice, &clients, &crew)).await;
	apply(&rpc, crew.register(&mut alice)).await;

	eprintln!("chain_throughput: {transfers} transfers");
	let signed = sign_transfers(&mut clients[..transfers]);
	let transferred = measure_transfers(&rpc, signed).await;

	eprintln!("chain_throughput: {jobs} jobs");
	let model = EntryKind::Model.id(&alice.account(), MANIFEST);
	let deadline = rpc.height().await + 1_000;
	let signed: Vec<_> = clients[..jobs]
		.iter_mut()
		.map(|client| {
			let request = request(model, deadline);
			client.sign(pallet_jobs::Call::submit_job { request })
		})
		.collect();
	let settled = measure_jobs(&rpc, signed, &mut crew).await;

	println!("{}", report(&net, &transferred, &settled).await);
}

/// Submits transactions and waits until all are in blocks.
async fn apply(rpc: &Rpc, transactions: Vec<Vec<u8>>) {
	let mut feed = Feed::new(transactions);
	let mut number = rpc.height().await;
	let mut included = 0;
	while included < feed.transactions.len() {
		feed.top_up(rpc, included).await;
		number += 1;
		included += rpc.block(number).await.transactions();
	}
}

/// Money for everybody, from one account.
fn fund(payer: &mut Key, clients: &[Key], crew: &Crew) -> Vec<Vec<u8>> {
	let pay = |who: AccountId, value: Balance| -> RuntimeCall {
		pallet_balances::Call::transfer_keep_alive { dest: who.into(), value }.into()
	};
	let clients = clients.iter().map(|client| pay(client.account(), POCKET_MONEY));
	let crew = crew.members.iter().flat_map(|(owner, worker)| {
		[pay(owner.account(), BOND + POCKET_MONEY), pay(worker.account(), POCKET_MONEY)]
	});
	let calls: Vec<_> = clients.chain(crew).collect();
	let batch = |calls: &[RuntimeCall]| {
		payer.sign(pallet_utility::Call::batch_all { calls: calls.to_vec() })
	};
	calls.chunks(FUNDED_AT_ONCE).map(batch).collect()
}

/// Each pays the next one.
fn sign_transfers(clients: &mut [Key]) -> Vec<Vec<u8>> {
	let mut payees: Vec<_> = clients.iter().map(Key::account).collect();
	payees.rotate_left(1);
	let pay = |(client, payee): (&mut Key, AccountId)| {
		let value = UNIT / 1_000;
		client.sign(pallet_balances::Call::transfer_keep_alive { dest: payee.into(), value })
	};
	clients.iter_mut().zip(payees).map(pay).collect()
}

fn request(model: ModelId, deadline: BlockNumber) -> JobRequest<AccountId, Balance, BlockNumber> {
	JobRequest {
		subnet: 0,
		model,
		task: TaskKind::Chat,
		payload: Content::from(vec![b'?'; CONTENT_BYTES]),
		sampling: Sampling { max_output: 64, ..Sampling::default() },
		max_price: UNIT,
		deadline,
		assurance: Assurance::Optimistic,
		privacy: Privacy::Public,
		replicas: 1,
		only: None,
	}
}

/// The providers and their workers.
struct Crew {
	members: Vec<(Key, Key)>,
	/// Who delivers for a provider.
	workers: HashMap<AccountId, usize>,
}

impl Crew {
	fn new(genesis: H256) -> Self {
		let (owners, workers) =
			(Key::new("//bench//provider", genesis), Key::new("//bench//worker", genesis));
		let members: Vec<_> = (0..PROVIDERS).map(|n| (owners.child(n), workers.child(n))).collect();
		let workers =
			members.iter().enumerate().map(|(n, (owner, _))| (owner.account(), n)).collect();
		Self { members, workers }
	}

	/// A model, and providers that offer it.
	fn register(&mut self, owner: &mut Key) -> Vec<Vec<u8>> {
		let details = pallet_models::ModelDetails {
			manifest: MANIFEST,
			tasks: TaskSet::of(&[TaskKind::Chat]),
			profile: NumericProfile::F32,
			context: 256,
			licence: b"MIT".to_vec().try_into().expect("short"),
			// The payment has three payees, as most have.
			royalty: Permill::from_percent(2),
			trained_on: Default::default(),
			calibration: None,
		};
		let name = b"bench/model".to_vec().try_into().expect("short");
		let price =
			Price { base: UNIT / 1_000, per_input: UNIT / 100_000, per_output: UNIT / 50_000 };
		let mut calls = vec![owner.sign(pallet_models::Call::register_model { name, details })];
		let model = EntryKind::Model.id(&owner.account(), MANIFEST);
		for (provider, worker) in &mut self.members {
			calls.push(provider.sign(pallet_providers::Call::register {
				worker: worker.account(),
				bond: BOND,
				capacity: CAPACITY,
				endpoint: Default::default(),
			}));
			calls.push(provider.sign(pallet_providers::Call::offer { subnet: 0, model, price }));
		}
		calls
	}

	/// A worker's answer to a job that its provider has got in a block of this time.
	fn answer(&mut self, job: JobId, provider: &AccountId, millis: u64) -> Vec<u8> {
		let worker = self.workers.get(provider).expect("nobody else is registered");
		let delivery = Delivery {
			output: Content::from(vec![b'!'; CONTENT_BYTES]),
			commitment: None,
			units: Units { input: 32, output: 16 },
			started_at: millis,
			finished_at: millis,
		};
		self.members[*worker].1.sign(pallet_jobs::Call::deliver { job, delivery })
	}
}

/// Waits for a block without transactions: the measure of what blocks weigh by themselves.
async fn quiet(rpc: &Rpc) -> Row {
	let mut number = rpc.height().await;
	loop {
		let row = Row::new(&rpc.block(number).await, 0, 0);
		if row.is_quiet() {
			return row;
		}
		number += 1;
	}
}

/// The rows from a block without transfers to the one with the last transfer.
async fn measure_transfers(rpc: &Rpc, signed: Vec<Vec<u8>>) -> Vec<Row> {
	let mut feed = Feed::new(signed);
	let mut rows = vec![quiet(rpc).await];
	let mut number = rows[0].number;
	let mut done = 0;
	while done < feed.transactions.len() {
		feed.top_up(rpc, done).await;
		number += 1;
		let block = rpc.block(number).await;
		let here = block.transactions();
		done += here;
		rows.push(Row::new(&block, here, here));
	}
	rows
}

/// The rows from a block without jobs to the one with the last payment.
async fn measure_jobs(rpc: &Rpc, signed: Vec<Vec<u8>>, crew: &mut Crew) -> Vec<Row> {
	let mut feed = Feed::new(signed);
	let mut rows = vec![quiet(rpc).await];
	let mut number = rows[0].number;
	let mut settled = 0;
	while settled < feed.transactions.len() {
		feed.top_up(rpc, settled).await;
		number += 1;
		let block = rpc.block(number).await;
		let (mut begun, mut done) = (0, 0);
		let mut answers = Vec::new();
		for record in &block.events {
			let RuntimeEvent::Jobs(event) = &record.event else { continue };
			match event {
				JobSubmitted { .. } => begun += 1,
				JobAssigned { job, provider, .. } => {
					answers.push(crew.answer(*job, provider, block.millis));
				},
				JobSettled { .. } => done += 1,
				DeadlineMissed { .. } | JobRefunded { .. } => {
					panic!("a job came to nothing in block {number}: {event:?}")
				},
				_ => {},
			}
		}
		rpc.submit(&answers).await;
		settled += done;
		rows.push(Row::new(&block, begun, done));
	}
	rows
}

async fn report(net: &Net, transfers: &[Row], jobs: &[Row]) -> Value {
	let blocks = |rows: &[Row]| rows[0].number + 1..=rows[rows.len() - 1].number;
	let authoring =
		(Authoring::of(net, blocks(transfers)).await, Authoring::of(net, blocks(jobs)).await);
	let authored = (authoring_each(transfers, &authoring.0), authoring_each(jobs, &authoring.1));
	json!({
		"measure": "jobs through all states, ratio to plain transfers, one node",
		"ratio": round(rate(jobs) / rate(transfers)),
		"ratio_when_steady": round(rate(steady(jobs)) / rate(steady(transfers))),
		// What the ratio would be if a block had to hold the weight of all, or if only the author's
		// time were the limit. Ordinary transactions have three quarters of a block; the chain's own
		// part in a job can have the rest, so the measured ratio may be above the first of these.
		"ratio_by_weight": round(weight_each(transfers) / weight_each(jobs)),
		"ratio_by_authoring_time": round(authored.0 / authored.1),
		"payload_bytes": CONTENT_BYTES,
		"providers": PROVIDERS,
		"transfers": describe(transfers, &authoring.0),
		"jobs": describe(jobs, &authoring.1),
	})
}
