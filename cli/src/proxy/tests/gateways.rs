//! Which gateway is asked, and what becomes of a request when one fails.

use super::*;

#[tokio::test]
async fn cheapest_gateway_should_be_asked_and_the_next_when_it_fails_before_the_first_text() {
	for play in [Play::DieBefore, Play::FailBefore, Play::Refuse(503, "no_worker_available")] {
		for stream in [false, true] {
			if !stream && matches!(play, Play::FailBefore) {
				continue;
			}
			let (cheap, dear) =
				(Running::start(1, 2, price(3)).await, Running::start(2, 2, price(4)).await);
			let bench = Bench::start(&[&dear, &cheap]).await;
			cheap.play(play.clone());
			let response = bench.chat(stream).await;
			assert_eq!(response.status(), 200);
			let text = response.text().await.unwrap();
			assert!(!text.contains("\"error\":{"), "{text}");
			assert_eq!((cheap.seen().len(), dear.seen().len()), (1, 1));
			// What came to nothing has cost nothing, and its lane pays again.
			bench.quiet().await;
			assert_eq!((bench.spent(), cheap.charged()), (cost(&price(4)), 0));
		}
	}
}

#[tokio::test]
async fn gateway_that_is_not_there_should_cost_nothing() {
	let mut cheap = Running::start(1, 2, price(3)).await;
	let dear = Running::start(2, 2, price(4)).await;
	let bench = Bench::start(&[&cheap, &dear]).await;
	assert_eq!(bench.chat(false).await.status(), 200);
	cheap.die();
	for _ in 0..2 {
		assert_eq!(bench.chat(false).await.status(), 200);
	}
	assert_eq!((cheap.seen().len(), dear.seen().len()), (1, 2));
	assert_eq!(bench.spent(), cost(&price(3)) + 2 * cost(&price(4)));
}

#[tokio::test]
async fn stream_should_end_with_an_error_when_its_gateway_dies_after_the_first_text() {
	let (cheap, dear) =
		(Running::start(1, 2, price(3)).await, Running::start(2, 2, price(4)).await);
	let bench = Bench::start(&[&cheap, &dear]).await;
	cheap.play(Play::DieAfter);
	let text = bench.chat(true).await.text().await.unwrap();
	assert!(text.contains(TEXT[0]) && text.contains("\"code\":\"gateway_lost\""), "{text}");
	assert!(!text.contains("[DONE]") && dear.seen().is_empty(), "{text}");
	bench.quiet().await;
	assert_eq!(bench.spent(), 0);
	// The lane is good again.
	sleep(Duration::from_millis(600)).await;
	assert_eq!(bench.chat(true).await.status(), 200);
	assert_eq!(cheap.seen().len(), 2);
}

#[tokio::test]
async fn stream_should_end_with_an_error_when_its_gateway_is_silent() {
	let running = Running::start(1, 1, price(3)).await;
	let other = Running::start(2, 1, price(9)).await;
	let bench = Bench::silent(&[&running, &other], Duration::from_millis(300)).await;
	running.play(Play::Stall);
	let text = bench.chat(true).await.text();
	let text = timeout(Duration::from_secs(10), text).await.expect("it waits on").unwrap();
	assert!(text.contains(TEXT[0]) && text.contains("gateway_lost"), "{text}");
	// Before the first text, another gateway takes over.
	bench.quiet().await;
	running.play(Play::Mute);
	bench.house.proxy.purses.iter().for_each(|purse| purse.upstream.recovered());
	let answer = bench.chat(true).await;
	let text = timeout(Duration::from_secs(10), answer.text()).await.expect("it waits on").unwrap();
	assert!(text.contains(TEXT[2]), "{text}");
	assert_eq!((running.seen().len(), other.seen().len()), (2, 1));
}

#[tokio::test]
async fn refusals_should_be_passed_on_when_no_gateway_does_better() {
	let gateway = Running::start(1, 2, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	for (status, code) in
		[(503, "no_worker_available"), (429, "busy"), (400, "context_length_exceeded")]
	{
		gateway.play(Play::Refuse(status, code));
		let response = bench.chat(false).await;
		assert_eq!(response.status(), status);
		assert_eq!(response.headers()["retry-after-ms"], "70");
		assert_eq!(code_of(response).await, code);
		bench.quiet().await;
	}
	assert_eq!(bench.spent(), 0);
	gateway.play(Play::Refuse(400, "voucher_forged"));
	let response = bench.chat(false).await;
	assert_eq!(response.status(), 502);
	assert_eq!(code_of(response).await, "voucher_refused");
}
