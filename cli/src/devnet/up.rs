//! Bringing a network up, and keeping it up until somebody says enough.

use std::{
	fs::{self, File},
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

use reckon_sdk::{AccountId, Chain, Signer};
use serde_json::{json, Value};
use tokio::{
	signal::unix::{signal, SignalKind},
	time::sleep,
};

use super::{
	addresses,
	cache::Cache,
	demo,
	gateway::{self, GatewayOptions},
	layout::{chat_calibration, find_chat_model, find_embedding_model, find_program},
	node::{self, explorer_url, wait_until_up, NodeOptions, Role},
	setup::{self, Cast, Models},
	state::{absolute, already_up, Lock, State},
	verifier::VerifierOptions,
	worker::{self, WorkerOptions},
	UpArgs,
};
use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
	ports::Ports,
	process::{stop_all, Identity, Process},
};

/// The ports that people know; others are taken when these are not free.
const WANTED_PORTS: [u16; 7] = [9944, 30333, 9615, 9620, 9621, 8000, 8001];
/// Seconds between the gateway's batches: two blocks.
const BATCH_SECONDS: u64 = 12;
/// How often to look whether a process has ended by itself.
const WATCH: Duration = Duration::from_millis(500);

/// Brings the network up and keeps it up until a signal comes or a part of it ends.
pub(super) async fn run(context: &Context, args: &UpArgs) -> Result<()> {
	// From here on: a signal that comes early must not leave anything behind.
	let stopped = stop_signal()?;
	tokio::pin!(stopped);
	let plan = Plan::new(args)?;
	let dir = plan.dir.clone();
	fs::create_dir_all(&dir).map_err(|error| Failure::io(dir.display(), &error))?;
	let _lock = claim(context, &dir)?;
	plan.clean(args.keep)?;

	let mut net = Net::new(dir.clone(), Ports::reserve(WANTED_PORTS)?)?;
	let result = tokio::select! {
		result = keep_up(context, &plan, &mut net) => result,
		() = &mut stopped => {
			context.output.say("\nstopping");
			Ok(())
		},
	};
	net.stop();
	State::remove(&dir);
	result
}

async fn keep_up(context: &Context, plan: &Plan, net: &mut Net) -> Result<()> {
	let report = bring_up(context, plan, net).await?;
	context.output.result(&report.json, || report.text);
	net.state.ready = true;
	net.save()?;
	Err(first_to_end(&mut net.processes).await)
}

/// Waits until one of the processes ends by itself.
async fn first_to_end(processes: &mut [Process]) -> Failure {
	loop {
		for process in &mut *processes {
			if let Err(failure) = process.ensure_running() {
				return failure;
			}
		}
		sleep(WATCH).await;
	}
}

struct Report {
	json: Value,
	text: String,
}

async fn bring_up(context: &Context, plan: &Plan, net: &mut Net) -> Result<Report> {
	let since = Instant::now();
	let cast = Cast::new()?;
	let hot_key = plan.hot_key()?;
	let [rpc_port, p2p_port, metrics_port, worker_port, verifier_port, gateway_port, grpc_port] =
		net.ports.numbers;

	let verifier = VerifierOptions {
		program: plan.worker.clone(),
		data_dir: plan.dir.join("verifier"),
		log: plan.logs().join("verifier.log"),
		port: verifier_port,
	};

	let step = context.output.start("chain");
	let node = NodeOptions {
		program: plan.node.clone(),
		role: Role::Alone,
		base_path: plan.dir.join("node"),
		cache: Cache::at_home(),
		log: plan.logs().join("node.log"),
		rpc_port,
		p2p_port,
		metrics_port,
		verifier: Some(node::Verifier { port: verifier_port, token_file: verifier.token_file() }),
	};
	net.add(node.start()?)?;
	let options = WorkerOptions {
		program: plan.worker.clone(),
		data_dir: plan.dir.join("worker"),
		key_file: plan.key_file(),
		log: plan.logs().join("worker.log"),
		port: worker_port,
		chain_url: String::new(),
		gateways: vec![format!("http://127.0.0.1:{grpc_port}")],
		environment: Vec::new(),
	};
	// The worker looks at the models while the node starts.
	let started = Instant::now();
	let [node] = net.processes.as_mut_slice() else {
		return Err(Failure::new("error", "the node is not alone yet"));
	};
	let add = async {
		let owner = cast.owner.account();
		let embedding = options.add_model(&plan.embedding_model, &owner).await?;
		let chat = options.add_model(&plan.chat_model, &owner).await?;
		verifier.add_model(&plan.chat_model, &owner).await?;
		Ok::<_, Failure>((Models { chat, embedding }, started.elapsed()))
	};
	let connect = async {
		let url = wait_until_up(node).await?;
		let chain = Chain::connect(&url).await.map_err(failure)?;
		Ok::<_, Failure>((url, chain))
	};
	let ((url, chain), (models, hashing)) = tokio::try_join!(connect, add)?;
	net.state.rpc_url = Some(url.clone());
	net.state.explorer_url = Some(explorer_url(&url));
	net.state.metrics_url = Some(format!("http://127.0.0.1:{metrics_port}/metrics"));
	net.save()?;
	let best = chain.best().await.map_err(failure)?;
	step.done(&format!("#{} {url}", best.number));
	context.output.say(&format!(
		"  ✔ {:<10} two added to the worker's store, one to the verifier's  {:.1} s",
		"models",
		hashing.as_secs_f64()
	));

	let gateway = GatewayOptions {
		program: plan.gateway.clone(),
		data_dir: plan.dir.join("gateway"),
		key_file: plan.dir.join("gateway.key"),
		log: plan.logs().join("gateway.log"),
		port: gateway_port,
		grpc_port,
		chain_url: url.clone(),
		batch_seconds: BATCH_SECONDS,
		environment: Vec::new(),
	};
	gateway.write_key(setup::GATEWAY)?;
	let options = WorkerOptions { chain_url: url, ..options };
	let step = context.output.start("setup");
	let calibration = chat_calibration(&plan.chat_model, models.chat.manifest)?;
	let urls = (options.url(), gateway.url());
	setup::prepare(&chain, &cast, &models, calibration, &hot_key, &urls.0, &urls.1).await?;
	step.done("models, provider and gateway are on chain");

	let step = context.output.start("gateway");
	let mut process = gateway.start()?;
	let up = worker::wait_until_up(&mut process, gateway_port).await;
	net.state.gateway_url = Some(gateway.url());
	net.add(process)?;
	up?;
	step.done(&format!("{} at {}", cast.gateway.account(), gateway.url()));

	let step = context.output.start("verifier");
	let mut process = verifier.start()?;
	let up = worker::wait_until_up(&mut process, verifier_port).await;
	net.state.verifier_url = Some(verifier.url());
	net.add(process)?;
	up?;
	step.done(&format!("the node audits with {}", verifier.url()));

	let step = context.output.start("worker");
	let mut worker = options.start()?;
	let up = worker::wait_until_up(&mut worker, worker_port).await;
	net.state.worker_url = Some(options.url());
	net.add(worker)?;
	up?;
	step.done(&format!("{} at {}", hot_key, options.url()));

	let doors = async {
		let step = context.output.start("channel");
		let gateway_account = cast.gateway.account();
		let (client, url) = (&cast.client, gateway.url());
		let account = gateway::open_account(
			&chain,
			client,
			&gateway_account,
			&url,
			&plan.dir,
			gateway::DEPOSIT,
		)
		.await?;
		step.done(&format!("{} pays through one to the gateway", client.account()));
		let demo = demo::run(context, &chain, &cast, &models, hot_key, since).await?;
		let step = context.output.start("stream");
		let streamed = gateway::streamed_chat(&account).await?;
		step.done(&format!("{} pieces: {}", streamed.pieces, streamed.text.trim()));
		Ok::<_, Failure>((demo, account, streamed))
	};
	let (demo, account, streamed) = tokio::select! {
		done = doors => done?,
		failure = first_to_end(&mut net.processes) => return Err(failure),
	};
	let text = format!(
		"\n{}\n\nfirst answer after {:.1} s\n\nthrough the gateway, streamed:\n  {}\n\n{}\n\
		 logs      {}\n\nexport OPENAI_BASE_URL={}\nexport OPENAI_API_KEY={}\n\n{}",
		demo.to_text(context),
		demo.first_answer,
		streamed.to_text(),
		addresses(&net.state),
		plan.logs().display(),
		account.base_url,
		account.key,
		plan.hint(&account),
	);
	let mut json = demo.to_json();
	if let Value::Object(fields) = &mut json {
		fields.insert("devnet".into(), json!(net.state));
		fields.insert("streamed".into(), streamed.to_json());
		let asks = json!({ "base_url": account.base_url, "api_key": account.key });
		fields.insert("openai".into(), asks);
	}
	Ok(Report { json, text })
}

/// What is needed, found before anything is started.
struct Plan {
	dir: PathBuf,
	node: PathBuf,
	worker: PathBuf,
	gateway: PathBuf,
	chat_model: PathBuf,
	embedding_model: PathBuf,
}

impl Plan {
	fn new(args: &UpArgs) -> Result<Self> {
		let (bin_dir, models_dir) = (args.bin_dir.as_deref(), args.models_dir.as_deref());
		Ok(Self {
			dir: absolute(&args.dir.dir)?,
			node: find_program(bin_dir, "reckon-node")?,
			worker: find_program(bin_dir, "reckon-worker")?,
			gateway: find_program(bin_dir, "reckon-gateway")?,
			chat_model: find_chat_model(models_dir)?,
			embedding_model: find_embedding_model(models_dir)?,
		})
	}

	fn logs(&self) -> PathBuf {
		self.dir.join("logs")
	}

	fn key_file(&self) -> PathBuf {
		self.dir.join("worker.key")
	}

	/// Removes what an earlier network left, and nothing else; with `keep` the logs alone.
	fn clean(&self, keep: bool) -> Result<()> {
		let logs = self.logs();
		let old = ["node", "worker", "verifier", "gateway"].map(|name| self.dir.join(name));
		let supervisors = [super::detach::OUT, super::detach::ERRORS];
		for dir in old.iter().filter(|dir| !keep && dir.exists()) {
			fs::remove_dir_all(dir).map_err(|error| Failure::io(dir.display(), &error))?;
		}
		fs::create_dir_all(&logs).map_err(|error| Failure::io(logs.display(), &error))?;
		let entries = fs::read_dir(&logs).map_err(|error| Failure::io(logs.display(), &error))?;
		for entry in entries.flatten() {
			// Our own output may go there at this moment.
			if !supervisors.iter().any(|name| entry.file_name() == *name) {
				let _ = fs::remove_file(entry.path());
			}
		}
		for dir in ["worker", "verifier", "gateway"].map(|name| self.dir.join(name)) {
			fs::create_dir_all(&dir).map_err(|error| Failure::io(dir.display(), &error))?;
		}
		Ok(())
	}

	/// The worker's key: made once for each directory.
	fn hot_key(&self) -> Result<AccountId> {
		let path = self.key_file();
		let signer = match File::open(&path) {
			Ok(_) => Signer::from_file(&path),
			Err(_) => Signer::create_file(&path),
		};
		signer.map(|signer| signer.account()).map_err(|error| failure(error.into()))
	}

	/// What to do next.
	fn hint(&self, account: &gateway::Account) -> String {
		let question = r#"reckon chat --model reckon-lexicon "what is a harbor?""#;
		let dir = self.dir.display();
		let env = account.env_file.display();
		format!("try       {question}\nOpenAI    . {env}, and any program that knows OpenAI's API\nstop      reckon devnet down --dir {dir}, or Ctrl-C where it is up")
	}
}

/// The right to use a directory; what an earlier network left running is stopped.
fn claim(context: &Context, dir: &Path) -> Result<Lock> {
	let stale = State::read(dir);
	let lock = Lock::take(dir)?.ok_or_else(|| already_up(dir))?;
	if let Some(state) = stale {
		let left = state.alive().len();
		if left > 0 {
			context.output.say(&format!("stopping {left} processes that an earlier network left"));
			state.stop();
		}
		State::remove(dir);
	}
	Ok(lock)
}

/// The network's processes, and the file that says which they are.
struct Net {
	dir: PathBuf,
	state: State,
	processes: Vec<Process>,
	ports: Ports<{ WANTED_PORTS.len() }>,
}

impl Net {
	fn new(dir: PathBuf, ports: Ports<{ WANTED_PORTS.len() }>) -> Result<Self> {
		let pid = i32::try_from(std::process::id()).unwrap_or_default();
		let us = Identity::of("supervisor", pid)
			.ok_or_else(|| Failure::new("error", "/proc is not there; this needs Linux"))?;
		let net = Self { dir, state: State::new(us), processes: Vec::new(), ports };
		net.save()?;
		Ok(net)
	}

	fn add(&mut self, process: Process) -> Result<()> {
		self.state.processes.extend(process.identity());
		self.processes.push(process);
		self.save()
	}

	fn save(&self) -> Result<()> {
		self.state.write(&self.dir)
	}

	fn stop(self) {
		stop_all(self.processes);
	}
}

/// Ends at the first signal that asks us to end.
fn stop_signal() -> Result<impl std::future::Future<Output = ()>> {
	let listen = |kind| signal(kind).map_err(|error| Failure::io("signals", &error));
	let mut interrupt = listen(SignalKind::interrupt())?;
	let mut terminate = listen(SignalKind::terminate())?;
	let mut hangup = listen(SignalKind::hangup())?;
	Ok(async move {
		tokio::select! {
			_ = interrupt.recv() => {},
			_ = terminate.recv() => {},
			_ = hangup.recv() => {},
		}
	})
}
