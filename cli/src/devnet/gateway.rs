//! Starting a gateway, and asking it as programs do that know OpenAI's API.

use std::{
	fs::{self, OpenOptions},
	io::Write,
	os::unix::fs::OpenOptionsExt,
	path::{Path, PathBuf},
	process::Command,
	time::{Duration, Instant},
};

use reckon_sdk::{calls, token::UNIT, AccountId, At, Balance, Chain, Signer, Submitter, Until};
use reqwest::{header, Client, StatusCode};
use serde_json::{json, Value};
use tokio::time::{sleep, timeout};

use super::setup::CHAT;
use crate::{
	context::failure,
	failure::{Failure, Result},
	gateway::key::{sign_in, NewKey},
	http,
	process::Process,
};

/// What the client puts into its channel.
pub(super) const DEPOSIT: Balance = 10 * UNIT;
/// Requests that it can have at once.
const LANES: u32 = 8;
/// How long the channel may take to be finalized and seen.
const OPEN: Duration = Duration::from_secs(120);
/// How long a streamed answer may take.
const ANSWER: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(250);
/// The file for a shell: `. gateway.env`.
const ENV_FILE: &str = "gateway.env";
const QUESTION: &str = "what is a harbor?";

/// How a gateway is started.
#[derive(Debug, Clone)]
pub struct GatewayOptions {
	/// The program.
	pub program: PathBuf,
	/// Where its database is.
	pub data_dir: PathBuf,
	/// The file with its account's key.
	pub key_file: PathBuf,
	/// Where its log goes.
	pub log: PathBuf,
	/// The port of its HTTP.
	pub port: u16,
	/// The port of its gRPC.
	pub grpc_port: u16,
	/// The node.
	pub chain_url: String,
	/// Seconds between batches.
	pub batch_seconds: u64,
	/// More environment.
	pub environment: Vec<(String, String)>,
}

impl GatewayOptions {
	/// Where clients reach it.
	pub fn url(&self) -> String {
		format!("http://127.0.0.1:{}", self.port)
	}

	/// Where workers join it.
	pub fn grpc_url(&self) -> String {
		format!("http://127.0.0.1:{}", self.grpc_port)
	}

	/// Writes its account's key where it looks for it.
	///
	/// # Errors
	/// When the file can't be written.
	pub fn write_key(&self, suri: &str) -> Result<()> {
		write_private(&self.key_file, suri)
	}

	/// Starts the gateway; [`super::worker::wait_until_up`] waits for it.
	///
	/// # Errors
	/// When the program can't be started.
	pub fn start(&self) -> Result<Process> {
		let mut command = Command::new(&self.program);
		command
			.arg("run")
			.args(["--chain", &self.chain_url])
			.arg("--data-dir")
			.arg(&self.data_dir)
			.arg("--key-file")
			.arg(&self.key_file)
			.args(["--listen", &format!("127.0.0.1:{}", self.port)])
			.args(["--grpc-listen", &format!("127.0.0.1:{}", self.grpc_port)])
			.args(["--batch-seconds", &self.batch_seconds.to_string()])
			.envs(self.environment.iter().map(|(name, value)| (name, value)));
		Process::start("gateway", command, &self.log)
	}
}

/// The call that makes an account a gateway of subnet 0, or changes where it is; `None` when all is as it
/// should be.
pub(super) async fn registration(
	at: &At,
	account: &AccountId,
	url: &str,
) -> Result<Option<reckon_sdk::Call>> {
	let known = at.gateway(account).await.map_err(failure)?;
	Ok(match known {
		Some(gateway) if gateway.endpoint() == url => None,
		Some(_) => Some(calls::update_gateway(url)),
		None => {
			let subnet = at.subnet(0).await.map_err(failure)?;
			let bond = subnet.map(|subnet| subnet.parameters.min_gateway_bond).unwrap_or_default();
			Some(calls::register_gateway(0, bond.max(UNIT), url))
		},
	})
}

/// What programs need to ask: `OPENAI_BASE_URL` and `OPENAI_API_KEY`.
#[derive(Debug, Clone)]
pub struct Account {
	/// With `/v1`.
	pub base_url: String,
	/// The API key.
	pub key: String,
	/// The file that has both, for shells.
	pub env_file: PathBuf,
}

/// Signs in, opens a channel with this deposit unless the client has one, and writes down how to ask.
///
/// # Errors
/// When the gateway or the chain refuses, or the file can't be written.
pub async fn open_account(
	chain: &Chain,
	client: &Signer,
	gateway: &AccountId,
	url: &str,
	dir: &Path,
	deposit: Balance,
) -> Result<Account> {
	let http = http::client()?;
	let NewKey { key, session_key, .. } = sign_in(&http, url, client, "devnet", None).await?;
	let at = chain.latest().await.map_err(failure)?;
	let open = at.channels_of(&client.account(), None).await.map_err(failure)?;
	let pays = open.iter().any(|(_, channel)| {
		channel.gateway == *gateway
			&& channel.session_key == session_key.0
			&& channel.closes_at.is_none()
	});
	if !pays {
		let submitter = Submitter::start(chain.clone(), client.clone());
		let call = calls::open_channel(*gateway, deposit, LANES, session_key);
		let opened = submitter.submit_until(call, Until::InBlock).await;
		opened.map_err(|error| failure(error.into()))?;
	}
	let base_url = format!("{url}/v1");
	let env_file = dir.join(ENV_FILE);
	let _ = fs::remove_file(&env_file);
	let text = format!("export OPENAI_BASE_URL={base_url}\nexport OPENAI_API_KEY={key}\n");
	write_private(&env_file, &text)?;
	Ok(Account { base_url, key, env_file })
}

/// A streamed answer.
pub(super) struct Streamed {
	pub(super) text: String,
	pub(super) pieces: usize,
	/// Until the first piece of text, and until the end.
	pub(super) first: Duration,
	pub(super) whole: Duration,
	/// Of the usage that came with it.
	pub(super) tokens: u64,
}

impl Streamed {
	pub(super) fn to_json(&self) -> Value {
		json!({
			"asked": QUESTION,
			"answer": self.text,
			"pieces": self.pieces,
			"tokens": self.tokens,
			"seconds_to_first_piece": self.first.as_secs_f64(),
			"seconds": self.whole.as_secs_f64(),
		})
	}

	pub(super) fn to_text(&self) -> String {
		let (first, whole) = (self.first.as_millis(), self.whole.as_millis());
		let text = self.text.trim();
		format!(
			"{text}\n  {} tokens, the first after {first} ms, all after {whole} ms",
			self.tokens
		)
	}
}

/// Asks for a streamed chat, as soon as the gateway sees the channel and the worker.
pub(super) async fn streamed_chat(account: &Account) -> Result<Streamed> {
	let http = http::client()?;
	let url = format!("{}/chat/completions", account.base_url);
	let body = json!({
		"model": CHAT,
		"messages": [{ "role": "user", "content": QUESTION }],
		"max_tokens": 64,
		"temperature": 0,
		"stream": true,
		"stream_options": { "include_usage": true },
	});
	let until = Instant::now() + OPEN;
	loop {
		let began = Instant::now();
		let response = post(&http, &url, &account.key, &body).await?;
		let status = response.status();
		if status.is_success() {
			let streamed = timeout(ANSWER, read_stream(response, began)).await;
			return streamed.map_err(|_| broken("its answer does not end"))?;
		}
		let said = http::read(response, http::MAX_ANSWER).await.unwrap_or_default();
		let waits = [StatusCode::PAYMENT_REQUIRED, StatusCode::SERVICE_UNAVAILABLE];
		if !waits.contains(&status) || Instant::now() >= until {
			return Err(broken(&format!("{status}: {}", String::from_utf8_lossy(&said))));
		}
		sleep(POLL).await;
	}
}

async fn post(http: &Client, url: &str, key: &str, body: &Value) -> Result<reqwest::Response> {
	let request = http
		.post(url)
		.header(header::CONTENT_TYPE, "application/json")
		.bearer_auth(key)
		.body(body.to_string());
	let sent = timeout(ANSWER, request.send()).await.map_err(|_| broken("no answer begins"))?;
	sent.map_err(|error| broken(&http::reason(&error)))
}

async fn read_stream(mut response: reqwest::Response, began: Instant) -> Result<Streamed> {
	let mut waiting = Vec::new();
	let (mut text, mut pieces, mut tokens) = (String::new(), 0, 0);
	let mut first = None;
	while let Some(chunk) = response.chunk().await.map_err(|error| broken(&http::reason(&error)))? {
		waiting.extend_from_slice(&chunk);
		while let Some(end) = waiting.iter().position(|byte| *byte == b'\n') {
			let line: Vec<u8> = waiting.drain(..=end).collect();
			let line = String::from_utf8_lossy(&line);
			let Some(data) = line.trim().strip_prefix("data: ") else { continue };
			if data == "[DONE]" {
				let whole = began.elapsed();
				let first = first.unwrap_or(whole);
				return Ok(Streamed { text, pieces, first, whole, tokens });
			}
			let event: Value = serde_json::from_str(data)
				.map_err(|error| broken(&format!("{error} in {data}")))?;
			if let Some(message) = event["error"]["message"].as_str() {
				return Err(broken(message));
			}
			if let Some(content) = event["choices"][0]["delta"]["content"].as_str() {
				if !content.is_empty() {
					first.get_or_insert(began.elapsed());
					pieces += 1;
					text.push_str(content);
				}
			}
			if let Some(count) = event["usage"]["completion_tokens"].as_u64() {
				tokens = count;
			}
		}
	}
	Err(broken("the stream ended before its end"))
}

fn broken(why: &str) -> Failure {
	Failure::new("gateway", format!("the gateway does not answer: {why}"))
		.fix("its log is gateway.log beside the others")
}

fn write_private(path: &Path, text: &str) -> Result<()> {
	let failed = |error: std::io::Error| Failure::io(path.display(), &error);
	let mut options = OpenOptions::new();
	options.write(true).create(true).truncate(true).mode(0o600);
	let mut file = options.open(path).map_err(failed)?;
	file.write_all(text.as_bytes()).map_err(failed)
}
