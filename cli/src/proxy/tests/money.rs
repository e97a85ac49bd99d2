//! What a request may cost: vouchers, lanes and channels, crashes in between.

use super::*;

#[tokio::test]
async fn voucher_should_start_from_what_the_gateway_has_proven_when_it_was_too_low() {
	let gateway = Running::start(1, 1, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	gateway.play(Play::RefuseAndCharge);
	assert_eq!(bench.chat(false).await.status(), 429);
	assert_eq!(bench.spent(), 0);
	assert_eq!(bench.chat(false).await.status(), 200);
	// One that was refused and charged all the same, one too low, one that covers both.
	assert_eq!(gateway.seen().len(), 3);
	assert_eq!(bench.spent(), 2 * cost(&price(3)));
	assert_eq!(bench.spent(), gateway.charged());
}

#[tokio::test]
async fn lane_should_be_disputed_when_the_gateway_has_spent_more_than_receipts_prove() {
	let gateway = Running::start(1, 1, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	gateway.gate.lanes.lock().unwrap()[0] = 5;
	let response = bench.chat(false).await;
	assert_eq!(response.status(), 502);
	assert_eq!(code_of(response).await, "voucher_refused");
	let stand = bench.house.proxy.purses[0].stand();
	assert!(stand.disputed[0].contains("lane 0 has spent"), "{:?}", stand.disputed);
	assert_eq!(bench.spent(), 0);
	// For good: the next start does not use it either.
	let dir = bench.stop().await;
	let bench = Bench::with(dir, &[&gateway], Duration::from_secs(20)).await;
	assert_eq!(code_of(bench.chat(false).await).await, "channel_unusable");
}

#[tokio::test]
async fn client_that_leaves_should_pay_for_what_the_gateway_had_sent() {
	let gateway = Running::start(1, 1, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	gateway.play(Play::Stall);
	let mut response = bench.chat(true).await;
	assert!(response.chunk().await.unwrap().is_some());
	assert_eq!(bench.spent(), 0);
	drop(response);
	bench.quiet().await;
	assert_eq!(bench.spent(), cost(&price(3)));
	assert_eq!(bench.spent(), gateway.charged());
	assert_eq!(bench.chat(true).await.status(), 200);
}

#[tokio::test]
async fn voucher_in_flight_should_be_counted_by_its_receipt_after_a_crash() {
	let gateway = Running::start(1, 1, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	let release = Arc::new(Notify::new());
	gateway.play(Play::When(release.clone()));
	let (base, http) = (bench.base.clone(), bench.http.clone());
	let asked = tokio::spawn(async move {
		let asked = http.post(format!("{base}/v1/chat/completions"));
		asked.header("content-type", "application/json").body(chat(false).to_string()).send().await
	});
	while gateway.seen().is_empty() {
		sleep(Duration::from_millis(5)).await;
	}
	// The program dies: what is on disk is all there is, and a copy of it is what the next start finds.
	let copy = tempfile::tempdir().unwrap();
	for name in [LEDGER, "ledger.sqlite-wal"] {
		let _ = std::fs::copy(bench.dir.path().join(name), copy.path().join(name));
	}
	release.notify_one();
	assert_eq!(asked.await.unwrap().unwrap().status(), 200);
	let lanes =
		Ledger::open(&copy.path().join(LEDGER)).unwrap().lanes(gateway.gate.channel, 1).await;
	let lanes = lanes.unwrap();
	assert_eq!((lanes[0].sent.len(), lanes[0].spent), (1, 0), "promised before it left");
	let bench = Bench::with(copy, &[&gateway], Duration::from_secs(20)).await;
	bench.quiet().await;
	assert_eq!(bench.spent(), cost(&price(3)));
	assert_eq!(bench.chat(false).await.status(), 200);
	assert_eq!(bench.spent(), gateway.charged());
}

#[tokio::test]
async fn voucher_in_flight_should_cost_nothing_when_the_gateway_never_had_it() {
	let gateway = Running::start(1, 1, price(3)).await;
	let dir = tempfile::tempdir().unwrap();
	let ledger = Ledger::open(&dir.path().join(LEDGER)).unwrap();
	let order = reckon_openai::read(Endpoint::Chat, chat(false).to_string().as_bytes(), |_| 128);
	let request = order.unwrap().order.request(MODEL, H256([5; 32]), price(3));
	let sent = ledger::Sent {
		request,
		channel: gateway.gate.channel,
		lane: 0,
		cumulative: 1_000,
		most: 1_000,
		input: 300,
	};
	ledger.send(sent).await.unwrap();
	drop(ledger);
	let bench = Bench::with(dir, &[&gateway], Duration::from_secs(20)).await;
	bench.quiet().await;
	assert_eq!(bench.spent(), 0);
	let stand = bench.house.proxy.purses[0].stand();
	assert_eq!(stand.promised, 1_000, "it may be used all the same");
	assert_eq!(bench.chat(false).await.status(), 200);
}

#[tokio::test]
async fn requests_should_run_at_once_as_far_as_there_are_lanes_and_then_wait() {
	let gateway = Running::start(1, 2, price(3)).await;
	let bench = Arc::new(Bench::start(&[&gateway]).await);
	let release = Arc::new(Notify::new());
	for _ in 0..3 {
		gateway.play(Play::When(release.clone()));
	}
	let asked: Vec<_> = (0..3)
		.map(|_| {
			let bench = bench.clone();
			tokio::spawn(async move { bench.chat(false).await.status().as_u16() })
		})
		.collect();
	while gateway.seen().len() < 2 {
		sleep(Duration::from_millis(5)).await;
	}
	let lanes: Vec<_> = gateway.seen().iter().map(|(_, signed)| signed.voucher.lane).collect();
	assert!(lanes == [0, 1] || lanes == [1, 0], "{lanes:?}");
	sleep(Duration::from_millis(100)).await;
	assert_eq!(gateway.seen().len(), 2, "the third waits");
	// As often as there is somebody to tell.
	let teller = tokio::spawn(async move {
		loop {
			release.notify_one();
			sleep(Duration::from_millis(5)).await;
		}
	});
	for asked in asked {
		assert_eq!(asked.await.unwrap(), 200);
	}
	teller.abort();
	assert_eq!(bench.spent(), 3 * cost(&price(3)));
	assert_eq!(bench.spent(), gateway.charged());
}

#[tokio::test]
async fn request_should_be_refused_when_no_lane_is_free_in_time() {
	let gateway = Running::start(1, 1, price(3)).await;
	let patience = Duration::from_millis(50);
	let bench = Bench::with(tempfile::tempdir().unwrap(), &[&gateway], patience).await;
	gateway.play(Play::Stall);
	let mut first = bench.chat(true).await;
	assert!(first.chunk().await.unwrap().is_some());
	let second = bench.chat(true).await;
	assert_eq!(second.status(), 429);
	assert!(second.headers().contains_key("retry-after-ms"));
	assert_eq!(code_of(second).await, "lanes_busy");
	assert_eq!(gateway.seen().len(), 1);
}

#[tokio::test]
async fn request_should_be_refused_when_the_channel_has_too_little_and_served_when_it_has_more() {
	let gateway = Running::start(1, 1, price(3)).await;
	*gateway.gate.left.lock().unwrap() = 100;
	let bench = Bench::start(&[&gateway]).await;
	let response = bench.chat(false).await;
	assert_eq!(response.status(), 402);
	let error = json_of(response).await;
	assert_eq!(error["error"]["code"], "insufficient_quota");
	assert!(error["error"]["message"].as_str().unwrap().contains("reckon channel top-up"));
	assert!(gateway.seen().is_empty(), "nothing was signed");
	*gateway.gate.left.lock().unwrap() = DEPOSIT;
	assert_eq!(bench.chat(false).await.status(), 200);
}

#[tokio::test]
async fn nothing_should_be_signed_above_the_highest_charge_and_cheaper_gateways_be_asked() {
	let (dear, fair) =
		(Running::start(1, 2, price(1_000)).await, Running::start(2, 2, price(3)).await);
	// It knows this gateway alone.
	let bench = Bench::frugal(&[&dear], 50_000).await;
	let refused = bench.chat(false).await;
	assert_eq!(refused.status(), 402);
	let error = json_of(refused).await;
	assert_eq!(error["error"]["code"], "max_charge_exceeded");
	assert!(error["error"]["message"].as_str().unwrap().contains("--max-charge"), "{error}");
	assert!(dear.seen().is_empty(), "nothing was signed");
	// Here the cheaper one fails, and the dear one is not asked in its place.
	let bench = Bench::frugal(&[&dear, &fair], 50_000).await;
	fair.play(Play::Refuse(503, "no_worker"));
	assert_eq!(bench.chat(false).await.status(), 503);
	assert_eq!(bench.chat(false).await.status(), 200);
	assert!(dear.seen().is_empty(), "it would have cost too much");
}
