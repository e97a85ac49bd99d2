//! What a worker is not paid for, it does not do.

use crate::harness::*;
use reckon_engine::SchedulerConfig;
use reckon_gateway_protocol::v1::Refused;
use reckon_primitives::{Price, TaskKind};
use reckon_sdk::{account, H256};
use sp_core::{sr25519, Pair};

/// A way to spoil a request or the ledger, and what is said then.
type Case = (&'static str, fn(&mut Ask, &FakeLedger), &'static str, &'static str);

fn channel(ledger: &FakeLedger, change: impl FnOnce(&mut reckon_sdk::Channel)) {
	ledger.write(|said| change(said.channels.get_mut(&H256([1; 32])).unwrap()));
}

/// A request for 13 bytes and ten tokens can cost 10 + 2 · (14 + 256) + 3 · 10 at the most.
const MOST: u128 = 580;

const CASES: &[Case] = &[
	(
		"another payload",
		|ask, _| ask.payload.push(b' '),
		"PayloadInvalid",
		"the payload is not the one that the request names",
	),
	(
		"a voucher of noise",
		|ask, _| ask.task.logprobs = None,
		"PriceAboveMaximum",
		"the voucher can't be read",
	),
	(
		"a voucher for another request",
		|ask, _| ask.voucher.request = H256([1; 32]),
		"PriceAboveMaximum",
		"the voucher was signed for another request",
	),
	(
		"a key that signs for a channel which is not its own",
		|ask, _| ask.session = sr25519::Pair::from_seed(&[77; 32]),
		"PriceAboveMaximum",
		"the channel has another session key",
	),
	(
		"a channel that does not exist",
		|ask, _| ask.voucher.channel = H256([42; 32]),
		"Busy",
		"the worker's chain has no open channel \
		 0x2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a",
	),
	(
		"a lane that does not exist",
		|ask, _| ask.voucher.lane = 2,
		"PriceAboveMaximum",
		"the channel has no such lane",
	),
	(
		"a voucher that covers less than the answer may cost",
		|ask, _| ask.voucher.cumulative = MOST - 1,
		"PriceAboveMaximum",
		"the answer may cost 580, the voucher covers 579",
	),
	(
		"a voucher that was taken already",
		|ask, _| (ask.voucher.lane, ask.voucher.cumulative) = (1, 499),
		"PriceAboveMaximum",
		"the voucher covers less than what was covered before",
	),
	(
		"more than the channel has",
		|ask, _| ask.voucher.cumulative = 1_000_001,
		"PriceAboveMaximum",
		"the voucher lets take 1000001, the channel has 1000000 left",
	),
	(
		"a price below the provider's",
		|ask, _| ask.request.price = Price { per_output: 2, ..OFFER },
		"PriceAboveMaximum",
		"the provider asks for more than the request allows",
	),
	(
		"a model that is not offered",
		|ask, _| ask.request.model = H256([6; 32]),
		"ModelNotOffered",
		"the provider does not offer this model in the gateway's subnet",
	),
	(
		"a model that is not in memory",
		|ask, _| ask.request.model = H256([8; 32]),
		"ModelNotLoaded",
		"the worker does not have this model in memory",
	),
	(
		"a task that the model does not do",
		|ask, _| {
			ask.payload = br#"{"messages":[{"role":"user","content":"a"}]}"#.to_vec();
			ask.request.payload = reckon_primitives::ContentRef::of(&ask.payload);
			ask.request.task = TaskKind::Chat;
		},
		"ParametersUnsupported",
		"this model does not chat: ask a model that does",
	),
	(
		"too many alternatives",
		|ask, _| ask.task.logprobs = Some(21),
		"ParametersUnsupported",
		"a token is told with at most 20 alternatives",
	),
	(
		"parameters that mean nothing",
		|ask, _| ask.request.sampling.top_p_milli = 0,
		"ParametersUnsupported",
		"invalid sampling parameters: top_p must be above 0 and at most 1",
	),
	(
		"a payload that is no request",
		|ask, _| {
			ask.payload = br#"{"input":"a"}"#.to_vec();
			ask.request.payload = reckon_primitives::ContentRef::of(&ask.payload);
		},
		"PayloadInvalid",
		"the request starts with '{' but is not the JSON of a complete request: missing field \
		 `prompt` at line 1 column 13",
	),
	(
		"stop strings that are none",
		|ask, _| {
			ask.payload = br#"{"prompt":"a","stop":7}"#.to_vec();
			ask.request.payload = reckon_primitives::ContentRef::of(&ask.payload);
		},
		"PayloadInvalid",
		"`stop`: data did not match any variant of untagged enum Named at line 1 column 23",
	),
];

#[tokio::test]
async fn task_should_be_refused_when_it_is_not_paid_for_or_means_nothing() {
	let dir = tempfile::tempdir().unwrap();
	let (ledger, gate) = (FakeLedger::default(), Gate::default());
	gate.let_pass(10);
	let schedulers = alphabet(dir.path(), &gate, SchedulerConfig::default());
	let mut gateway = Gateway::open(&ledger, 1, &[MODEL, H256([8; 32])]).await;
	let worker = Worker::start(dir.path(), &ledger, &schedulers, &[&gateway]).await;
	let mut stream = gateway.join(&worker).await;
	let good = gateway.ask(MODEL, 0, r#"{"prompt":"a"}"#);
	for (what, spoil, reason, text) in CASES {
		let mut ask = good.clone();
		spoil(&mut ask, &ledger);
		let mut task = ask.task();
		if *what == "a voucher of noise" {
			task.voucher = vec![1, 2, 3];
		}
		stream.say(reckon_gateway_protocol::v1::to_worker::Message::Task(task)).await;
		let Refused { reason: said, text: why, tokens, context, .. } = stream.refusal(&ask).await;
		assert_eq!((said.as_str(), why.as_str()), (*reason, *text), "{what}");
		assert_eq!((tokens, context), (0, 0), "{what}");
	}

	// Too long: both numbers.
	let mut ask = gateway.ask(MODEL, 1, &format!(r#"{{"prompt":"{}"}}"#, "a".repeat(100)));
	stream.hand(&ask).await;
	let refused = stream.refusal(&ask).await;
	assert_eq!((refused.tokens, refused.context), (110, 100));
	assert_eq!(refused.reason, "ParametersUnsupported");

	// With the right key named, and another that signs.
	ask = good.clone();
	let mut task = ask.task();
	let mut voucher = ask.voucher();
	voucher.signature =
		sr25519::Pair::from_seed(&[77; 32]).sign(&voucher.voucher.payload(&GENESIS));
	task.voucher = codec::Encode::encode(&voucher);
	stream.say(reckon_gateway_protocol::v1::to_worker::Message::Task(task)).await;
	let refused = stream.refusal(&ask).await;
	assert_eq!(refused.text, "the voucher was not signed by the channel's session key");

	// None of this has cost anything: the same request, as it should be.
	stream.hand(&good).await;
	stream.lease(&worker, &gateway, &good).await;
	let (_, finished) = stream.rest(&good).await;
	assert_eq!(receipt(&worker, &gateway, &good, &finished).charge, 10 + 2 + 30);
}

#[tokio::test]
async fn channel_should_be_asked_for_again_when_what_is_known_does_not_suffice() {
	let dir = tempfile::tempdir().unwrap();
	let (ledger, gate) = (FakeLedger::default(), Gate::default());
	gate.let_pass(1_000);
	let schedulers = alphabet(dir.path(), &gate, SchedulerConfig::default());
	let mut gateway = Gateway::open(&ledger, 1, &[MODEL]).await;
	let worker = Worker::start(dir.path(), &ledger, &schedulers, &[&gateway]).await;
	let mut stream = gateway.join(&worker).await;
	for nonce in 0..3 {
		let ask = gateway.ask(MODEL, nonce, r#"{"prompt":"a"}"#);
		stream.hand(&ask).await;
		stream.lease(&worker, &gateway, &ask).await;
		stream.rest(&ask).await;
	}
	assert_eq!(ledger.write(|said| said.asked), 1);
	// The client has topped it up.
	channel(&ledger, |channel| channel.left = 2_000_000);
	let mut ask = gateway.ask(MODEL, 9, r#"{"prompt":"a"}"#);
	ask.voucher.cumulative = 1_500_000;
	loop {
		// At most once a second.
		stream.hand(&ask).await;
		match stream.next().await {
			reckon_gateway_protocol::v1::from_worker::Message::Refused(refused) => {
				let text = "the voucher lets take 1500000, the channel has 1000000 left";
				assert_eq!(refused.text, text);
				tokio::time::sleep(std::time::Duration::from_millis(100)).await;
			},
			reckon_gateway_protocol::v1::from_worker::Message::Lease(_) => break,
			other => panic!("{other:?}"),
		}
	}
	stream.rest(&ask).await;
	assert_eq!(ledger.write(|said| said.asked), 2);
	assert_eq!(worker.shared.status().gateways[&gateway.url].answered, 4);
}

#[tokio::test]
async fn task_should_be_refused_when_its_channel_is_another_gateways_or_closes() {
	let dir = tempfile::tempdir().unwrap();
	let (ledger, gate) = (FakeLedger::default(), Gate::default());
	let schedulers = alphabet(dir.path(), &gate, SchedulerConfig::default());
	let mut gateway = Gateway::open(&ledger, 1, &[MODEL]).await;
	channel(&ledger, |channel| channel.gateway = account([4; 32]));
	let worker = Worker::start(dir.path(), &ledger, &schedulers, &[&gateway]).await;
	let mut stream = gateway.join(&worker).await;
	let ask = gateway.ask(MODEL, 1, r#"{"prompt":"a"}"#);
	stream.hand(&ask).await;
	assert_eq!(stream.refusal(&ask).await.text, "the channel is another gateway's");

	let mut other = gateway.ask(MODEL, 2, r#"{"prompt":"a"}"#);
	other.voucher.channel = H256([2; 32]);
	ledger.write(|said| {
		let mut channel = said.channels[&H256([1; 32])].clone();
		(channel.gateway, channel.closes_at) = (gateway.account, Some(1_000));
		said.channels.insert(H256([2; 32]), channel);
	});
	stream.hand(&other).await;
	let refused = stream.refusal(&other).await;
	let said = (refused.reason.as_str(), refused.text.as_str());
	assert_eq!(said, ("PriceAboveMaximum", "the channel is closing"));
}
