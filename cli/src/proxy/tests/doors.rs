//! Who may ask.

use super::*;

#[tokio::test]
async fn doors_should_refuse_what_is_not_meant_for_them() {
	let gateway = Running::start(1, 2, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	let url = format!("{}/v1/chat/completions", bench.base);
	let post = || bench.http.post(&url).body(chat(false).to_string());
	let json =
		|request: reqwest::RequestBuilder| request.header("content-type", "application/json");
	// As a page of another site could without being asked.
	let plain = post().header("content-type", "text/plain").send().await.unwrap();
	assert_eq!(plain.status(), 415);
	let foreign = json(post()).header("host", "evil.example").send().await.unwrap();
	assert_eq!(foreign.status(), 403);
	assert_eq!(code_of(foreign).await, "wrong_host");
	let large = json(bench.http.post(&url)).body(vec![b' '; (4 << 20) + 1]).send().await.unwrap();
	assert_eq!(large.status(), 413);
	let malformed = json(bench.http.post(&url)).body("{").send().await.unwrap();
	assert_eq!(malformed.status(), 400);
	let wrong = json!({ "model": NAME, "messages": 7 }).to_string();
	let wrong = json(bench.http.post(&url)).body(wrong).send().await.unwrap();
	assert_eq!(wrong.status(), 400);
	assert_eq!(json_of(wrong).await["error"]["param"], "messages");
	let nothing = bench.http.get(format!("{}/v1/nothing", bench.base)).send().await.unwrap();
	assert_eq!(nothing.status(), 404);
	assert_eq!(code_of(nothing).await, "unknown_url");
	assert!(gateway.seen().is_empty());
}

#[tokio::test]
async fn doors_should_ask_for_the_key_where_there_is_one() {
	let gateway = Running::start(1, 2, price(3)).await;
	let (dir, key) = (tempfile::tempdir().unwrap(), Some("secret".to_owned()));
	let bench = Bench::locked(dir, &[&gateway], Duration::from_secs(20), key).await;
	let url = format!("{}/v1/chat/completions", bench.base);
	let ask = |key: &'static str| {
		let asked = reqwest::Client::new().post(&url).header("content-type", "application/json");
		asked.header("authorization", key).body(chat(false).to_string()).send()
	};
	for key in ["", "Bearer ", "Bearer secre", "secret", "Bearer secret1"] {
		let refused = ask(key).await.unwrap();
		assert_eq!(refused.status(), 401, "{key}");
		assert_eq!(code_of(refused).await, "invalid_api_key");
	}
	assert!(gateway.seen().is_empty());
	assert_eq!(ask("Bearer secret").await.unwrap().status(), 200);
}
