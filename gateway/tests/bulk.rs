//! Files and bulks, through the clients' door.

#![allow(missing_docs)]

mod common;

use common::{bounds, Manner, Net, Table, PRICE};
use reckon_gateway::{
	api::Limits, bulk, desk::Desk, gateway::Gateway, reservation::OnChain, rooms::Bounds,
};
use reckon_gateway_protocol::v1::to_worker;
use reckon_gateway_store::{Key, State};
use reckon_primitives::{AccountId, Balance, Units};
use reckon_receipts::charge;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{json, Value};
use sp_core::H256;
use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
	sync::watch,
	task::JoinHandle,
};

const MUCH: Balance = 1_000_000;
const CHAT: &str = "/v1/chat/completions";

fn cost() -> Balance {
	charge(&PRICE, Units { input: 7, output: 4 })
}

fn quick(change: impl Fn(&mut bulk::Bounds)) -> Bounds {
	let pause = Duration::from_millis(20);
	let mut bulk = bulk::Bounds { pause, ..bulk::Bounds::default() };
	change(&mut bulk);
	Bounds { bulk, ..bounds() }
}

/// A client's door, a key to it, and somebody who works through bulks.
struct Door {
	net: Net,
	at: SocketAddr,
	key: String,
	stop: watch::Sender<bool>,
	clerk: JoinHandle<()>,
}

impl Drop for Door {
	fn drop(&mut self) {
		self.clerk.abort();
	}
}

impl Door {
	async fn open(dir: &Path, bounds: Bounds) -> Self {
		let net = Net::over(dir, Arc::new(Table::default()), bounds).await;
		let key = net.secret(MUCH, 8, MUCH).await;
		Self::before(net, key).await
	}

	async fn before(net: Net, key: String) -> Self {
		let at = net.http(Limits::default()).await;
		let (stop, stopped) = watch::channel(false);
		let clerk = tokio::spawn(bulk::run(Gateway::new(net.rooms.clone()), stopped));
		Self { net, at, key, stop, clerk }
	}

	fn to(&self, method: Method, path: &str) -> RequestBuilder {
		Client::new().request(method, format!("http://{}{path}", self.at)).bearer_auth(&self.key)
	}

	async fn get(&self, path: &str) -> (u16, Value) {
		said(self.to(Method::GET, path)).await
	}

	async fn upload(&self, content: &str) -> (u16, Value) {
		self.form(&[("purpose", None, "batch"), ("file", Some("in.jsonl"), content)]).await
	}

	/// A form, as OpenAI's libraries write it.
	async fn form(&self, fields: &[(&str, Option<&str>, &str)]) -> (u16, Value) {
		let mut body = String::new();
		for (name, file, content) in fields {
			let file = file.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
			body += &format!(
				"--xyz\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n"
			);
		}
		body += "--xyz--\r\n";
		let kind = "multipart/form-data; boundary=xyz";
		said(self.to(Method::POST, "/v1/files").header("content-type", kind).body(body)).await
	}

	async fn file(&self, content: &str) -> String {
		let (status, file) = self.upload(content).await;
		assert_eq!(status, 200, "{file}");
		text(&file["id"])
	}

	async fn create(&self, file: &str) -> (u16, Value) {
		let asked = json!({
			"input_file_id": file, "endpoint": CHAT, "completion_window": "24h",
			"metadata": { "for": "a test" },
		});
		said(self.to(Method::POST, "/v1/batches").body(asked.to_string())).await
	}

	/// A batch of this file.
	async fn batch(&self, content: &str) -> String {
		let (status, batch) = self.create(&self.file(content).await).await;
		assert_eq!(status, 200, "{batch}");
		assert_eq!(batch["status"], "validating");
		text(&batch["id"])
	}

	/// The batch once this is so.
	async fn until(&self, id: &str, so: impl Fn(&Value) -> bool) -> Value {
		let mut last = Value::Null;
		for _ in 0..400 {
			last = self.get(&format!("/v1/batches/{id}")).await.1;
			if so(&last) {
				return last;
			}
			tokio::time::sleep(Duration::from_millis(25)).await;
		}
		panic!("never: {last}");
	}

	async fn ended(&self, id: &str) -> Value {
		self.until(id, |batch| {
			!["validating", "in_progress", "finalizing", "cancelling"]
				.contains(&batch["status"].as_str().unwrap())
		})
		.await
	}

	/// The lines of a file.
	async fn lines(&self, id: &Value) -> Vec<Value> {
		let path = format!("/v1/files/{}/content", id.as_str().unwrap());
		let content = self.to(Method::GET, &path).send().await.unwrap().text().await.unwrap();
		content.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
	}

	/// A channel with something in it.
	async fn pays(&self, owner: AccountId) {
		let rooms = &self.net.rooms;
		let session = rooms.keys.session(&*rooms.store, &owner).await.unwrap();
		let session_key = session.public();
		let channel =
			OnChain { client: owner, session_key, left: MUCH, taken: vec![0], closing: false };
		self.net.chain.channels.lock().unwrap().insert(H256([99; 32]), channel);
		self.net.look().await;
	}

	async fn key(&self) -> Key {
		self.net.gateway.key(&self.key).await.unwrap()
	}

	async fn records(&self) -> Vec<reckon_gateway_store::Record> {
		let key = self.key().await;
		self.net.store.requests_of(key.id, 1_000).await.unwrap()
	}
}

async fn said(request: RequestBuilder) -> (u16, Value) {
	let response = request.send().await.unwrap();
	let status = response.status().as_u16();
	let text = response.text().await.unwrap();
	(status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}")))
}

fn text(value: &Value) -> String {
	value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn line(name: &str, change: impl Fn(&mut Value)) -> String {
	let said = json!([{ "role": "user", "content": name }]);
	let body = json!({ "model": "acme/words", "messages": said, "max_tokens": 16 });
	let mut line = json!({ "custom_id": name, "method": "POST", "url": CHAT, "body": body });
	change(&mut line);
	format!("{line}\n")
}

fn lines(count: usize) -> String {
	(0..count).map(|number| line(&format!("line-{number}"), |_| {})).collect()
}

#[tokio::test]
async fn batch_should_be_answered_line_by_line_when_it_is_good() {
	let dir = tempfile::tempdir().unwrap();
	let door = Door::open(dir.path(), quick(|_| {})).await;
	let _worker = door.net.worker(10, Manner::Honest).await;
	let bad = line("bad", |line| line["body"]["temperature"] = json!(9));
	let unknown = line("unknown", |line| line["body"]["model"] = json!("nobody's"));
	let id = door.batch(&format!("{}\n{bad}{unknown}", lines(5))).await;
	let batch = door.ended(&id).await;
	assert_eq!(batch["status"], "completed");
	assert_eq!(batch["object"], "batch");
	assert_eq!(batch["request_counts"], json!({ "total": 7, "completed": 5, "failed": 2 }));
	assert_eq!(batch["metadata"], json!({ "for": "a test" }));
	for time in ["created_at", "in_progress_at", "expires_at", "completed_at"] {
		assert!(batch[time].is_u64(), "{time}: {batch}");
	}
	let answers = door.lines(&batch["output_file_id"]).await;
	assert_eq!(answers.len(), 5);
	for (number, answer) in answers.iter().enumerate() {
		assert_eq!(answer["custom_id"], format!("line-{number}"));
		assert_eq!(
			(&answer["error"], &answer["response"]["status_code"]),
			(&Value::Null, &json!(200))
		);
		let said = &answer["response"]["body"]["choices"][0]["message"]["content"];
		assert_eq!(said, "one two three four");
		assert!(text(&answer["id"]).starts_with("batch_req_"));
		let request = text(&answer["response"]["request_id"]);
		assert_eq!(door.get(&format!("/v1/requests/{request}/receipt")).await.0, 200);
	}
	let refused = door.lines(&batch["error_file_id"]).await;
	let told = |of: &Value| {
		(text(&of["custom_id"]), of["response"]["status_code"].clone(), of["error"].clone())
	};
	assert_eq!(told(&refused[0]), ("bad".into(), json!(400), Value::Null));
	assert_eq!(refused[0]["response"]["body"]["error"]["param"], "temperature");
	assert_eq!(told(&refused[1]), ("unknown".into(), json!(404), Value::Null));
	assert_eq!(door.records().await.len(), 5, "each is asked once");
	let info = door.net.gateway.channel(common::CHANNEL).await;
	assert_eq!(info.unwrap().left, MUCH - 5 * cost());

	let (_, list) = door.get("/v1/batches?limit=1").await;
	assert_eq!((&list["data"][0]["id"], &list["has_more"]), (&json!(id), &json!(false)));
	let (_, outputs) = door.get("/v1/files?purpose=batch_output").await;
	assert_eq!(outputs["data"].as_array().unwrap().len(), 2);
	let metrics = door.to(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
	for count in ["bulk_lines_answered_total 5", "bulk_lines_refused_total 2"] {
		assert!(metrics.contains(&format!("reckon_gateway_{count}\n")), "{count}");
	}
	// What chains call a batch is where it was.
	let leaves = format!("/v1/batches/{:?}/leaves", common::GENESIS);
	assert_eq!(door.get(&leaves).await.1["error"]["code"], "request_not_found");
}

#[tokio::test]
async fn batch_should_fail_when_its_file_is_not_understood() {
	let dir = tempfile::tempdir().unwrap();
	let door = Door::open(dir.path(), quick(|_| {})).await;
	let file = [
		line("one", |_| {}),
		"{\n".into(),
		line("two", |line| drop(line.as_object_mut().unwrap().remove("custom_id"))),
		line("one", |_| {}),
		line("three", |line| line["url"] = json!("/v1/embeddings")),
		line("four", |line| line["method"] = json!("GET")),
		line("five", |line| line["body"]["stream"] = json!(true)),
		line("six", |line| line["body"] = json!([])),
	];
	let batch = door.ended(&door.batch(&file.concat()).await).await;
	assert_eq!(batch["status"], "failed");
	assert!(batch["failed_at"].is_u64() && batch["output_file_id"].is_null());
	let told: Vec<_> = batch["errors"]["data"].as_array().unwrap().iter().collect();
	let told: Vec<_> =
		told.iter().map(|one| (one["line"].as_u64().unwrap(), text(&one["code"]))).collect();
	let expected = [
		(2, "invalid_json_line"),
		(3, "missing_required_parameter"),
		(4, "duplicate_custom_id"),
		(5, "mismatched_url"),
		(6, "invalid_method"),
		(7, "unsupported_parameter"),
		(8, "invalid_body"),
	];
	assert_eq!(told, expected.map(|(line, code)| (line, code.to_owned())));
	assert_eq!(door.records().await, [], "nothing is asked");
}

#[tokio::test]
async fn file_should_be_refused_when_it_is_too_much_or_for_something_else() {
	let dir = tempfile::tempdir().unwrap();
	let door = Door::open(
		dir.path(),
		quick(|bulk| {
			(bulk.file_bytes, bulk.room.owner_bytes, bulk.requests) = (600_000, 1_000_000, 3);
		}),
	)
	.await;
	let long = "x".repeat(600_001);
	for (fields, status, param) in [
		(vec![("purpose", None, "batch"), ("file", Some("f"), &*long)], 413, Value::Null),
		(vec![("purpose", None, "batch"), ("file", Some("f"), "a\nb\nc\nd\n")], 400, json!("file")),
		(vec![("purpose", None, "batch"), ("file", Some("f"), " \n")], 400, json!("file")),
		(vec![("file", Some("f"), "{}"), ("purpose", None, "fine-tune")], 400, json!("purpose")),
		(vec![("file", Some("f"), "{}")], 400, json!("purpose")),
		(vec![("purpose", None, "batch")], 400, json!("file")),
	] {
		let (told, body) = door.form(&fields).await;
		assert_eq!((told, &body["error"]["param"]), (status, &param), "{body}");
	}
	assert_eq!(door.get("/v1/files").await.1["data"], json!([]));
	let half = door.file(&"y".repeat(600_000)).await;
	let (status, body) = door.upload(&"y".repeat(500_000)).await;
	assert_eq!((status, &body["error"]["code"]), (413, &json!("request_too_large")));
	let gone = said(door.to(Method::DELETE, &format!("/v1/files/{half}"))).await;
	assert_eq!(gone, (200, json!({ "id": half, "object": "file", "deleted": true })));
	assert_eq!(door.get(&format!("/v1/files/{half}")).await.0, 404);
	let content = "z".repeat(500_000);
	let id = door.file(&content).await;
	let (_, file) = door.get(&format!("/v1/files/{id}")).await;
	assert_eq!((&file["bytes"], &file["filename"]), (&json!(500_000), &json!("in.jsonl")));
	assert_eq!((&file["purpose"], &file["object"]), (&json!("batch"), &json!("file")));
	let path = format!("/v1/files/{id}/content");
	let same = door.to(Method::GET, &path).send().await.unwrap().text().await.unwrap();
	assert!(same == content);
}

#[tokio::test]
async fn files_and_batches_should_be_their_owner_s_only() {
	let dir = tempfile::tempdir().unwrap();
	let mut door = Door::open(dir.path(), quick(|_| {})).await;
	let file = door.file(&lines(1)).await;
	let id = text(&door.create(&file).await.1["id"]);
	let nobody = door.get("/v1/files/nothing").await.1;
	let stranger = Key {
		id: reckon_gateway::keys::key_id("sk-reckon-stranger"),
		name: "stranger".into(),
		owner: common::OWNER,
		limit: MUCH,
		spent: 0,
		created: 1,
		revoked: None,
	};
	door.net.store.put_key(&stranger).await.unwrap();
	door.key = "sk-reckon-stranger".into();
	// Who can't pay has nothing kept.
	for (status, told) in [door.upload(&lines(1)).await, door.create(&file).await] {
		assert_eq!((status, &told["error"]["code"]), (402, &json!("channel_unusable")));
	}
	door.pays(common::OWNER).await;
	for path in [
		format!("/v1/files/{file}"),
		format!("/v1/files/{file}/content"),
		format!("/v1/batches/{id}"),
		"/v1/files/nothing".into(),
		"/v1/batches/nothing".into(),
	] {
		let (status, body) = door.get(&path).await;
		assert_eq!((status, &body["error"]["code"]), (404, &json!("not_found")), "{path}");
	}
	let (_, hidden) = door.get(&format!("/v1/files/{file}")).await;
	assert_eq!(hidden["error"]["param"], nobody["error"]["param"]);
	assert_eq!(
		hidden["error"]["message"],
		format!("no such file: '{file}'"),
		"as if there were none"
	);
	assert_eq!(said(door.to(Method::DELETE, &format!("/v1/files/{file}"))).await.0, 404);
	assert_eq!(said(door.to(Method::POST, &format!("/v1/batches/{id}/cancel"))).await.0, 404);
	assert_eq!(door.create(&file).await.1["error"]["param"], "input_file_id");
	for path in ["/v1/files", "/v1/batches"] {
		assert_eq!(door.get(path).await.1["data"], json!([]), "{path}");
	}
	door.key = "sk-reckon-nobody".into();
	assert_eq!(door.upload(&lines(1)).await.0, 401);
}

#[tokio::test]
async fn batch_should_wait_when_there_is_nobody_who_works() {
	let dir = tempfile::tempdir().unwrap();
	let door = Door::open(dir.path(), quick(|_| {})).await;
	let id = door.batch(&lines(3)).await;
	door.until(&id, |batch| batch["status"] == "in_progress").await;
	tokio::time::sleep(Duration::from_millis(200)).await;
	let _worker = door.net.worker(10, Manner::Honest).await;
	let batch = door.ended(&id).await;
	assert_eq!(batch["request_counts"], json!({ "total": 3, "completed": 3, "failed": 0 }));
	assert_eq!(batch["error_file_id"], Value::Null);
}

#[tokio::test]
async fn batch_should_expire_when_its_time_is_over() {
	let dir = tempfile::tempdir().unwrap();
	let soon = quick(|bulk| bulk.window = Duration::from_millis(700));
	let door = Door::open(dir.path(), soon).await;
	let batch = door.ended(&door.batch(&lines(300)).await).await;
	assert_eq!(batch["status"], "expired");
	assert!(batch["expired_at"].is_u64() && batch["output_file_id"].is_null());
	let told = door.lines(&batch["error_file_id"]).await;
	assert_eq!(told.len(), 300);
	for one in told {
		let seen = (&one["response"], &one["error"]["code"]);
		assert_eq!(seen, (&Value::Null, &json!("batch_expired")));
	}
}

#[tokio::test]
async fn batch_should_begin_nothing_more_when_it_is_cancelled() {
	let dir = tempfile::tempdir().unwrap();
	let door = Door::open(dir.path(), quick(|bulk| bulk.at_once = 2)).await;
	let _worker = door.net.worker(10, Manner::Tardy).await;
	let file = door.file(&lines(30)).await;
	let id = text(&door.create(&file).await.1["id"]);
	door.until(&id, |batch| batch["request_counts"]["completed"].as_u64() > Some(0)).await;
	let (status, read) = said(door.to(Method::DELETE, &format!("/v1/files/{file}"))).await;
	assert_eq!((status, &read["error"]["param"]), (400, &json!("file_id")), "it is read");
	let cancel = format!("/v1/batches/{id}/cancel");
	let (status, batch) = said(door.to(Method::POST, &cancel)).await;
	assert_eq!((status, &batch["status"]), (200, &json!("cancelling")));
	let batch = door.ended(&id).await;
	assert_eq!(batch["status"], "cancelled");
	assert!(batch["cancelled_at"].is_u64() && batch["cancelling_at"].is_u64());
	let answers = door.lines(&batch["output_file_id"]).await;
	assert_eq!(answers.len(), door.records().await.len(), "what is paid is told");
	assert!(answers.len() < 30);
	let done = door.batch(&lines(1)).await;
	door.ended(&done).await;
	let (status, _) = said(door.to(Method::POST, &format!("/v1/batches/{done}/cancel"))).await;
	assert_eq!(status, 400, "it has ended");
}

#[tokio::test]
async fn batch_should_be_made_once_when_its_client_repeats_itself() {
	let dir = tempfile::tempdir().unwrap();
	let door = Door::open(dir.path(), quick(|_| {})).await;
	let file = door.file(&lines(1)).await;
	let asked =
		json!({ "input_file_id": file, "endpoint": CHAT, "completion_window": "24h" }).to_string();
	let mut ids = Vec::new();
	for count in ["0", "1", "2", "0"] {
		let again = door.to(Method::POST, "/v1/batches").header("x-stainless-retry-count", count);
		ids.push(text(&said(again.body(asked.clone())).await.1["id"]));
	}
	assert_eq!((&ids[0], &ids[1]), (&ids[1], &ids[2]));
	assert_ne!(ids[0], ids[3], "another first try");
}

/// Stops in the middle as `kill -9` does: nothing that runs hears of it.
#[test]
fn batch_should_pay_each_line_once_when_the_gateway_is_killed() {
	let dir = tempfile::tempdir().unwrap();
	let runtime = tokio::runtime::Runtime::new().unwrap();
	let (chain, key, id) = runtime.block_on(async {
		let door = Door::open(dir.path(), quick(|bulk| bulk.at_once = 4)).await;
		let _worker = door.net.worker(10, Manner::Tardy).await;
		let id = door.batch(&lines(20)).await;
		door.until(&id, |batch| batch["request_counts"]["completed"].as_u64() > Some(3)).await;
		(door.net.chain.clone(), door.key.clone(), id)
	});
	runtime.shutdown_timeout(Duration::from_secs(2));
	let runtime = tokio::runtime::Runtime::new().unwrap();
	runtime.block_on(async {
		let net = Net::over(dir.path(), chain, quick(|_| {})).await;
		net.rooms.take_up().await.unwrap();
		let door = Door::before(net, key).await;
		let _worker = door.net.worker(10, Manner::Honest).await;
		let batch = door.ended(&id).await;
		assert_eq!(batch["request_counts"], json!({ "total": 20, "completed": 20, "failed": 0 }));
		let mut names: Vec<_> = door.lines(&batch["output_file_id"]).await;
		names.dedup_by_key(|line| line["custom_id"].clone());
		assert_eq!(names.len(), 20);
		let paid = door.records().await.into_iter();
		let paid = paid.filter(|record| !matches!(record.state, State::Failed(_))).count();
		assert_eq!(paid, 20, "a line is paid once");
		door.stop.send_replace(true);
	});
}

/// A batch that `kill -9` has stopped when a few of its lines were answered, and lines were under way;
/// with its key.
fn killed(dir: &Path, lines_of: usize) -> (Arc<Table>, String, String) {
	let runtime = tokio::runtime::Runtime::new().unwrap();
	let left = runtime.block_on(async {
		let door = Door::open(dir, quick(|bulk| bulk.at_once = 4)).await;
		let _worker = door.net.worker(10, Manner::Tardy).await;
		let id = door.batch(&lines(lines_of)).await;
		door.until(&id, |batch| batch["request_counts"]["completed"].as_u64() > Some(1)).await;
		(door.net.chain.clone(), door.key.clone(), id)
	});
	runtime.shutdown_timeout(Duration::from_secs(2));
	left
}

/// The answer is in the store, and the bulk does not know it: between the two the gateway was killed.
#[test]
fn batch_should_tell_what_is_paid_when_it_is_cancelled_after_a_kill() {
	let dir = tempfile::tempdir().unwrap();
	let (chain, key, id) = killed(dir.path(), 20);
	let runtime = tokio::runtime::Runtime::new().unwrap();
	runtime.block_on(async {
		let net = Net::over(dir.path(), chain, quick(|_| {})).await;
		let bulk: H256 = id.strip_prefix("batch_").unwrap().parse().unwrap();
		assert_eq!(net.store.cancel_bulk(bulk, common::now()).await, Ok(true));
		net.rooms.take_up().await.unwrap();
		// Only the worker that had them can say what became of lines that were under way.
		let door = Door::before(net, key).await;
		let _worker = door.net.worker(10, Manner::Honest).await;
		let batch = door.ended(&id).await;
		assert_eq!(batch["status"], "cancelled");
		let records = door.records().await;
		let paid = records.iter().filter(|record| record.answer.is_some()).count();
		let told = door.lines(&batch["output_file_id"]).await.len();
		assert!((2..20).contains(&paid), "{paid}");
		assert_eq!((told, &batch["error_file_id"]), (paid, &Value::Null));
		let states: Vec<_> = records.iter().map(|record| &record.state).collect();
		assert_eq!(records.len(), paid, "nothing was asked anew: {states:?}");
	});
}

/// The key is revoked, and there is no worker: what is paid is told all the same.
#[test]
fn batch_should_tell_what_is_paid_when_nobody_could_be_asked_again() {
	let dir = tempfile::tempdir().unwrap();
	let runtime = tokio::runtime::Runtime::new().unwrap();
	runtime.block_on(async {
		let door = Door::open(dir.path(), quick(|_| {})).await;
		let worker = door.net.worker(10, Manner::Honest).await;
		// A line's answer, as its bulk would have got it before it was killed.
		let (file, key) = (door.file(&lines(2)).await, door.key().await);
		door.stop.send_replace(true);
		let id = text(&door.create(&file).await.1["id"]);
		let mut name: H256 = id.strip_prefix("batch_").unwrap().parse().unwrap();
		name.0[24..].copy_from_slice(&1_u64.to_be_bytes());
		let mut answering = door.net.ask_again(&key, Some(name)).await.unwrap();
		common::hear(&mut answering).await.1.unwrap();
		drop(worker);
		door.net.gateway.revoke(&key, key.id).await.unwrap();
		let (_stop, stopped) = watch::channel(false);
		let clerk = tokio::spawn(bulk::run(Gateway::new(door.net.rooms.clone()), stopped));
		let bulk = id.strip_prefix("batch_").unwrap().parse().unwrap();
		let ended = async {
			loop {
				let bulk = door.net.store.bulk(bulk).await.unwrap().unwrap();
				if bulk.ended.is_some() {
					return bulk;
				}
				tokio::time::sleep(Duration::from_millis(25)).await;
			}
		};
		let bulk = tokio::time::timeout(Duration::from_secs(10), ended).await.unwrap();
		clerk.abort();
		assert_eq!((bulk.completed, bulk.failed), (1, 1));
		let (_, refused) = door.net.store.pieces(bulk.failures, 0, 9).await.unwrap().remove(0);
		let refused: Value = serde_json::from_slice(&refused).unwrap();
		assert_eq!(refused["response"]["body"]["error"]["code"], "key_revoked");
	});
}

/// Nobody has listened for longer than clients may take to come back, and nothing is cut off.
#[test]
fn line_should_not_be_cut_off_when_its_batch_has_to_wait_after_a_kill() {
	let dir = tempfile::tempdir().unwrap();
	let (chain, ..) = killed(dir.path(), 20);
	let runtime = tokio::runtime::Runtime::new().unwrap();
	runtime.block_on(async {
		let bounds = Bounds { return_within: Duration::from_millis(600), ..quick(|_| {}) };
		let net = Net::over(dir.path(), chain, bounds).await;
		let lines: Vec<_> = net.store.unfinished().await.unwrap();
		assert!(!lines.is_empty(), "something was under way");
		net.rooms.take_up().await.unwrap();
		// It goes on, and ends only what it is told to end.
		let mut worker = net.worker(10, Manner::Slow(2)).await;
		assert!(worker.hears(|said| matches!(said, to_worker::Message::Task(_))).await);
		tokio::time::sleep(Duration::from_millis(1_500)).await;
		let begun = net.store.unfinished().await.unwrap();
		assert_eq!(begun.len(), lines.len(), "they go on");
	});
}

#[tokio::test]
async fn batch_should_hold_nobody_up_when_it_is_stuck() {
	let dir = tempfile::tempdir().unwrap();
	let one = quick(|bulk| (bulk.at_once, bulk.turn) = (1, Duration::from_millis(100)));
	let door = Door::open(dir.path(), one).await;
	let _worker = door.net.worker(10, Manner::Honest).await;
	// More than there is.
	let dear = line("dear", |line| line["body"]["max_tokens"] = json!(1_500));
	let channel = |left| {
		let mut channels = door.net.chain.channels.lock().unwrap();
		channels.get_mut(&common::CHANNEL).unwrap().left = left;
	};
	channel(cost() * 50);
	door.net.look().await;
	let stuck = door.batch(&dear).await;
	door.until(&stuck, |batch| batch["status"] == "in_progress").await;
	let good = door.batch(&lines(2)).await;
	assert_eq!(door.ended(&good).await["status"], "completed");
	assert_eq!(door.get(&format!("/v1/batches/{stuck}")).await.1["status"], "in_progress");
	channel(MUCH);
	door.net.look().await;
	assert_eq!(door.ended(&stuck).await["request_counts"]["completed"], 1);
}

#[tokio::test]
async fn lanes_should_be_free_when_a_batch_has_more_lines() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::over(dir.path(), Arc::new(Table::default()), quick(|_| {})).await;
	let key = net.secret(MUCH, 4, MUCH).await;
	let door = Door::before(net, key).await;
	let mut worker = door.net.worker(10, Manner::Slow(1)).await;
	door.batch(&lines(20)).await;
	for _ in 0..3 {
		assert!(worker.hears(|said| matches!(said, to_worker::Message::Task(_))).await);
	}
	tokio::time::sleep(Duration::from_millis(500)).await;
	assert_eq!(door.net.rooms.count(), 3, "a lane is left");
	let key = door.key().await;
	let _answering = door.net.ask(&key).await.unwrap();
	assert_eq!(door.net.rooms.count(), 4);
}

#[tokio::test]
async fn request_should_be_refused_with_its_field_when_it_is_wrong() {
	let dir = tempfile::tempdir().unwrap();
	let few = quick(|bulk| (bulk.room.owner_files, bulk.open) = (2, 1));
	let door = Door::open(dir.path(), few).await;
	let file = door.file(&lines(1)).await;
	let good = || json!({ "input_file_id": file, "endpoint": CHAT, "completion_window": "24h" });
	let many: serde_json::Map<_, _> = (0..17).map(|n| (n.to_string(), json!("x"))).collect();
	for (field, value) in [
		("input_file_id", Value::Null),
		("input_file_id", json!(7)),
		("input_file_id", json!("file-7")),
		("input_file_id", json!(format!("file-{:x}", H256([7; 32])))),
		("endpoint", Value::Null),
		("endpoint", json!("/v1/files")),
		("completion_window", Value::Null),
		("completion_window", json!("1h")),
		("metadata", json!({ "a": 1 })),
		("metadata", json!("a")),
		("metadata", json!({ "a": "x".repeat(513) })),
		("metadata", json!({ "x".repeat(65): "a" })),
		("metadata", Value::Object(many)),
		("output_expires_after", json!({ "anchor": "created_at", "seconds": 3600 })),
	] {
		let mut asked = good();
		asked[field] = value;
		let (status, told) =
			said(door.to(Method::POST, "/v1/batches").body(asked.to_string())).await;
		assert_eq!((status, &told["error"]["param"]), (400, &json!(field)), "{asked}");
		assert_eq!(told["error"]["type"], "invalid_request_error");
	}
	for body in ["", "[]", "{", "\"a\""] {
		let (status, told) = said(door.to(Method::POST, "/v1/batches").body(body)).await;
		assert_eq!((status, &told["error"]["type"]), (400, &json!("invalid_request_error")));
	}
	for (query, param) in [
		("limit=0", json!("limit")),
		("limit=-1", json!("limit")),
		("limit=many", json!("limit")),
		("order=up", json!("order")),
		("after=nothing", json!("after")),
		("limit=1&limit=2", Value::Null),
	] {
		for list in ["files", "batches"] {
			let (status, told) = door.get(&format!("/v1/{list}?{query}")).await;
			assert_eq!((status, &told["error"]["param"]), (400, &param), "{query}: {told}");
		}
	}
	let content = lines(1);
	let (purpose, file) = (("purpose", None, "batch"), ("file", Some("f"), &*content));
	for (name, value) in [("seconds", "3599"), ("seconds", "soon"), ("anchor", "last_used_at")] {
		let name = format!("expires_after[{name}]");
		let (status, told) = door.form(&[purpose, (&name, None, value), file]).await;
		assert_eq!((status, &told["error"]["param"]), (400, &json!("expires_after")), "{told}");
	}
	let (_, kept) = door
		.form(&[
			purpose,
			file,
			("expires_after[anchor]", None, "created_at"),
			("expires_after[seconds]", None, "3600"),
		])
		.await;
	let kept_for = kept["expires_at"].as_u64().unwrap() - kept["created_at"].as_u64().unwrap();
	assert!((3600..3700).contains(&kept_for), "{kept}");
	let (status, told) = door.form(&[purpose, file]).await;
	assert_eq!((status, &told["error"]["param"]), (400, &json!("file")), "a third: {told}");
	let (status, told) = door.form(&[purpose, file, file]).await;
	assert_eq!((status, &told["error"]["param"]), (400, &json!("file")), "two: {told}");
	// Nobody works, so that it does not end.
	assert_eq!(said(door.to(Method::POST, "/v1/batches").body(good().to_string())).await.0, 200);
	let (status, told) = said(door.to(Method::POST, "/v1/batches").body(good().to_string())).await;
	assert_eq!((status, &told["error"]["code"]), (429, &json!("rate_limit_exceeded")));
}

#[tokio::test]
async fn form_should_be_refused_when_a_field_s_head_never_ends() {
	let dir = tempfile::tempdir().unwrap();
	let door = Door::open(dir.path(), quick(|_| {})).await;
	let mut stream = TcpStream::connect(door.at).await.unwrap();
	let head = format!(
		"POST /v1/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
		 content-type: multipart/form-data; boundary=xyz\r\ncontent-length: 100000000\r\n\r\n\
		 --xyz\r\nx: ",
		door.key
	);
	stream.write_all(head.as_bytes()).await.unwrap();
	let (mut read, mut write) = stream.into_split();
	let writing = async {
		let much = vec![b'x'; 1 << 20];
		for taken in 0..90 {
			if write.write_all(&much).await.is_err() {
				return taken;
			}
		}
		90
	};
	let mut told = Vec::new();
	let (taken, _) = tokio::join!(writing, read.read_to_end(&mut told));
	assert!(taken < 90, "all of it was taken");
	// As long as it is not more than may be unread, it is a form.
	assert_eq!(door.upload(&lines(1)).await.0, 200);
}
