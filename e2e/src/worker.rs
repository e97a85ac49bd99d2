//! Providers and their workers.

use reckon_cli::{
	devnet::{
		layout::{chat_calibration, find_chat_model, find_embedding_model},
		worker::{wait_until_up, AddedModel, WorkerOptions},
	},
	ports::Ports,
	process::Process,
};
use reckon_sdk::{
	calls, model_id, token::UNIT, AccountId, Calibration, ModelDetails, ModelId, NumericProfile,
	Price, Signer, TaskKind, TaskSet, H256,
};

use crate::{
	net::{signer, Net},
	program, root,
};

/// What every provider of the tests asks for.
const PRICE: Price =
	Price { base: UNIT / 1_000, per_input: UNIT / 100_000, per_output: UNIT / 50_000 };

/// A provider that is registered and offers the chat model, and the embedding model if it was
/// added.
pub struct Provider {
	/// The provider's key.
	pub signer: Signer,
	/// Its worker's hot key.
	pub hot_key: Signer,
	options: WorkerOptions,
	_ports: Ports<1>,
}

/// A running worker.
pub struct Worker {
	/// The process.
	pub process: Process,
}

impl Provider {
	/// The provider's account.
	pub fn account(&self) -> AccountId {
		self.signer.account()
	}

	/// Where its worker's HTTP is.
	pub fn endpoint(&self) -> String {
		self.options.url()
	}

	/// Lets its worker join a gateway too, from its next start on.
	pub fn join(&mut self, gateway: &crate::Gateway) {
		self.options.gateways.push(gateway.grpc_url());
	}

	/// Starts its worker.
	pub async fn start(&self) -> Worker {
		let mut process = self.options.start().expect("the worker starts");
		let up = wait_until_up(&mut process, self.options.port).await;
		up.expect("the worker's HTTP comes up");
		Worker { process }
	}

	/// Starts its worker so that it ends at a point as by `kill -9`, without waiting for it.
	pub fn start_to_crash_at(&self, point: &str) -> Worker {
		let mut options = self.options.clone();
		options.environment.push(("RECKON_WORKER_CRASH_AT".into(), point.into()));
		Worker { process: options.start().expect("the worker starts") }
	}

	/// Its worker's directory.
	pub fn data_dir(&self) -> &std::path::Path {
		&self.options.data_dir
	}

	/// Adds another model to its worker's store.
	pub async fn add_model(&self, path: &std::path::Path) -> AddedModel {
		let owner = signer("//Alice").account();
		self.options.add_model(path, &owner).await.expect("a sound model")
	}

	/// What its worker has written.
	pub fn log(&self) -> String {
		std::fs::read_to_string(&self.options.log).unwrap_or_default()
	}
}

impl Net {
	/// Makes a development account a provider with a worker that is not started yet, but has the
	/// chat model in its store.
	pub async fn provider(&self, suri: &str) -> Provider {
		let name = suri.trim_start_matches('/').to_lowercase();
		let key_file = self.path(&format!("{name}.key"));
		let hot_key = Signer::create_file(&key_file).expect("a new key");
		let ports = Ports::reserve([0]).expect("a free port");
		let [port] = ports.numbers;
		let options = WorkerOptions {
			program: program("reckon-worker"),
			data_dir: self.path(&format!("{name}-worker")),
			key_file,
			log: self.path(&format!("{name}-worker.log")),
			port,
			gateways: Vec::new(),
			chain_url: self.url.clone(),
			environment: Vec::new(),
		};
		std::fs::create_dir_all(&options.data_dir).expect("a directory");
		let provider = Provider { signer: signer(suri), hot_key, options, _ports: ports };
		let register =
			calls::register(provider.hot_key.account(), 400 * UNIT, 4, &provider.endpoint());
		let register = self.submit(&provider.signer, register);
		let pocket_money = calls::transfer(provider.hot_key.account(), 10 * UNIT);
		let payer = signer("//Alice//stash");
		let pay = self.submit(&payer, pocket_money);
		let (registered, paid) = tokio::join!(register, pay);
		registered.expect("a provider can register");
		paid.expect("the stash has money");
		provider
	}

	/// Puts the chat model into a provider's store and offers it.
	pub async fn offer_chat(&self, provider: &Provider) -> ModelId {
		self.offer_chat_of(provider, "//Alice", "reckon-lexicon").await
	}

	/// As [`Self::offer_chat`], as another one's model of this name.
	pub async fn offer_chat_of(&self, provider: &Provider, owner: &str, name: &str) -> ModelId {
		let path = find_chat_model(Some(&root().join("models"))).expect("the chat model");
		self.offer(provider, &path, (owner, name), None).await
	}

	/// As [`Self::offer_chat`], of a model whose answers can be audited.
	pub async fn offer_audited_chat(&self, provider: &Provider) -> ModelId {
		let path = find_chat_model(Some(&root().join("models"))).expect("the chat model");
		let owner = signer("//Alice").account();
		let added = provider.options.add_model(&path, &owner).await.expect("a sound model");
		let calibration = chat_calibration(&path, added.manifest);
		let calibration = calibration.expect("its calibration, of these very weights");
		self.offer(provider, &path, ("//Alice", "reckon-lexicon"), Some(calibration)).await
	}

	/// Puts the embedding model into a provider's store and offers it.
	pub async fn offer_embedding(&self, provider: &Provider) -> ModelId {
		let path = find_embedding_model(None).expect("the embedding model");
		self.offer(provider, &path, ("//Alice", "all-minilm-l6-v2"), None).await
	}

	async fn offer(
		&self,
		provider: &Provider,
		path: &std::path::Path,
		(owner, name): (&str, &str),
		calibration: Option<Calibration>,
	) -> ModelId {
		let owner = signer(owner);
		let added = provider.options.add_model(path, &owner.account()).await;
		let added = added.expect("a sound model");
		let (tasks, context) = (&added.tasks, added.context);
		let model = self.register(&owner, added.manifest, name, tasks, context, calibration).await;
		assert_eq!(model, added.id, "the worker and the chain call it differently");
		let offer = calls::offer(0, model, PRICE);
		self.submit(&provider.signer, offer).await.expect("a model that exists can be offered");
		model
	}

	/// Offers a model that no worker needs to have.
	pub async fn offer_anything(&self, provider: &Provider, model: ModelId) {
		let offer = calls::offer(0, model, PRICE);
		self.submit(&provider.signer, offer).await.expect("a model that exists can be offered");
	}

	/// Puts a model into the chain's store, owned by Alice, unless it is there; says its id.
	pub async fn register_model(
		&self,
		manifest: H256,
		name: &str,
		tasks: &[TaskKind],
		context: u32,
	) -> ModelId {
		self.register(&signer("//Alice"), manifest, name, tasks, context, None).await
	}

	async fn register(
		&self,
		owner: &Signer,
		manifest: H256,
		name: &str,
		tasks: &[TaskKind],
		context: u32,
		calibration: Option<Calibration>,
	) -> ModelId {
		let id = model_id(&owner.account(), manifest);
		let at = self.chain.latest().await.expect("a block");
		if at.model(id).await.expect("an answer").is_some() {
			return id;
		}
		let details = ModelDetails {
			manifest,
			tasks: TaskSet::of(tasks),
			profile: NumericProfile::F32,
			calibration,
			context,
			licence: b"Apache-2.0".to_vec(),
			royalty: 20_000,
			trained_on: Default::default(),
		};
		let register = calls::register_model(name, details);
		self.submit(owner, register).await.expect("a new model can be registered");
		id
	}
}
