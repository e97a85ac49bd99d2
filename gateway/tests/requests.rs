//! The way of a request through the rooms.

#![allow(missing_docs)]

mod common;

use common::{
	asked, hear, now, order, pair, status_of, Manner, Net, Worker, CHANNEL, GENESIS, LIES, MODEL,
	OWNER, PRICE, SLOTS,
};
use reckon_gateway::{
	api::Limits,
	desk::{Answering, Ask, Desk, Payer, Piece, Refusal},
	rooms::Bounds,
};
use reckon_gateway_protocol::v1::{from_worker, to_worker};
use reckon_gateway_store::{Finish, Key, Record, RequestId, State};
use reckon_openai::Order;
use reckon_primitives::{Balance, Price, TaskKind, Units};
use reckon_receipts::{charge, SignedVoucher, Voucher};
use reckon_sealed::{seal, Keyring, Terms};
use sp_core::{Pair, H256};
use std::{sync::Arc, time::Duration};

const MUCH: Balance = 1_000_000;
/// What the honest workers' answer costs.
fn cost() -> Balance {
	charge(&PRICE, Units { input: 7, output: 4 })
}

fn is_stored(message: &to_worker::Message) -> bool {
	matches!(message, to_worker::Message::Stored(_))
}

#[tokio::test]
async fn request_should_be_answered_charged_and_noted_once() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let key = net.key(MUCH, 2, MUCH).await;
	let mut worker = net.worker(10, Manner::Honest).await;
	let mut answering = net.ask(&key).await.unwrap();
	let id = answering.id();
	let (text, end) = hear(&mut answering).await;
	assert_eq!(text, "one two three four");
	let end = end.unwrap();
	assert_eq!(end.receipt.signed.receipt.charge, cost());
	assert!(end.receipt.signed.verify(&GENESIS).is_ok());
	let paid = end.receipt.paid_by.as_ref().unwrap();
	assert!(paid.signed.verify(&GENESIS, &paid.session_key));
	assert!(worker.hears(is_stored).await);

	let record = net.store.request(id).await.unwrap().unwrap();
	assert_eq!(record.state, State::Receipted);
	assert_eq!(record.worker, Some(worker.key));
	assert!(record.times.received <= record.times.authorised);
	assert!(record.times.answered >= record.times.dispatched);
	let info = net.gateway.channel(CHANNEL).await.unwrap();
	assert_eq!((info.left, info.reserved), (MUCH - cost(), 0));
	assert_eq!(info.lanes, [cost(), 0]);
	assert_eq!(net.store.key(key.id).await.unwrap().unwrap().spent, cost());

	// The next one on this lane starts where this one ended.
	let (_, end) = hear(&mut net.ask(&key).await.unwrap()).await;
	let voucher = end.unwrap().receipt.paid_by.clone().unwrap().signed.voucher;
	assert!(voucher.cumulative > cost());
	assert_eq!(net.gateway.channel(CHANNEL).await.unwrap().lanes, [2 * cost(), 0]);
}

#[tokio::test]
async fn worker_should_stop_and_be_paid_for_its_words_when_the_client_leaves() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let mut worker = net.worker(10, Manner::Slow(2)).await;
	let mut answering = net.ask(&key).await.unwrap();
	let id = answering.id();
	assert!(matches!(answering.next().await, Some(Piece::Text { .. })));
	drop(answering);
	assert!(worker.hears(|message| matches!(message, to_worker::Message::Cancel(_))).await);
	assert!(worker.hears(is_stored).await);
	let record = net.store.request(id).await.unwrap().unwrap();
	let answer = record.answer.unwrap();
	assert_eq!((answer.finish, answer.output), (Finish::Cancelled, b"one two ".to_vec()));
	let short = charge(&PRICE, Units { input: 7, output: 2 });
	assert_eq!(net.gateway.channel(CHANNEL).await.unwrap().left, MUCH - short);
}

#[tokio::test]
async fn worker_should_know_whether_its_answer_is_wanted_whole() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let mut worker = net.worker(10, Manner::Honest).await;
	for whole in [true, false] {
		let payer = Payer::Key(Box::new(key.clone()));
		let ask = Ask { whole, ..asked(payer, order()) };
		let mut answering = net.gateway.ask(ask).await.unwrap();
		let (text, end) = hear(&mut answering).await;
		// One that comes for the client's repetition may want to hear it as it came.
		assert_eq!(text, "one two three four");
		assert_eq!(end.unwrap().receipt.signed.receipt.charge, cost());
		let said = |message: &_| match message {
			to_worker::Message::Task(task) => task.whole == whole,
			_ => false,
		};
		assert!(worker.hears(said).await, "{whole}");
	}
}

#[tokio::test]
async fn request_should_be_answered_and_charged_when_its_channel_closes_meanwhile() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let _worker = net.worker(10, Manner::Tardy).await;
	let mut answering = net.ask(&key).await.unwrap();
	let id = answering.id();
	// The worker has it, and says nothing yet.
	net.chain.channels.lock().unwrap().get_mut(&CHANNEL).unwrap().closing = true;
	net.look().await;
	let refusal = net.ask(&key).await.err().unwrap();
	assert!(
		matches!(&refusal, Refusal::InsufficientFunds { fix, .. } if fix.contains("closing")),
		"{refusal}"
	);
	let (text, end) = hear(&mut answering).await;
	assert_eq!(text, "one two three four");
	assert_eq!(end.unwrap().receipt.signed.receipt.charge, cost());
	assert_eq!(net.store.request(id).await.unwrap().unwrap().state, State::Receipted);
	assert_eq!(net.store.key(key.id).await.unwrap().unwrap().spent, cost());
	let info = net.gateway.channel(CHANNEL).await.unwrap();
	assert_eq!((info.left, info.reserved, info.closing), (MUCH - cost(), 0, true));
}

/// Tells the answer that all honest workers give, from this one, and charged once.
async fn answered_by(net: &Net, number: u8, mut answering: Box<dyn Answering>, told: Manner) {
	let (text, end) = hear(&mut answering).await;
	let end = end.unwrap_or_else(|refusal| panic!("{told:?}: {refusal}"));
	assert_eq!(text, "one two three four", "{told:?}");
	assert_eq!(end.receipt.signed.receipt.worker, pair(number).public(), "{told:?}");
	let info = net.gateway.channel(CHANNEL).await.unwrap();
	assert_eq!((info.left, info.reserved), (MUCH - cost(), 0), "{told:?}");
}

#[tokio::test]
async fn another_worker_should_go_on_when_one_is_lost() {
	for manner in [Manner::Dies(0), Manner::Dies(2), Manner::Busy, Manner::Forgets, Manner::Mute] {
		let dir = tempfile::tempdir().unwrap();
		let net = Net::new(dir.path()).await;
		let key = net.key(MUCH, 1, MUCH).await;
		let _lost = net.worker(10, manner).await;
		let other = net.worker(11, Manner::Honest).await;
		// Of two, the one that is faster and has more places is asked first.
		other.say(status_of(1, 1.0)).await;
		net.knows_that(|workers| workers.of(&MODEL).slots == SLOTS + 1).await;
		let answering = net.ask(&key).await.unwrap();
		answered_by(&net, 11, answering, manner).await;
		let metrics = net.gateway.metrics();
		let moved = "reckon_gateway_requests_moved_total 1\n";
		assert!(metrics.contains(moved), "{manner:?} was not asked first: {metrics}");
	}
}

#[tokio::test]
async fn request_should_wait_for_another_worker_when_the_only_one_is_lost() {
	for manner in [Manner::Dies(0), Manner::Dies(2), Manner::Forgets] {
		let dir = tempfile::tempdir().unwrap();
		let bounds = Bounds { queue_for: Duration::from_secs(60), ..common::bounds() };
		let net = Net::over(dir.path(), Arc::default(), bounds).await;
		let key = net.key(MUCH, 1, MUCH).await;
		let _lost = net.worker(10, manner).await;
		let other = async {
			net.knows_that(|workers| workers.count() == 0).await;
			net.worker(11, Manner::Honest).await
		};
		// It may be lost before it has said that it takes the request.
		let (asked, _other) = tokio::join!(net.ask(&key), other);
		answered_by(&net, 11, asked.unwrap(), manner).await;
	}
}

#[tokio::test]
async fn client_should_be_told_how_much_more_it_can_ask() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let secret = net.secret(MUCH, 2, MUCH).await;
	let _worker = net.worker(10, Manner::Slow(1)).await;
	let url = format!("http://{}/v1/chat/completions", net.http(Limits::default()).await);
	let body = r#"{"model":"acme/words","messages":[{"role":"user","content":"speak"}],
		"max_tokens":16,"stream":true}"#;
	let client = reqwest::Client::new();
	let ask = || client.post(&url).bearer_auth(&secret).body(body).send();
	let told = |response: &reqwest::Response| {
		["limit", "remaining", "reset"].map(|name| {
			let name = format!("x-ratelimit-{name}-requests");
			response.headers()[name].to_str().unwrap().to_owned()
		})
	};
	// A stream is under way when its head is read.
	let one = ask().await.unwrap();
	assert_eq!((one.status().as_u16(), told(&one)), (200, ["2", "1", "0s"].map(Into::into)));
	let two = ask().await.unwrap();
	assert_eq!((two.status().as_u16(), told(&two)), (200, ["2", "0", "250ms"].map(Into::into)));
	let more = ask().await.unwrap();
	assert_eq!((more.status().as_u16(), told(&more)), (429, ["2", "0", "250ms"].map(Into::into)));
}

#[tokio::test]
async fn worker_should_be_sent_away_and_not_paid_when_it_lies() {
	for lie in LIES {
		let dir = tempfile::tempdir().unwrap();
		let net = Net::new(dir.path()).await;
		let key = net.key(MUCH, 1, MUCH).await;
		let mut liar = net.worker(10, Manner::Lies(lie)).await;
		let mut answering = net.ask(&key).await.unwrap();
		let (_, end) = hear(&mut answering).await;
		assert_eq!(end.unwrap_err(), Refusal::WorkerLost, "{lie:?}");
		assert!(!liar.hears(is_stored).await, "{lie:?}");
		let info = net.gateway.channel(CHANNEL).await.unwrap();
		assert_eq!((info.left, info.reserved), (MUCH, 0), "{lie:?}");
		let record = net.store.request(answering.id()).await.unwrap().unwrap();
		assert_eq!(record.state, State::Failed("worker_lost".into()), "{lie:?}");
		// An honest one is paid right after.
		let _honest = net.worker(11, Manner::Honest).await;
		let (text, end) = hear(&mut net.ask(&key).await.unwrap()).await;
		assert!(end.is_ok(), "{lie:?}");
		assert_eq!(text, "one two three four");
	}
}

#[tokio::test]
async fn client_that_repeats_itself_should_hear_the_same_answer_and_pay_once() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let mut worker = net.worker(10, Manner::Slow(2)).await;
	let repeat = Some(H256([3; 32]));
	let mut first = net.ask_again(&key, repeat).await.unwrap();
	assert!(matches!(first.next().await, Some(Piece::Text { .. })));
	// While it runs, though there is one lane.
	let mut second = net.ask_again(&key, repeat).await.unwrap();
	assert_eq!(first.id(), second.id());
	drop(first);
	assert!(matches!(second.next().await, Some(Piece::Text { text, .. }) if text == "one "));
	let cancelled = worker.heard.try_recv();
	assert!(!matches!(cancelled, Ok(to_worker::Message::Cancel(_))), "somebody still listens");
	drop(second);
	assert!(worker.hears(is_stored).await);
	drop(worker);

	// What was cut off is asked anew; what was told whole is told again.
	let _honest = net.worker(11, Manner::Honest).await;
	let mut third = net.ask_again(&key, repeat).await.unwrap();
	let (text, end) = hear(&mut third).await;
	assert_eq!((text.as_str(), end.is_ok()), ("one two three four", true));
	let other = Some(H256([4; 32]));
	let mut fourth = net.ask_again(&key, other).await.unwrap();
	hear(&mut fourth).await.1.unwrap();
	let left = net.gateway.channel(CHANNEL).await.unwrap().left;
	let mut fifth = net.ask_again(&key, other).await.unwrap();
	assert_eq!(fifth.id(), fourth.id());
	let (text, end) = hear(&mut fifth).await;
	assert_eq!((text.as_str(), end.is_ok()), ("one two three four", true));
	assert_eq!(net.gateway.channel(CHANNEL).await.unwrap().left, left);
}

#[tokio::test]
async fn answer_should_be_told_again_when_there_is_no_worker_money_or_lane_any_more() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let request = order().request(MODEL, H256::zero(), PRICE);
	let most = request.most(request.payload.length + 256);
	let key = net.key(most, 1, MUCH).await;
	let worker = net.worker(10, Manner::Honest).await;
	let repeat = Some(H256([3; 32]));
	let mut first = net.ask_again(&key, repeat).await.unwrap();
	hear(&mut first).await.1.unwrap();
	let money = net.ask(&key).await.err().unwrap();
	assert!(matches!(money, Refusal::InsufficientFunds { .. }), "{money}");
	let mut second = net.ask_again(&key, repeat).await.unwrap();
	assert_eq!(second.id(), first.id());
	assert_eq!(hear(&mut second).await.0, "one two three four");
	drop(worker);
	net.knows_that(|workers| workers.count() == 0).await;
	let none = net.ask(&key).await.err().unwrap();
	assert!(matches!(none, Refusal::NoWorker { .. }), "{none}");
	assert_eq!(net.ask_again(&key, repeat).await.unwrap().id(), first.id());
}

#[tokio::test]
async fn body_that_is_asked_twice_should_have_two_answers_when_the_gateway_has_forgotten_the_first()
{
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let secret = net.secret(MUCH, 2, MUCH).await;
	let _worker = net.worker(10, Manner::Honest).await;
	let body =
		r#"{"model":"acme/words","messages":[{"role":"user","content":"speak"}],"max_tokens":16}"#;
	let client = reqwest::Client::new();
	let ask = async |at: std::net::SocketAddr, count: &str| {
		let url = format!("http://{at}/v1/chat/completions");
		let ask = client.post(url).bearer_auth(&secret).header("x-stainless-retry-count", count);
		let answer = ask.body(body).send().await.unwrap();
		answer.headers()["reckon-request-id"].to_str().unwrap().to_owned()
	};
	let mut seen = Vec::new();
	// Each door begins to count anew, as after a start.
	for _ in 0..3 {
		let door = net.http(Limits::default()).await;
		let first = ask(door, "0").await;
		assert!(!seen.contains(&first), "an answer to another one");
		assert_eq!(ask(door, "1").await, first, "its retry");
		seen.push(first);
	}
}

#[tokio::test]
async fn retry_should_be_asked_anew_when_its_first_try_is_being_cut_off() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let _worker = net.worker(10, Manner::Reluctant(2)).await;
	let repeat = Some(H256([3; 32]));
	let mut tries = Vec::new();
	for _ in 0..3 {
		let mut answering = net.ask_again(&key, repeat).await.unwrap();
		assert!(matches!(answering.next().await, Some(Piece::Text { text, .. }) if text == "one "));
		let id = answering.id();
		assert!(!tries.contains(&id), "it hears an answer that is about to be cut off");
		tries.push(id);
		// Another retry hears the newest try.
		assert_eq!(net.ask_again(&key, repeat).await.unwrap().id(), id);
		drop(answering);
		// It has been told to stop, and has not answered yet.
		tokio::time::sleep(Duration::from_millis(100)).await;
	}
}

#[tokio::test]
async fn retry_should_have_the_name_of_its_first_try_when_that_has_failed() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let _worker = net.worker(10, Manner::Blank).await;
	let repeat = Some(H256([3; 32]));
	let first = net.ask_again(&key, repeat).await.unwrap();
	let id = first.id();
	drop(first);
	// It has been told to stop, and has not answered yet.
	tokio::time::sleep(Duration::from_millis(100)).await;
	let second = net.ask_again(&key, repeat).await.unwrap();
	assert_ne!(second.id(), id);
	assert_eq!(net.ask_again(&key, repeat).await.unwrap().id(), second.id());
}

#[tokio::test]
async fn conversation_should_go_on_from_an_answer_that_only_its_owner_can_name() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let secret = net.secret(MUCH, 2, MUCH).await;
	let key = net.gateway.key(&secret).await.unwrap();
	let _worker = net.worker(10, Manner::Honest).await;
	let url = format!("http://{}/v1/responses", net.http(Limits::default()).await);
	let client = reqwest::Client::new();
	let ask = async |input: serde_json::Value| {
		let body =
			serde_json::json!({ "model": "acme/words", "input": input, "max_output_tokens": 16 });
		let asked = client.post(&url).bearer_auth(&secret).body(body.to_string()).send().await;
		let text = asked.unwrap().text().await.unwrap();
		serde_json::from_str::<serde_json::Value>(&text).unwrap()
	};
	let item = |answer: &serde_json::Value| answer["output"][0]["id"].as_str().unwrap().to_owned();
	let first = ask("speak".into()).await;
	let id = item(&first);
	let refer = |id: &str| serde_json::json!({ "type": "item_reference", "id": id });
	let user = serde_json::json!({ "role": "user", "content": "go on" });
	let second = ask(serde_json::json!([user, refer(&id), user])).await;
	let id: H256 = item(&second).strip_prefix("msg_").unwrap().parse().unwrap();
	let payload = net.store.request(id).await.unwrap().unwrap().admission.payload;
	let payload = String::from_utf8(payload).unwrap();
	assert!(
		payload.contains(r#"{"role":"assistant","content":"one two three four"}"#),
		"{payload}"
	);

	// All that was said up to an answer, but for what it was told to be.
	let go_on = async |id: &str, told: &str| {
		let body = serde_json::json!({ "model": "acme/words", "input": "and then?", "max_output_tokens": 16,
			"instructions": told, "previous_response_id": id });
		let asked = client.post(&url).bearer_auth(&secret).body(body.to_string()).send().await;
		let text = asked.unwrap().text().await.unwrap();
		let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
		assert_eq!(answer["previous_response_id"], id, "{text}");
		answer["id"].as_str().unwrap().to_owned()
	};
	let third: String = go_on(second["id"].as_str().unwrap(), "Be short.").await;
	let fourth: String = go_on(&third, "Be long.").await;
	let hash: H256 = fourth.strip_prefix("resp_").unwrap().parse().unwrap();
	let record = net.store.request(hash).await.unwrap().unwrap();
	assert!(record.admission.instructed);
	let said = r#"{"role":"assistant","content":"one two three four"}"#;
	let (first, then) =
		(r#"{"role":"user","content":"go on"}"#, r#"{"role":"user","content":"and then?"}"#);
	let expected = format!(
		r#"{{"messages":[{{"role":"system","content":"Be long."}},{first},{said},{first},{said},{then},{said},{then}]}}"#
	);
	assert_eq!(String::from_utf8(record.admission.payload).unwrap(), expected);

	// Another key of the same owner can, another owner can't; nor can a key name what no key has asked.
	let again = Key { id: H256([3; 32]), ..key.clone() };
	net.store.put_key(&again).await.unwrap();
	assert!(net.gateway.said(&again, id).await.unwrap().is_some());
	let other = Key { id: H256([4; 32]), owner: OWNER, ..key };
	net.store.put_key(&other).await.unwrap();
	assert_eq!(net.gateway.said(&other, id).await, Ok(None));
	assert_eq!(net.gateway.said(&again, H256([9; 32])).await, Ok(None));
}

#[tokio::test]
async fn refusal_should_say_why_and_nothing_should_be_kept() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let key = net.key(MUCH, 1, MUCH).await;
	let none = net.ask(&key).await.err().unwrap();
	assert_eq!(none, Refusal::NoWorker { model: "acme/words".into(), offered: true });

	let _long = net.worker(10, Manner::TooLong).await;
	let long = net.ask(&key).await;
	let long = match long {
		Ok(mut answering) => hear(&mut answering).await.1.unwrap_err(),
		Err(refusal) => refusal,
	};
	assert_eq!(long, Refusal::ContextExceeded { tokens: 3000, context: 2048 });

	let ask = |model: &str, task| {
		let order = reckon_openai::Order { model: model.into(), task, ..order() };
		let payer = Payer::Key(Box::new(key.clone()));
		net.gateway.ask(asked(payer, order))
	};
	let task = reckon_primitives::TaskKind::Chat;
	let unknown = ask("acme/word", task).await.err().unwrap();
	let known = vec!["acme/words".to_owned()];
	assert_eq!(unknown, Refusal::ModelNotFound { name: "acme/word".into(), known });
	let embed = ask("acme/words", reckon_primitives::TaskKind::Embed).await.err().unwrap();
	let model = "acme/words".to_owned();
	assert_eq!(embed, Refusal::TaskNotSupported { model, task: "embed" });
	assert_eq!(net.gateway.channel(CHANNEL).await.unwrap().left, MUCH);
	assert_eq!(net.gateway.key("sk-reckon-none").await.err(), Some(Refusal::InvalidKey));
}

#[tokio::test]
async fn money_should_suffice_for_all_that_runs_at_once() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let request = order().request(MODEL, H256::zero(), PRICE);
	let most = request.most(request.payload.length + 256);
	let key = net.key(most * 2 - 1, 8, MUCH).await;
	let _worker = net.worker(10, Manner::Slow(1)).await;
	let _first = net.ask(&key).await.unwrap();
	let poor = net.ask(&key).await.err().unwrap();
	assert!(matches!(poor, Refusal::InsufficientFunds { .. }), "{poor}");
	// A key's limit is a limit too.
	let limited = net.key(MUCH, 8, most - 1).await;
	let poor = net.ask(&limited).await.err().unwrap();
	assert!(matches!(poor, Refusal::InsufficientFunds { fix, .. } if fix.contains("limit")));
}

#[tokio::test]
async fn voucher_should_be_taken_only_when_it_covers_this_request() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let client = pair(50);
	net.key(MUCH, 2, MUCH).await;
	net.chain.channels.lock().unwrap().get_mut(&CHANNEL).unwrap().session_key = client.public();
	net.look().await;
	let _worker = net.worker(10, Manner::Honest).await;
	let request = |nonce: u8| order().request(MODEL, H256([nonce; 32]), PRICE);
	let most = request(1).most(request(1).payload.length + 256);
	let signed = |request: &reckon_receipts::Request, lane, cumulative, key: u8| {
		let voucher = Voucher { channel: CHANNEL, lane, cumulative, request: request.hash() };
		let signature = pair(key).sign(&voucher.payload(&GENESIS));
		SignedVoucher { voucher, signature }
	};
	let ask = |request: reckon_receipts::Request, voucher: SignedVoucher| {
		let payer = Payer::Voucher { request: request.into(), voucher: voucher.into() };
		net.gateway.ask(asked(payer, order()))
	};
	let code = |refusal: Refusal| match refusal {
		Refusal::Voucher { code, .. } => code,
		other => panic!("{other}"),
	};

	let mut good = ask(request(1), signed(&request(1), 0, most, 50)).await.unwrap();
	assert!(hear(&mut good).await.1.is_ok());
	// Replayed, it is the same answer and no other charge.
	let mut again = ask(request(1), signed(&request(1), 0, most, 50)).await.unwrap();
	assert_eq!(again.id(), good.id());
	assert!(hear(&mut again).await.1.is_ok());
	assert_eq!(net.gateway.channel(CHANNEL).await.unwrap().lanes, [cost(), 0]);

	let low = ask(request(2), signed(&request(2), 0, most, 50)).await.err().unwrap();
	assert_eq!(code(low), "voucher_too_low");
	let stale = ask(request(2), signed(&request(2), 0, cost() - 1, 50)).await.err().unwrap();
	assert_eq!(code(stale), "voucher_stale");
	let forged = ask(request(2), signed(&request(2), 1, most, 51)).await.err().unwrap();
	assert_eq!(code(forged), "voucher_forged");
	let foreign = ask(request(2), signed(&request(3), 1, most, 50)).await.err().unwrap();
	assert_eq!(code(foreign), "voucher_request");
	let mut other = request(2);
	other.sampling.max_output += 1;
	let other = ask(other, signed(&other, 1, MUCH, 50)).await.err().unwrap();
	assert_eq!(code(other), "voucher_request");
	// At a price that no worker here asks for so little of.
	let mut cheap = request(2);
	cheap.price = Price { per_output: 9, ..PRICE };
	let cheap = ask(cheap, signed(&cheap, 1, MUCH, 50)).await;
	let refused = match cheap {
		Ok(mut answering) => hear(&mut answering).await.1.unwrap_err(),
		Err(refusal) => refusal,
	};
	assert!(matches!(refused, Refusal::NoWorker { .. }), "{refused}");
	assert_eq!(net.gateway.channel(CHANNEL).await.unwrap().lanes, [cost(), 0]);
}

#[tokio::test]
async fn sealed_request_should_go_to_its_worker_and_to_no_other() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	net.key(MUCH, 2, MUCH).await;
	let session = pair(50);
	net.chain.channels.lock().unwrap().get_mut(&CHANNEL).unwrap().session_key = session.public();
	*net.chain.embeds.lock().unwrap() = true;
	net.look().await;
	let mut other = net.worker(10, Manner::Honest).await;
	let ours = net.worker(11, Manner::Honest).await;
	let ask = |nonce: u8, task| {
		let key = Keyring::new(now()).key(pair(11).public());
		let bare = Order { task, seeded: true, ..order() };
		let terms = Terms {
			genesis: GENESIS,
			gateway: net.rooms.identity.account.clone(),
			channel: CHANNEL,
			lane: 0,
			request: bare.request(common::MODEL, H256([nonce; 32]), PRICE),
		};
		let (payload, _) = seal(&key, &terms, b"{\"prompt\":\"a\"}").unwrap();
		let order = Order { payload, ..bare };
		let request = order.request(common::MODEL, H256([nonce; 32]), PRICE);
		let (request_hash, cumulative) = (request.hash(), MUCH / 2);
		let voucher = Voucher { channel: CHANNEL, lane: 0, cumulative, request: request_hash };
		let signature = session.sign(&voucher.payload(&GENESIS));
		let voucher = SignedVoucher { voucher, signature };
		let payer = Payer::Voucher { request: request.into(), voucher: voucher.into() };
		net.gateway.ask(asked(payer, order))
	};
	// However good the other one is.
	for nonce in 1..=8 {
		let mut answering = ask(nonce, TaskKind::Chat).await.unwrap();
		let (text, end) = hear(&mut answering).await;
		assert_eq!(text, "one two three four");
		assert_eq!(end.unwrap().answer.receipt.receipt.worker, ours.key);
	}
	// Vectors are text to who can't open them.
	let mut answering = ask(9, TaskKind::Embed).await.unwrap();
	assert_eq!(hear(&mut answering).await.0, "one two three four");
	drop(ours);
	let refused = match ask(10, TaskKind::Chat).await {
		Ok(mut answering) => hear(&mut answering).await.1.unwrap_err(),
		Err(refused) => refused,
	};
	let gone = matches!(refused, Refusal::NoWorker { .. } | Refusal::WorkerLost);
	assert!(gone || matches!(refused, Refusal::Busy { .. }), "{refused}");
	assert!(other.heard.try_recv().is_err(), "the other one is told of none");
}

/// A request that a worker has when the gateway ends as by kill -9: nothing of it runs on.
fn interrupted(
	dir: &std::path::Path,
	manner: Manner,
	repeat: Option<H256>,
) -> (Arc<common::Table>, RequestId, Key) {
	let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
	runtime.block_on(async {
		let net = Net::new(dir).await;
		let key = net.key(MUCH, 1, MUCH).await;
		let _worker = net.worker(10, manner).await;
		let (gateway, payer) = (net.gateway.clone(), key.clone());
		// It is never heard that its client is gone.
		tokio::spawn(async move {
			let payer = Payer::Key(Box::new(payer));
			let answering = gateway.ask(Ask { repeat, ..asked(payer, order()) }).await;
			std::mem::forget(answering);
			std::future::pending::<()>().await;
		});
		let id = loop {
			let handed_out = |record: &Record| record.state == State::Dispatched;
			if let Some(record) =
				net.store.unfinished().await.unwrap().iter().find(|r| handed_out(r))
			{
				break record.admission.request.hash();
			}
			tokio::time::sleep(Duration::from_millis(10)).await;
		};
		if let Manner::Slow(_) = manner {
			let running = net.rooms.running(id, None).unwrap();
			running.listen().next().await.unwrap();
		}
		(net.chain.clone(), id, key)
	})
}

/// Waits for a request's end.
async fn ended(net: &Net, id: RequestId) -> Record {
	let open = |state: &State| matches!(state, State::Authorised | State::Dispatched);
	for _ in 0..2_000 {
		let record = net.store.request(id).await.unwrap().unwrap();
		// Its money is free a moment later.
		if !open(&record.state) && net.rooms.count() == 0 {
			return record;
		}
		tokio::time::sleep(Duration::from_millis(10)).await;
	}
	panic!("it never ends");
}

/// Longer than any test.
fn patient() -> Bounds {
	Bounds { return_within: Duration::from_secs(3_600), ..common::bounds() }
}

/// A gateway that starts over what another one has left.
async fn restarted(dir: &std::path::Path, chain: Arc<common::Table>, bounds: Bounds) -> Net {
	let net = Net::over(dir, chain, bounds).await;
	net.rooms.take_up().await.unwrap();
	net
}

#[test]
fn answer_should_be_taken_from_its_worker_after_a_restart() {
	for repeat in [None, Some(H256([3; 32]))] {
		let dir = tempfile::tempdir().unwrap();
		let (chain, id, _) = interrupted(dir.path(), Manner::Slow(2), repeat);
		let runtime = tokio::runtime::Runtime::new().unwrap();
		runtime.block_on(async {
			let net = restarted(dir.path(), chain, patient()).await;
			let admission = net.store.request(id).await.unwrap().unwrap().admission;
			assert!(net.gateway.channel(CHANNEL).await.unwrap().reserved > 0);
			// It says by itself what it has, and does not care about being asked.
			let mut worker = net.worker(10, Manner::Mute).await;
			let task = reckon_gateway_protocol::v1::Task {
				request: codec::Encode::encode(&admission.request),
				voucher: codec::Encode::encode(&admission.voucher),
				..Default::default()
			};
			let late = common::finished(&pair(10), &task, 4, None);
			for _ in 0..2 {
				worker.say(from_worker::Message::Finished(late.clone())).await;
				assert!(worker.hears(is_stored).await);
			}
			assert_eq!(ended(&net, id).await.state, State::Receipted);
			let info = net.gateway.channel(CHANNEL).await.unwrap();
			assert_eq!((info.left, info.reserved, info.lanes), (MUCH - cost(), 0, vec![cost()]));
		});
	}
}

#[test]
fn request_should_be_handed_out_again_after_a_restart() {
	// To the worker that has never got it, that has begun, or to another one.
	for (manner, next) in [(Manner::Mute, 10), (Manner::Slow(2), 10), (Manner::Slow(2), 11)] {
		let dir = tempfile::tempdir().unwrap();
		let repeat = Some(H256([3; 32]));
		let (chain, id, key) = interrupted(dir.path(), manner, repeat);
		let runtime = tokio::runtime::Runtime::new().unwrap();
		runtime.block_on(async {
			let net = restarted(dir.path(), chain, patient()).await;
			let mut worker = net.worker(next, Manner::Honest).await;
			// Its client asks again, and hears it as if nothing had been.
			let mut answering = net.ask_again(&key, repeat).await.unwrap();
			assert_eq!(answering.id(), id);
			let (text, end) = hear(&mut answering).await;
			assert_eq!(text, "one two three four", "{manner:?} {next}");
			assert_eq!(end.unwrap().receipt.signed.receipt.worker, worker.key);
			assert!(worker.hears(is_stored).await);
			let record = ended(&net, id).await;
			assert_eq!((record.state, record.worker), (State::Receipted, Some(worker.key)));

			// One that had it too is not paid a second time, and may forget it.
			let mut late = net.worker(12, Manner::Mute).await;
			let task = reckon_gateway_protocol::v1::Task {
				request: codec::Encode::encode(&record.admission.request),
				voucher: codec::Encode::encode(&record.admission.voucher),
				..Default::default()
			};
			let finished = common::finished(&pair(12), &task, 4, None);
			late.say(from_worker::Message::Finished(finished)).await;
			assert!(late.hears(is_stored).await);
			let info = net.gateway.channel(CHANNEL).await.unwrap();
			assert_eq!((info.left, info.reserved, info.lanes), (MUCH - cost(), 0, vec![cost()]));
			assert_eq!(net.store.key(key.id).await.unwrap().unwrap().spent, cost());
		});
	}
}

#[test]
fn request_should_end_with_what_there_is_when_nobody_can_ask_for_it_again() {
	for (manner, next, charged) in [
		(Manner::Mute, Manner::Blank, 0),
		(Manner::Slow(2), Manner::Slow(2), charge(&PRICE, Units { input: 7, output: 2 })),
	] {
		let dir = tempfile::tempdir().unwrap();
		let (chain, id, _) = interrupted(dir.path(), manner, None);
		let runtime = tokio::runtime::Runtime::new().unwrap();
		runtime.block_on(async {
			let net = restarted(dir.path(), chain, patient()).await;
			// One that has nothing of it is not made to begin.
			let mut other = net.worker(11, Manner::Honest).await;
			let mut worker = net.worker(10, next).await;
			assert!(worker.hears(|said| matches!(said, to_worker::Message::Cancel(_))).await);
			let state = ended(&net, id).await.state;
			match charged {
				0 => assert_eq!(state, State::Failed("cancelled".into())),
				_ => assert_eq!(state, State::Receipted),
			}
			let info = net.gateway.channel(CHANNEL).await.unwrap();
			assert_eq!((info.left, info.reserved), (MUCH - charged, 0));
			assert!(other.heard.try_recv().is_err());
		});
	}
}

#[test]
fn request_should_fail_when_no_worker_comes_after_a_restart() {
	let dir = tempfile::tempdir().unwrap();
	let (chain, id, _) = interrupted(dir.path(), Manner::Slow(2), None);
	let runtime = tokio::runtime::Runtime::new().unwrap();
	runtime.block_on(async {
		let return_within = Duration::from_millis(100);
		let net = restarted(dir.path(), chain, Bounds { return_within, ..patient() }).await;
		assert_eq!(ended(&net, id).await.state, State::Failed("worker_lost".into()));
		let info = net.gateway.channel(CHANNEL).await.unwrap();
		assert_eq!((info.left, info.reserved), (MUCH, 0));
	});
}

#[test]
fn wait_for_workers_should_not_begin_anew_when_the_gateway_stops_again() {
	let dir = tempfile::tempdir().unwrap();
	let (chain, id, _) = interrupted(dir.path(), Manner::Mute, Some(H256([3; 32])));
	let runtime = tokio::runtime::Runtime::new().unwrap();
	runtime.block_on(async {
		let net = Net::over(dir.path(), chain, patient()).await;
		// As a start has noted it whose hour of waiting is over.
		let hour = u64::try_from(patient().return_within.as_millis()).unwrap();
		net.store.interrupted(now() - hour).await.unwrap();
		net.rooms.take_up().await.unwrap();
		assert_eq!(ended(&net, id).await.state, State::Failed("worker_lost".into()));
		let info = net.gateway.channel(CHANNEL).await.unwrap();
		assert_eq!((info.left, info.reserved), (MUCH, 0));
	});
}

#[tokio::test]
async fn worker_should_be_turned_away_when_it_is_nobody_or_not_itself() {
	let dir = tempfile::tempdir().unwrap();
	let net = Net::new(dir.path()).await;
	let stranger = Worker::join(&net.address, 99, Manner::Honest).await.err().unwrap();
	assert_eq!(stranger.code(), tonic::Code::PermissionDenied);
	assert_eq!(net.rooms.workers.count(), 0);
}
