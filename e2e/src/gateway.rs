//! Gateways, and who pays through them.

use reckon_cli::{
	devnet::{
		gateway::{open_account, GatewayOptions},
		worker::wait_until_up,
	},
	ports::Ports,
	process::Process,
};
use reckon_sdk::{calls, token::UNIT, AccountId, Balance, Channel, ChannelId, Signer};

use crate::{
	net::{signer, Net},
	program, LIMIT,
};

/// Two blocks: tests wait for batches.
const BATCH_SECONDS: u64 = 6;

/// The steps that a gateway's log tells of one request, in their order.
pub const STEPS: [&str; 12] = [
	"received",
	"discovered",
	"reserved",
	"validated",
	"paid",
	"confirmed",
	"dispatched",
	"executing",
	"result",
	"checked",
	"finalised",
	"answered",
];

/// Those that it tells of a batch.
pub const BATCH_STEPS: [&str; 3] = ["batched", "committed", "settled"];

/// A gateway that is registered on chain and runs.
pub struct Gateway {
	/// Its account's key.
	pub signer: Signer,
	process: Process,
	options: GatewayOptions,
	_ports: Ports<2>,
}

/// Who has an API key of a gateway and a channel to it.
pub struct Client {
	/// Its wallet.
	pub signer: Signer,
	/// Where it asks, `/v1` included.
	pub base_url: String,
	/// What it shows.
	pub key: String,
	/// What it pays through.
	pub channel: ChannelId,
	/// What it has put in.
	pub deposit: Balance,
}

impl Net {
	/// Makes a development account a gateway of subnet 0, and starts it.
	pub async fn gateway(&self, suri: &str) -> Gateway {
		self.gateway_with(suri, None).await
	}

	/// As [`Self::gateway`], with its store in this database where one is named.
	pub async fn gateway_with(&self, suri: &str, store: Option<&str>) -> Gateway {
		let name = suri.trim_start_matches('/').to_lowercase();
		let ports = Ports::reserve([0; 2]).expect("free ports");
		let [port, grpc_port] = ports.numbers;
		let options = GatewayOptions {
			program: program("reckon-gateway"),
			data_dir: self.path(&format!("{name}-gateway")),
			key_file: self.path(&format!("{name}-gateway.key")),
			log: self.path(&format!("{name}-gateway.log")),
			port,
			grpc_port,
			chain_url: self.url.clone(),
			batch_seconds: BATCH_SECONDS,
			environment: [
				("RECKON_GATEWAY_LOG", "info,reckon_gateway=debug"),
				("RECKON_GATEWAY_LOG_FORMAT", "json"),
			]
			.into_iter()
			.chain(store.map(|store| ("RECKON_GATEWAY_STORE", store)))
			.map(|(name, value)| (name.to_owned(), value.to_owned()))
			.collect(),
		};
		options.write_key(suri).expect("its key can be written");
		let signer = signer(suri);
		let at = self.chain.latest().await.expect("a block");
		let subnet = at.subnet(0).await.expect("an answer").expect("subnet 0 is there");
		let bond = subnet.parameters.min_gateway_bond.max(UNIT);
		let offered = self.chain.best().await.expect("a block").number;
		let register = calls::register_gateway(0, bond, &options.url());
		self.submit(&signer, register).await.expect("a gateway can be registered");
		// It reads what is offered when it starts, as far as it is final, and then twice a minute.
		self.finalized(offered).await;
		let process = run(&options).await;
		Gateway { signer, process, options, _ports: ports }
	}

	/// Lets a development account sign in at a gateway and open a channel to it. The gateway sees that
	/// a moment later.
	pub async fn client(&self, gateway: &Gateway, suri: &str, deposit: Balance) -> Client {
		let signer = signer(suri);
		let to = gateway.account();
		let url = gateway.options.url();
		let (chain, dir) = (&self.chain, self.path(""));
		let opened = open_account(chain, &signer, &to, &url, &dir, deposit).await;
		let account = opened.expect("a channel can be opened");
		let at = chain.latest().await.expect("a block");
		let channels = at.channels_of(&signer.account(), None).await.expect("its channels");
		let (channel, _) = channels.into_iter().next().expect("the channel is on chain");
		Client { signer, base_url: account.base_url, key: account.key, channel, deposit }
	}

	/// A channel, unless it is closed.
	pub async fn channel(&self, channel: ChannelId) -> Option<Channel> {
		let at = self.chain.latest().await.expect("a block");
		at.channel(channel).await.expect("an answer")
	}
}

impl Gateway {
	/// Its account.
	pub fn account(&self) -> AccountId {
		self.signer.account()
	}

	/// Where programs ask, `/v1` included.
	pub fn base_url(&self) -> String {
		format!("{}/v1", self.options.url())
	}

	/// Where workers and gRPC's clients reach it.
	pub fn grpc_url(&self) -> String {
		self.options.grpc_url()
	}

	/// Whether these bytes are anywhere in what it keeps or has written down.
	pub fn has_kept(&self, text: &str) -> bool {
		let kept = std::fs::read_dir(&self.options.data_dir).expect("its directory");
		let files = kept.map(|file| file.expect("a file").path()).chain([self.options.log.clone()]);
		let has = |path: std::path::PathBuf| {
			let bytes = std::fs::read(path).unwrap_or_default();
			bytes.windows(text.len()).any(|seen| seen == text.as_bytes())
		};
		files.into_iter().any(has)
	}

	/// Ends it without a word.
	pub fn kill(&mut self) {
		self.process.kill();
	}

	/// Starts it again, with all that it has on its disk.
	pub async fn restart(&mut self) {
		self.kill();
		self.process = run(&self.options).await;
	}

	/// Ends it, and starts it so that it ends itself, as by `kill -9`, when its log has come to a step so often.
	pub fn restart_to_crash_at(&mut self, step: &str, nth: u64) {
		self.kill();
		let mut options = self.options.clone();
		let crash = ("RECKON_GATEWAY_CRASH_AT".into(), format!("{step}:{nth}"));
		options.environment.push(crash);
		self.process = options.start().expect("the gateway starts");
	}

	/// Waits until it has ended by itself.
	pub fn wait_for_crash(&mut self) {
		if let Err(error) = self.process.wait(LIMIT) {
			panic!("{error}:\n{}", self.log());
		}
	}

	/// How many bytes of [`Self::log`] there are.
	pub fn logged(&self) -> usize {
		let metadata = std::fs::metadata(&self.options.log);
		metadata.map_or(0, |file| usize::try_from(file.len()).unwrap_or(usize::MAX))
	}

	/// What it has written, in all its lives.
	pub fn log(&self) -> String {
		std::fs::read_to_string(&self.options.log).unwrap_or_default()
	}
}

async fn run(options: &GatewayOptions) -> Process {
	let mut process = options.start().expect("the gateway starts");
	let up = wait_until_up(&mut process, options.port).await;
	up.expect("the gateway's HTTP comes up");
	process
}
