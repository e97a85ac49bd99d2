//! `reckon proxy` between a program and two gateways, while it and they are killed.

use std::{
	collections::{BTreeMap, BTreeSet},
	fs,
	time::{Duration, Instant},
};

use reckon_e2e::{
	chat::{amount, chat, get_until, http, POLL},
	load::{setting, Dice, Heard, Load},
	Gateway, Net, Proxy, LIMIT,
};
use reckon_sdk::{content_hash, token::UNIT, Balance, ChannelId, Signer};
use serde_json::{json, Value};
use tokio::time::sleep;

const DEPOSIT: Balance = 50 * UNIT;
/// The proxy asks for no key.
const NO_KEY: &str = "none";

/// A gateway, and the channel that the proxy pays it through.
struct Till {
	gateway: Gateway,
	channel: ChannelId,
}

impl Till {
	/// Where the gateway tells how the channel stands.
	fn url(&self) -> String {
		format!("{}/channels/{:?}", self.gateway.base_url(), self.channel)
	}
}

/// How the proxy's channels stand, when it has found out what all requests have cost.
async fn stand(http: &reqwest::Client, proxy: &Proxy) -> Value {
	let url = format!("{}/channels", proxy.base_url());
	get_until(http, &url, |stand| {
		let channels = stand["channels"].as_array();
		channels.is_some_and(|all| all.iter().all(|channel| channel["in_doubt"] == 0))
	})
	.await
}

/// What the proxy says of one channel.
fn of(stand: &Value, channel: ChannelId) -> &Value {
	let channels = stand["channels"].as_array().unwrap();
	let id = format!("{channel:?}");
	channels.iter().find(|channel| channel["id"] == id.as_str()).unwrap()
}

/// The receipts that the proxy keeps, by request.
fn shelf(proxy: &Proxy) -> BTreeMap<String, Value> {
	let files = fs::read_dir(proxy.receipts()).unwrap();
	let receipts = files.map(|file| {
		let json: Value = serde_json::from_slice(&fs::read(file.unwrap().path()).unwrap()).unwrap();
		let receipt = json["signed"]["receipt"].clone();
		(receipt["request"].as_str().unwrap().to_owned(), receipt)
	});
	receipts.collect()
}

/// What these receipts charge to each of the lanes of a channel.
fn charged(shelf: &BTreeMap<String, Value>, channel: ChannelId, lanes: usize) -> Vec<Balance> {
	let id = format!("{channel:?}");
	let mut charged = vec![0; lanes];
	for receipt in shelf.values().filter(|receipt| receipt["channel"] == id.as_str()) {
		let lane = usize::try_from(receipt["lane"].as_u64().unwrap()).unwrap();
		charged[lane] += amount(&receipt["charge"]);
	}
	charged
}

/// Whoever asks now is answered at once, though one of the gateways is gone.
async fn assert_goes_on(http: &reqwest::Client, proxy: &Proxy) {
	for is_stream in [false, true] {
		let body = json!({
			"model": "reckon-lexicon",
			"messages": [{ "role": "user", "content": "what is a harbor?" }],
			"max_tokens": 64,
			"stream": is_stream,
		});
		let asked = chat(http, (&proxy.base_url(), NO_KEY), "on", &body).await;
		asked.unwrap_or_else(|missed| panic!("streamed: {is_stream}: {missed:?}\n{}", proxy.log()));
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn sealed_request_should_be_answered_without_being_read_by_its_gateway() {
	let net = Net::start().await;
	let mut provider = net.provider("//Bob").await;
	net.offer_chat(&provider).await;
	let data_dir = net.path("client");
	let http = http();
	let gateway = net.gateway("//Dave").await;
	provider.join(&gateway);
	let channel = net.channel_for_proxy(&data_dir, "//Charlie", &gateway, DEPOSIT);
	let till = Till { gateway, channel };
	let _worker = provider.start().await;
	get_until(&http, &till.url(), |channel| channel["object"] == "channel").await;
	let workers = format!("{}/workers?model=reckon-lexicon", till.gateway.base_url());
	get_until(&http, &workers, |workers| workers["data"][0]["key"].is_string()).await;
	let proxy = net.proxy(&data_dir).await;
	let ask = |sealed: &'static str, stream: bool| {
		let body = json!({
			"model": "reckon-lexicon",
			"messages": [{ "role": "user", "content": "what is a harbor?" }],
			"max_tokens": 32,
			"temperature": 0,
			"stream": stream,
		});
		let asked = http.post(format!("{}/chat/completions", proxy.base_url()));
		let asked = asked.header("content-type", "application/json").body(body.to_string());
		let asked = asked.header("reckon-sealed", sealed).send();
		async move { asked.await.unwrap().text().await.unwrap() }
	};
	let text = |whole: &str| {
		let whole: Value = serde_json::from_str(whole).unwrap();
		whole["choices"][0]["message"]["content"].as_str().unwrap_or_default().to_owned()
	};
	let sealed = ask("1", false).await;
	let said = text(&sealed);
	assert!(!said.is_empty(), "{sealed}\n{}", proxy.log());
	let streamed = ask("1", true).await;
	assert!(streamed.ends_with("data: [DONE]\n\n"), "{streamed}");
	let chunks = streamed.lines().filter_map(|line| line.strip_prefix("data: "));
	let chunks = chunks.filter_map(|data| serde_json::from_str::<Value>(data).ok());
	let parts = chunks.map(|chunk| {
		chunk["choices"][0]["delta"]["content"].as_str().unwrap_or_default().to_owned()
	});
	assert_eq!(parts.collect::<String>(), said);
	// It is counted as any other.
	let before = stand(&http, &proxy).await;
	assert_eq!(shelf(&proxy).len(), 2);
	let lanes = charged(&shelf(&proxy), till.channel, 16);
	assert_eq!(amount(&before["spent"]), lanes.iter().sum::<Balance>());
	for secret in ["harbor", &said] {
		assert!(!till.gateway.has_kept(secret), "{secret}");
	}
	// The same question, open: the same answer, which the gateway keeps.
	assert_eq!(text(&ask("0", false).await), said);
	assert!(till.gateway.has_kept("harbor"));
	wait_until_taken(&net, &till, &charged(&shelf(&proxy), till.channel, 16)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn proxy_should_lose_no_voucher_and_spend_none_twice_when_it_or_a_gateway_is_killed() {
	let (kills, seed) = (setting("RECKON_KILLS", 4), setting("RECKON_SEED", 1));
	let net = Net::start().await;
	let mut provider = net.provider("//Bob").await;
	net.offer_chat(&provider).await;
	let data_dir = net.path("client");
	let http = http();
	let mut tills = Vec::new();
	let (dave, eve) = tokio::join!(net.gateway("//Dave"), net.gateway("//Eve"));
	for gateway in [dave, eve] {
		provider.join(&gateway);
		let channel = net.channel_for_proxy(&data_dir, "//Charlie", &gateway, DEPOSIT);
		tills.push(Till { gateway, channel });
	}
	let _worker = provider.start().await;
	for till in &tills {
		get_until(&http, &till.url(), |channel| channel["object"] == "channel").await;
		let models = format!("{}/models", till.gateway.base_url());
		get_until(&http, &models, |models| models["data"][0]["is_ready"] == true).await;
	}
	let mut proxy = net.proxy(&data_dir).await;

	let load = Load::begin(&http, (&proxy.base_url(), NO_KEY), 6, seed);
	let mut dice = Dice(seed);
	for kill in 0..kills {
		sleep(dice.millis(500, 3_000)).await;
		let down = dice.millis(0, 1_500);
		if kill % 2 == 0 {
			// Either of them, and the other one the next time.
			let which = usize::try_from((seed + kill / 2) % 2).unwrap();
			tills[which].gateway.kill();
			assert_goes_on(&http, &proxy).await;
			sleep(down).await;
			tills[which].gateway.restart().await;
		} else {
			proxy.kill();
			sleep(down).await;
			proxy.restart().await;
		}
		println!("kill {kill} is over");
	}
	sleep(Duration::from_secs(2)).await;
	let heard = load.end().await;
	println!("seed {seed}: {} requests, {kills} kills", heard.len());
	assert!(heard.len() as u64 > 5 * kills, "too few to mean anything");

	// What is known does not change when the proxy ends and starts again.
	let before = stand(&http, &proxy).await;
	proxy.kill();
	proxy.restart().await;
	let stand = stand(&http, &proxy).await;
	assert_eq!(before["spent"], stand["spent"]);

	// All that was heard was paid for by a receipt of its own.
	let shelf = shelf(&proxy);
	let mut ids = BTreeSet::new();
	for Heard { name, answered, .. } in &heard {
		let hash = format!("{:?}", content_hash(answered.text.as_bytes()));
		let receipt = shelf.get(&answered.id).unwrap_or_else(|| panic!("{name} has no receipt"));
		assert_eq!(receipt["output"]["hash"], hash.as_str(), "{name}: {receipt}");
		assert!(ids.insert(&answered.id), "{name} has another one's answer");
	}

	// The proxy, its receipts, the gateway and the chain say the same of each channel.
	let mut spent = 0;
	for till in &tills {
		let mine = of(&stand, till.channel);
		assert_eq!(mine["disputed"], json!([]), "{mine}\n{}", proxy.log());
		let theirs = get_until(&http, &till.url(), |channel| channel["reserved"] == "0").await;
		let lanes: Vec<_> = theirs["lanes"].as_array().unwrap().iter().map(amount).collect();
		assert_eq!(charged(&shelf, till.channel, lanes.len()), lanes, "{theirs}");
		let sum: Balance = lanes.iter().sum();
		assert_eq!(amount(&mine["spent"]), sum, "{mine} {theirs}");
		assert!(amount(&mine["promised"]) >= sum, "{mine}");
		assert!(sum > 0, "nothing went through {}", till.gateway.base_url());
		wait_until_taken(&net, till, &lanes).await;
		spent += sum;
	}
	assert_eq!(amount(&stand["spent"]), spent);

	// No money is stuck.
	for till in &tills {
		let id = format!("{:?}", till.channel);
		net.reckon("//Charlie", &["channel", "close", &id]).json();
	}
	let began = Instant::now();
	for till in &tills {
		while net.channel(till.channel).await.is_some() {
			assert!(began.elapsed() < LIMIT, "the channel never closes");
			sleep(POLL).await;
		}
	}
	let client = Signer::from_suri("//Charlie").unwrap().account();
	let ledger = net.chain.latest().await.unwrap().channel_ledger(&client).await.unwrap();
	assert_eq!((ledger.paid, ledger.held), (spent, 0), "{ledger:?}");
	assert_eq!(ledger.refunded, 2 * DEPOSIT - spent, "{ledger:?}");
}

/// Waits until the chain has taken this through each lane of a channel.
async fn wait_until_taken(net: &Net, till: &Till, lanes: &[Balance]) {
	let began = Instant::now();
	loop {
		let taken = net.channel(till.channel).await.unwrap().taken;
		if taken == lanes {
			return;
		}
		let log = || till.gateway.log();
		assert!(began.elapsed() < LIMIT, "{taken:?} is taken of {lanes:?}:\n{}", log());
		sleep(POLL).await;
	}
}
