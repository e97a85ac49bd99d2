//! Requests that no gateway can read.

use super::*;

const SEALERS: &[&str] = &["//Seal1", "//Seal2"];

#[tokio::test]
async fn sealed_request_should_be_answered_and_paid_for_and_not_be_read_by_its_gateway() {
	let gateway = Running::start(1, 2, price(3)).await;
	gateway.seals(&SEALERS[..1]);
	let bench = Bench::knowing(&[&gateway], SEALERS).await;
	let secret = "nobody else's business";
	let asks = [
		("/v1/chat/completions", json!({ "messages": [{ "role": "user", "content": secret }] })),
		("/v1/completions", json!({ "prompt": secret, "echo": true })),
		("/v1/responses", json!({ "input": secret })),
	];
	let mut count = 0;
	for (path, mut body) in asks {
		body["model"] = NAME.into();
		for stream in [false, true] {
			body["stream"] = stream.into();
			let response = bench.ask_sealed(path, body.clone()).await;
			assert_eq!(response.status(), 200, "{path}");
			assert_eq!(response.headers().contains_key("reckon-receipt"), !stream);
			let text = response.text().await.unwrap();
			match stream {
				true => {
					for part in TEXT {
						assert!(text.contains(&format!("\"{part}\"")), "{path}: {text}");
					}
					let end = if path.ends_with("es") { "response.completed" } else { "[DONE]" };
					assert!(text.contains(end), "{path}: {text}");
				},
				false => assert!(text.contains(&said()), "{path}: {text}"),
			}
			assert_eq!(text.contains(secret), path == "/v1/completions", "echo is ours: {text}");
			count += 1;
			assert_eq!(bench.spent(), count * cost(&price(3)), "{path}");
		}
	}
	let body = json!({ "model": NAME, "input": secret });
	let vectors = json_of(bench.ask_sealed("/v1/embeddings", body).await).await;
	assert_eq!(vectors["data"][0]["embedding"][1], -0.25);
	assert_eq!(bench.spent(), gateway.charged());
	assert!(!gateway.has_read(secret) && !gateway.has_read("hé") && !gateway.has_read("0.25"));
	// The proof that the test can fail.
	bench.chat(false).await;
	assert!(gateway.has_read("hé"));
}

#[tokio::test]
async fn sealed_request_should_never_be_sent_open() {
	let gateway = Running::start(1, 2, price(3)).await;
	let code = |bench: &Bench| {
		let asked = bench.http.post(format!("{}/v1/chat/completions", bench.base));
		let asked = asked.header("content-type", "application/json").header("reckon-sealed", "1");
		let asked = asked.body(chat(false).to_string()).send();
		async move { code_of(asked.await.unwrap()).await }
	};
	let bench = Bench::knowing(&[&gateway], SEALERS).await;
	assert_eq!(code(&bench).await, "no_sealed_worker");
	// A key that is not the worker's.
	gateway.seals(&SEALERS[..1]);
	let own = Sealing::new("//Gateway").keys.key(gateway.gate.worker.public()).key;
	gateway.gate.sealing.lock().unwrap()[0].1.key.key = own;
	assert_eq!(code(&bench).await, "worker_impostor");
	// One that the gateway has made up, with its own key.
	gateway.seals(&["//Gateway"]);
	assert_eq!(code(&bench).await, "worker_impostor");
	// One whose time is over.
	let mut old = Sealing::new("//Seal1");
	old.keys = Keyring::new(now() - reckon_sealed::LASTS_MS);
	let old = Arc::new(old);
	*gateway.gate.sealing.lock().unwrap() = vec![(old.clone(), old.signed())];
	assert_eq!(code(&bench).await, "no_sealed_worker");
	// Nobody to ask whose it is.
	gateway.seals(&SEALERS[..1]);
	let alone = Bench::start(&[&gateway]).await;
	assert_eq!(code(&alone).await, "chain_unreachable");
	let mut likely = chat(false);
	likely["logprobs"] = true.into();
	let refused = bench.ask_sealed("/v1/chat/completions", likely).await;
	assert_eq!(refused.status(), 400);
	assert!(gateway.seen().is_empty());
	assert_eq!((bench.spent(), gateway.charged()), (0, 0));
}

#[tokio::test]
async fn sealed_request_should_be_sealed_anew_when_its_worker_is_lost() {
	for play in [Play::Refuse(503, "worker_lost"), Play::FailBefore, Play::DieBefore] {
		for stream in [false, true] {
			let gateway = Running::start(1, 4, price(3)).await;
			gateway.seals(SEALERS);
			gateway.play(play.clone());
			let bench = Bench::knowing(&[&gateway], SEALERS).await;
			let response = bench.ask_sealed("/v1/chat/completions", chat(stream)).await;
			assert_eq!(response.status(), 200);
			assert!(response.text().await.unwrap().contains(TEXT[2]));
			let seen = gateway.seen();
			assert_eq!(seen.len(), 2);
			assert_ne!(seen[0].0.payload, seen[1].0.payload);
			bench.quiet().await;
			assert_eq!(bench.spent(), gateway.charged());
		}
	}
	// In the middle of an answer of which nothing was told.
	let gateway = Running::start(1, 4, price(3)).await;
	gateway.seals(SEALERS);
	gateway.play(Play::DieAfter);
	let bench = Bench::knowing(&[&gateway], SEALERS).await;
	let response = bench.ask_sealed("/v1/chat/completions", chat(false)).await;
	assert_eq!(json_of(response).await["choices"][0]["message"]["content"], said());
}

#[tokio::test]
async fn sealed_answer_should_be_refused_when_it_is_not_all_that_the_worker_wrote() {
	for stream in [false, true] {
		let gateway = Running::start(1, 4, price(3)).await;
		gateway.seals(&SEALERS[..1]);
		let bench = Bench::knowing(&[&gateway], SEALERS).await;
		gateway.play(Play::CutOff);
		let text = bench.ask_sealed("/v1/chat/completions", chat(stream)).await.text().await;
		assert!(text.unwrap().contains("answer_cut_off"));
		// The worker has signed for it, and is paid.
		assert_eq!(bench.spent(), cost(&price(3)));
		gateway.play(Play::Mixed);
		let text = bench.ask_sealed("/v1/chat/completions", chat(stream)).await.text().await;
		let text = text.unwrap();
		assert!(text.contains("\"error\"") && !text.contains(TEXT[1]), "{text}");
		// A receipt of another worker.
		gateway.play(Play::Sign(|receipt| receipt.provider = AccountId::from([78; 32])));
		let text = bench.ask_sealed("/v1/chat/completions", chat(stream)).await.text().await;
		assert!(text.unwrap().contains("receipt_worker"));
	}
}

#[tokio::test]
async fn open_answer_should_be_refused_when_the_chain_does_not_know_its_worker() {
	let gateway = Running::start(1, 2, price(3)).await;
	let bench = Bench::knowing(&[&gateway], &["//Worker1"]).await;
	assert_eq!(bench.chat(false).await.status(), 200);
	let stranger = Running::start(2, 2, price(3)).await;
	let bench = Bench::knowing(&[&stranger], &["//Worker1"]).await;
	assert_eq!(code_of(bench.chat(false).await).await, "receipt_worker");
	assert_eq!(bench.spent(), 0);
}
