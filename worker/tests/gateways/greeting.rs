//! Whom a worker joins.

use crate::harness::*;
use reckon_engine::SchedulerConfig;
use reckon_gateway_protocol::v1::{from_worker, to_worker, Challenge, Welcome};
use reckon_worker::gateways::Gateways;
use std::time::Duration;

/// Waits until the worker says why it is not joined to a gateway.
async fn why_not(worker: &Worker, gateway: &Gateway) -> String {
	loop {
		if let Some(traffic) = worker.shared.status().gateways.get(&gateway.url) {
			assert!(!traffic.joined);
			if let Some(why) = &traffic.why_not {
				return why.clone();
			}
		}
		tokio::time::sleep(Duration::from_millis(5)).await;
	}
}

#[tokio::test]
async fn gateway_should_not_be_joined_when_its_challenge_is_not_right() {
	type Spoil = fn(&mut Challenge);
	let spoilt: &[(Spoil, &str)] = &[
		(
			|challenge| challenge.genesis = vec![1; 32],
			"the gateway is on the chain \
			 0x0101010101010101010101010101010101010101010101010101010101010101, this worker on \
			 0x0909090909090909090909090909090909090909090909090909090909090909",
		),
		(
			|challenge| challenge.genesis = vec![9; 31],
			"the gateway does not keep to the protocol: a genesis hash has 32 bytes, it sent 31",
		),
		(
			|challenge| challenge.nonce = vec![],
			"the gateway does not keep to the protocol: a nonce has 32 bytes, it sent 0",
		),
		(
			|challenge| challenge.gateway = vec![1; 33],
			"the gateway does not keep to the protocol: an account has 32 bytes, it sent 33",
		),
		(
			|challenge| challenge.gateway = vec![66; 32],
			"the gateway is not joined: the chain knows no such gateway, or it leaves",
		),
	];
	for (spoil, why) in spoilt {
		let dir = tempfile::tempdir().unwrap();
		let ledger = FakeLedger::default();
		let schedulers = alphabet(dir.path(), &Gate::default(), SchedulerConfig::default());
		let mut gateway = Gateway::open(&ledger, 1, &[MODEL]).await;
		let worker = Worker::start(dir.path(), &ledger, &schedulers, &[&gateway]).await;
		let mut stream = gateway.stream().await;
		let mut challenge = gateway.challenge();
		spoil(&mut challenge);
		stream.say(to_worker::Message::Challenge(challenge)).await;
		assert_eq!(why_not(&worker, &gateway).await, *why);
		// It says nothing about itself then, and comes back.
		stream.ended().await;
		gateway.join(&worker).await;
	}
}

#[tokio::test]
async fn gateway_should_not_be_joined_when_it_says_something_else_than_the_chain() {
	let cases: &[(to_worker::Message, &str)] = &[
		(
			to_worker::Message::Welcome(Welcome { subnet: 8, provider: PROVIDER.to_vec() }),
			"the gateway is not joined: it has another subnet or provider for this worker than the \
			 chain",
		),
		(
			to_worker::Message::Welcome(Welcome { subnet: SUBNET, provider: vec![3; 32] }),
			"the gateway is not joined: it has another subnet or provider for this worker than the \
			 chain",
		),
		(
			to_worker::Message::Stored(Default::default()),
			"the gateway does not keep to the protocol: it did not say welcome",
		),
	];
	for (answer, why) in cases {
		let dir = tempfile::tempdir().unwrap();
		let ledger = FakeLedger::default();
		let schedulers = alphabet(dir.path(), &Gate::default(), SchedulerConfig::default());
		let mut gateway = Gateway::open(&ledger, 1, &[MODEL]).await;
		let worker = Worker::start(dir.path(), &ledger, &schedulers, &[&gateway]).await;
		let mut stream = gateway.stream().await;
		stream.say(to_worker::Message::Challenge(gateway.challenge())).await;
		assert!(matches!(stream.hear().await, from_worker::Message::Hello(_)));
		stream.say(answer.clone()).await;
		assert_eq!(why_not(&worker, &gateway).await, *why);
		stream.ended().await;
	}
}

#[tokio::test]
async fn gateway_should_be_joined_later_when_no_provider_names_the_key_yet() {
	let dir = tempfile::tempdir().unwrap();
	let ledger = FakeLedger::default();
	let schedulers = alphabet(dir.path(), &Gate::default(), SchedulerConfig::default());
	let mut gateway = Gateway::open(&ledger, 1, &[MODEL]).await;
	let account = gateway.account;
	let terms = |provider| {
		ledger.write(|said| said.terms.get_mut(&account.0).unwrap().provider = provider);
	};
	terms(None);
	let worker = Worker::start(dir.path(), &ledger, &schedulers, &[&gateway]).await;
	let mut stream = gateway.stream().await;
	stream.say(to_worker::Message::Challenge(gateway.challenge())).await;
	assert_eq!(
		why_not(&worker, &gateway).await,
		"the gateway is not joined: no provider names this worker's key"
	);
	terms(Some(reckon_sdk::account(PROVIDER)));
	// What was said before is not remembered for long when it does not suffice.
	loop {
		let mut stream = gateway.stream().await;
		stream.say(to_worker::Message::Challenge(gateway.challenge())).await;
		if stream.heard_hello().await {
			break;
		}
	}
}

#[tokio::test]
async fn gateway_should_be_joined_as_soon_as_it_listens() {
	let dir = tempfile::tempdir().unwrap();
	let ledger = FakeLedger::default();
	let schedulers = alphabet(dir.path(), &Gate::default(), SchedulerConfig::default());
	let mut gateway = Gateway::closed(&ledger, 1, &[MODEL]).await;
	let worker = Worker::start(dir.path(), &ledger, &schedulers, &[&gateway]).await;
	let why = why_not(&worker, &gateway).await;
	assert!(why.starts_with("cannot connect: ") && why.contains("refused"), "{why}");
	gateway.listen().await;
	gateway.join(&worker).await;
}

#[test]
fn address_should_be_refused_when_it_is_none() {
	let error = Gateways::new(&["not an address".into()]).err().unwrap().to_string();
	assert!(error.starts_with("'not an address' is no gateway's address"), "{error}");
	assert!(Gateways::new(&["http://127.0.0.1:8001".into(), "https://a.example".into()]).is_ok());
}
