//! A job is answered, paid for, and every unit of money is where it belongs.

use std::thread;

use reckon_cli::devnet::balances::treasury;
use reckon_e2e::Net;
use reckon_sdk::Signer;

#[tokio::test(flavor = "multi_thread")]
async fn jobs_should_be_answered_and_paid_exactly_when_a_worker_is_there() {
	let net = Net::start().await;
	let bob = net.provider("//Bob").await;
	net.offer_chat(&bob).await;
	net.offer_embedding(&bob).await;
	let worker = bob.start().await;
	let account = |suri: &str| Signer::from_suri(suri).unwrap().account();
	let clients = ["//Charlie", "//Dave", "//Eve"];
	let accounts = [
		("charlie", account(clients[0])),
		("dave", account(clients[1])),
		("eve", account(clients[2])),
		("provider", bob.account()),
		("owner", account("//Alice")),
		("treasury", treasury()),
		("hot key", bob.hot_key.account()),
	];
	let before = net.money(&accounts).await;

	let chat = ["chat", "--model", "reckon-lexicon", "--settled", "what is a ledger?"];
	let embed = ["embed", "--model", "all-minilm-l6-v2", "--settled", "a ledger", "a harbor"];
	// Too long for a transaction: handed to the worker by hash; so is the answer of 40 vectors.
	let texts: Vec<_> = (0..40).map(|n| format!("{n} {}", "a long text ".repeat(12))).collect();
	let mut many = vec!["embed", "--model", "all-minilm-l6-v2", "--settled"];
	many.extend(texts.iter().map(String::as_str));
	let net = &net;
	let [chat, embed, many] = thread::scope(|scope| {
		// Each by a client of its own: they do not wait for one another.
		let runs = [chat.to_vec(), embed.to_vec(), many];
		let mut clients = clients.into_iter();
		runs.map(|arguments| {
			let client = clients.next().unwrap();
			scope.spawn(move || net.reckon(client, &arguments).json())
		})
		.map(|run| run.join().unwrap())
	});

	let answer = chat["answer"].as_str().unwrap();
	assert!(answer.split_whitespace().count() > 2, "{answer}");
	assert_eq!(chat["provider"], bob.account().to_string());
	for (json, count) in [(&embed, 2), (&many, 40)] {
		let vectors = json["answer"].as_array().unwrap();
		assert_eq!(vectors.len(), count);
		assert!(vectors.iter().all(|vector| vector.as_array().unwrap().len() == 384));
	}
	let after = net.money(&accounts).await;
	let amount = |json: &serde_json::Value, name: &str| -> u128 {
		json[name].as_str().unwrap().parse().unwrap()
	};
	let charges: u128 = [&chat, &embed, &many].map(|json| amount(json, "charge")).iter().sum();
	for json in [&chat, &embed, &many] {
		assert_eq!(json["state"], "settled");
		assert!(amount(json, "charge") > 0);
		assert_eq!(amount(json, "charge") + amount(json, "refunded"), amount(json, "max_price"));
	}
	assert_eq!(before.total(), after.total(), "{before:?} {after:?}");
	let lost: u128 =
		["charlie", "dave", "eve"].map(|who| before.of(who) - after.of(who)).iter().sum();
	let fees = lost - charges;
	let gained = |who| after.of(who) - before.of(who);
	assert_eq!(gained("provider") + gained("owner") + gained("treasury"), charges + fees);
	assert!(gained("provider") > charges / 2 && gained("owner") > 0 && gained("treasury") > fees);
	assert_eq!(gained("hot key"), 0, "a good delivery costs nothing");
	drop(worker);
}
