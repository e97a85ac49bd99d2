//! A chain of one node.

use std::{path::PathBuf, process::Command, time::Duration};

use reckon_cli::{
	devnet::{
		cache::Cache,
		layout::find_chat_model,
		node::{p2p_address, wait_until_up, NodeOptions, Role, Verifier},
		verifier::VerifierOptions,
		worker,
	},
	ports::Ports,
	process::Process,
};
use reckon_sdk::{
	calls, AccountId, Balance, Call, Chain, ChannelEvent, JobEvent, JobId, JobState, JobUpdate,
	Outcome, Signer, SubmitError, Submitter, SubnetParameters, Until,
};
use tempfile::TempDir;

use crate::{program, root, Run, LIMIT};

/// What several accounts have together and one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money(Vec<(String, Balance)>);

impl Money {
	/// All of it.
	pub fn total(&self) -> Balance {
		self.0.iter().map(|(_, amount)| amount).sum()
	}

	/// What one account has, free and held.
	pub fn of(&self, who: &str) -> Balance {
		let found = self.0.iter().find(|(name, _)| name == who);
		found.unwrap_or_else(|| panic!("{who} was not counted")).1
	}
}

async fn run_node(options: &NodeOptions) -> (Process, String, Chain) {
	let mut node = options.start().expect("the node starts");
	let url = wait_until_up(&mut node).await.expect("the node's RPC comes up");
	let chain = Chain::connect(&url).await.expect("the node runs our chain");
	(node, url, chain)
}

/// A chain of one node, in a directory of its own.
pub struct Net {
	/// The chain.
	pub chain: Chain,
	/// Where the node answers.
	pub url: String,
	dir: TempDir,
	node: Process,
	options: NodeOptions,
	_verifier: Option<Process>,
	ports: Ports<4>,
}

impl Net {
	/// Starts a node that makes blocks by itself.
	pub async fn start() -> Self {
		Self::start_as(Role::Alone).await
	}

	/// Starts a node that makes blocks by itself, and audits answers of the chat model.
	pub async fn start_with_verifier() -> Self {
		Self::start_node(Role::Alone, true).await
	}

	/// Starts a network of validators, named by development accounts; the first is the one that the
	/// test speaks to.
	pub async fn start_validators(names: [&str; 4]) -> (Self, Vec<Self>) {
		let [first, others @ ..] = names;
		let validator = |name: &str, bootnode| Role::Validator { name: name.into(), bootnode };
		let first = Self::start_as(validator(first, None)).await;
		let address = first.address();
		let mut nodes = Vec::new();
		for name in others {
			nodes.push(Self::start_as(validator(name, Some(address.clone()))).await);
		}
		(first, nodes)
	}

	/// Starts another node of this network with the keys of one of its validators: both sign as it.
	pub async fn start_twin(&self, name: &str) -> Self {
		Self::start_as(Role::Validator { name: name.into(), bootnode: Some(self.address()) }).await
	}

	/// Where other nodes reach this one.
	fn address(&self) -> String {
		let [_, port, ..] = self.ports.numbers;
		p2p_address(&self.node, port).expect("a node says its name")
	}

	async fn start_as(role: Role) -> Self {
		Self::start_node(role, false).await
	}

	async fn start_node(role: Role, audits: bool) -> Self {
		let dir = tempfile::tempdir().expect("a temporary directory");
		let ports = Ports::reserve([0; 4]).expect("free ports");
		let [rpc_port, p2p_port, metrics_port, verifier_port] = ports.numbers;
		let verifier = VerifierOptions {
			program: program("reckon-worker"),
			data_dir: dir.path().join("verifier"),
			log: dir.path().join("verifier.log"),
			port: verifier_port,
		};
		let options = NodeOptions {
			program: program("reckon-node"),
			role,
			base_path: dir.path().join("node"),
			cache: Cache::at_home(),
			log: dir.path().join("node.log"),
			rpc_port,
			p2p_port,
			metrics_port,
			verifier: audits
				.then(|| Verifier { port: verifier_port, token_file: verifier.token_file() }),
		};
		let verifier = match audits {
			true => Some(start_verifier(&verifier).await),
			false => None,
		};
		let (node, url, chain) = run_node(&options).await;
		Self { chain, url, dir, node, options, _verifier: verifier, ports }
	}

	/// Waits until the node has finalized this block.
	pub async fn finalized(&self, number: u32) {
		self.finalized_within(number, crate::LIMIT).await;
	}

	/// As [`Self::finalized`], for blocks that are far ahead.
	pub async fn finalized_within(&self, number: u32, limit: Duration) {
		let wait = async {
			while self.chain.finalized().await.expect("a finalized block").number < number {
				tokio::time::sleep(Duration::from_millis(200)).await;
			}
		};
		let waited = tokio::time::timeout(limit, wait).await;
		waited.unwrap_or_else(|_| panic!("#{number} was never finalized"));
	}

	/// What the node has written.
	pub fn log(&self) -> String {
		std::fs::read_to_string(self.node.log()).unwrap_or_default()
	}

	/// Where the node's Prometheus metrics are.
	pub fn metrics_url(&self) -> String {
		let [_, _, port, _] = self.ports.numbers;
		format!("http://127.0.0.1:{port}/metrics")
	}

	/// A path in the network's directory.
	pub fn path(&self, name: &str) -> PathBuf {
		self.dir.path().join(name)
	}

	/// Ends the node without a word.
	pub fn kill_node(&mut self) {
		self.node.kill();
	}

	/// Starts the node again, with all that it has on its disk and a new log.
	pub async fn restart_node(&mut self) {
		self.kill_node();
		(self.node, self.url, self.chain) = run_node(&self.options).await;
	}

	/// Runs `reckon` against this chain, signed by a development account, with `--json`.
	pub fn reckon(&self, signer: &str, arguments: &[&str]) -> Run {
		let mut command = Command::new(program("reckon"));
		command
			.env_remove("RECKON_KEY_FILE")
			.current_dir(self.dir.path())
			.args(["--url", &self.url, "--json"])
			.args(["--suri", signer])
			.args(arguments);
		Run::of(command)
	}

	/// Signs a call, and waits until it is in a block.
	///
	/// # Errors
	/// As the chain says.
	pub async fn submit(&self, signer: &Signer, call: Call) -> Result<Outcome, SubmitError> {
		let submitter = Submitter::start(self.chain.clone(), signer.clone());
		submitter.submit_until(call, Until::InBlock).await
	}

	/// What the accounts have, all at one block.
	pub async fn money(&self, accounts: &[(&str, AccountId)]) -> Money {
		let at = self.chain.latest().await.expect("a block");
		let mut money = Vec::new();
		for (name, account) in accounts {
			let has = at.account(account).await.expect("a balance");
			money.push(((*name).to_owned(), has.free + has.held));
		}
		Money(money)
	}

	/// All that happened to channels, oldest first.
	pub async fn channel_events(&self) -> Vec<ChannelEvent> {
		let best = self.chain.best().await.expect("a block").number;
		let mut events = Vec::new();
		for number in 1..=best {
			let block = self.chain.block_at(number).await.expect("a block");
			let at = self.chain.at(block).await.expect("its state");
			events.extend(at.channel_events().await.expect("its events"));
		}
		events
	}

	/// Lets the lot fall on all work of subnet 0, two minutes from now.
	pub async fn audit_everything(&self) {
		let at = self.chain.latest().await.expect("a block");
		let rules = at.subnet(0).await.expect("an answer").expect("subnet 0 is there").parameters;
		let all = 1_000_000;
		// What providers owe for audits must leave them half of a charge.
		let rules = SubnetParameters {
			audit_rate_min: all,
			audit_rate_max: all,
			auditor_share: 0,
			..rules
		};
		let call = calls::sudo(calls::update_subnet(0, rules));
		self.submit(&signer("//Alice"), call).await.expect("root can change the rules");
	}

	/// Waits until the lot falls on all work of subnet 0.
	pub async fn everything_is_audited(&self) {
		let rate = || async {
			let at = self.chain.latest().await.expect("a block");
			let subnet = at.subnet(0).await.expect("an answer").expect("subnet 0 is there");
			subnet.parameters.audit_rate_min
		};
		let in_force = async {
			while rate().await < 1_000_000 {
				tokio::time::sleep(Duration::from_secs(1)).await;
			}
		};
		tokio::time::timeout(2 * LIMIT, in_force).await.expect("the rules are in force");
	}

	/// Waits until a job's state is one that the test waits for.
	pub async fn job_until(&self, job: JobId, is_it: impl Fn(&JobState) -> bool) -> JobUpdate {
		let mut updates = self.chain.wait_for_job(job);
		let mut last = None;
		let search = async {
			while let Some(update) = updates.next().await.expect("the job is known") {
				if is_it(&update.job.state) {
					return Some(update);
				}
				last = Some(update.job.state);
			}
			None
		};
		let found = tokio::time::timeout(crate::LIMIT, search).await;
		match found {
			Ok(Some(update)) => update,
			_ => panic!("job {job:?} never got there; last seen: {last:?}"),
		}
	}

	/// Waits until a provider has a job: the chain draws one after the block of the submission.
	pub async fn assigned(&self, job: JobId) -> AccountId {
		let assigned = |state: &JobState| matches!(state, JobState::Assigned { .. });
		let update = self.job_until(job, assigned).await;
		*update.job.state.provider().expect("an assigned job has a provider")
	}

	/// All that ever happened to a job, oldest first, up to the newest block.
	pub async fn history(&self, job: JobId) -> Vec<JobEvent> {
		let best = self.chain.best().await.expect("a block").number;
		let mut history = Vec::new();
		for number in 1..=best {
			let block = self.chain.block_at(number).await.expect("a block of ours");
			let at = self.chain.at(block).await.expect("its state");
			let events = at.job_events().await.expect("its events");
			history.extend(events.into_iter().filter(|event| event.job() == job));
		}
		history
	}
}

/// A verifier that has the chat model, and is up.
async fn start_verifier(options: &VerifierOptions) -> Process {
	std::fs::create_dir_all(&options.data_dir).expect("a directory");
	let path = find_chat_model(Some(&root().join("models"))).expect("the chat model");
	let owner = signer("//Alice").account();
	options.add_model(&path, &owner).await.expect("a sound model");
	let mut process = options.start().expect("the verifier starts");
	let up = worker::wait_until_up(&mut process, options.port).await;
	up.expect("the verifier's HTTP comes up");
	process
}

/// A development account's key.
pub(crate) fn signer(suri: &str) -> Signer {
	Signer::from_suri(suri).expect("a development account")
}
