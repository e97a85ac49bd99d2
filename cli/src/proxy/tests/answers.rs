//! What clients get: answers, streams, receipts, and the models they can name.

use super::*;

#[tokio::test]
async fn whole_answer_should_be_paid_for_and_its_receipt_kept() {
	let gateway = Running::start(1, 2, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	for count in 1..=3 {
		let response = bench.chat(false).await;
		assert_eq!(response.status(), 200);
		let header = STANDARD.decode(&response.headers()["reckon-receipt"]).unwrap();
		let file: ReceiptFile = serde_json::from_slice(&header).unwrap();
		assert_eq!(json_of(response).await["choices"][0]["message"]["content"], said());
		assert_eq!(bench.spent(), count * cost(&price(3)));
		assert_eq!(bench.spent(), gateway.charged());

		let id = file.signed.receipt.request;
		let kept = bench.http.get(format!("{}/v1/requests/{id:?}/receipt", bench.base));
		let kept = json_of(kept.send().await.unwrap()).await;
		let kept: ReceiptFile = serde_json::from_value(kept).unwrap();
		// What an audit of the answer is asked for with.
		assert_eq!(kept.request.unwrap().hash(), id);
		assert_eq!(ReceiptFile { request: None, ..kept }, file);
	}
	// Each voucher starts from what the lane has spent, not from what was promised before.
	let vouchers = gateway.seen();
	let most = vouchers[0].1.voucher.cumulative;
	assert_eq!(vouchers[2].1.voucher.cumulative, 2 * cost(&price(3)) + most);
	assert_ne!(vouchers[0].0.nonce, vouchers[1].0.nonce);
}

#[tokio::test]
async fn stream_should_be_as_the_gateway_sent_it_but_for_the_receipt() {
	let gateway = Running::start(1, 2, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	let plain = bench.chat(true).await;
	assert_eq!(plain.headers()["content-type"], "text/event-stream; charset=utf-8");
	let plain = plain.text().await.unwrap();
	assert!(!plain.contains("reckon.receipt"), "{plain}");
	assert!(plain.ends_with("data: [DONE]\n\n"), "{plain}");
	for text in TEXT {
		assert!(plain.contains(&format!("\"content\":\"{text}\"")), "{plain}");
	}
	let url = format!("{}/v1/chat/completions", bench.base);
	let asked = bench.http.post(url).header("content-type", "application/json");
	let full = asked.header("reckon-receipts", "1").body(chat(true).to_string()).send().await;
	let full = full.unwrap().text().await.unwrap();
	let receipt = full.split_once("event: reckon.receipt\ndata: ").unwrap().1;
	let file = serde_json::from_str::<ReceiptFile>(receipt.lines().next().unwrap()).unwrap();
	assert_eq!(file.signed.receipt.gateway, gateway.gate.account);
	assert_eq!(bench.spent(), 2 * cost(&price(3)));
	assert_eq!(bench.spent(), gateway.charged());
}

#[tokio::test]
async fn every_kind_of_answer_should_be_checked_against_its_receipt() {
	let gateway = Running::start(1, 4, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	let asks = [
		("/v1/chat/completions", chat(false)),
		("/v1/completions", json!({ "model": NAME, "prompt": "a ledger" })),
		("/v1/completions", json!({ "model": NAME, "prompt": "a ledger", "echo": true })),
		("/v1/responses", json!({ "model": NAME, "input": "hi" })),
	];
	let mut paid = 0;
	for (path, body) in asks {
		for stream in [false, true] {
			let mut body = body.clone();
			body["stream"] = stream.into();
			let response = bench.ask(path, body).await;
			assert_eq!(response.status(), 200, "{path}");
			let text = response.text().await.unwrap();
			assert!(!text.contains("\"error\":{"), "{path}: {text}");
			if stream {
				let end = if path.ends_with("responses") { "response.completed" } else { "[DONE]" };
				assert!(text.contains(end), "{path}: {text}");
			}
			paid += cost(&price(3));
			assert_eq!(bench.spent(), paid, "{path}");
		}
	}
	for encoding in ["float", "base64"] {
		let body = json!({ "model": NAME, "input": "hi", "encoding_format": encoding });
		let response = bench.ask("/v1/embeddings", body).await;
		assert_eq!(response.status(), 200, "{encoding}");
	}
	assert_eq!(bench.spent(), gateway.charged());
	assert!(bench.spent() > paid);
}

#[tokio::test]
async fn call_of_a_tool_should_be_checked_by_what_the_worker_wrote() {
	let gateway = Running::start(1, 4, price(3)).await;
	gateway.seals(&["//Sealing"]);
	let bench = Bench::knowing(&[&gateway], &["//Sealing", "//Worker1"]).await;
	let signature = json!({ "name": "f", "parameters": { "type": "object" } });
	let mut in_chat = chat(false);
	in_chat["tools"] = json!([{ "type": "function", "function": signature }]);
	let mut tool = signature.clone();
	tool["type"] = "function".into();
	let in_responses = json!({ "model": NAME, "input": "hi", "tools": [tool] });
	for (path, body) in [("/v1/chat/completions", in_chat), ("/v1/responses", in_responses)] {
		for (stream, sealed) in [(false, false), (true, false), (false, true), (true, true)] {
			let mut body = body.clone();
			body["stream"] = stream.into();
			let answer = match sealed {
				true => bench.ask_sealed(path, body).await,
				false => bench.ask(path, body).await,
			};
			let text = answer.text().await.unwrap();
			assert!(!text.contains("\"error\":{"), "{path}: {text}");
			assert!(text.contains(r#""name":"f""#), "{path}: {text}");
			assert!(text.contains(r#""arguments":"{\"a\": 1}""#), "{path}: {text}");
			assert!(text.contains("\"So. \""), "{path}: {text}");
			assert_eq!(bench.spent(), gateway.charged(), "{path}");
		}
	}
	// Its client goes on from it, and names the call.
	let first = json!({ "model": NAME, "input": "hi", "tools": [tool] });
	let first = json_of(bench.ask("/v1/responses", first).await).await;
	let call = first["output"][1].clone();
	assert_eq!(call["type"], "function_call");
	let result =
		json!({ "type": "function_call_output", "call_id": call["call_id"], "output": "2" });
	gateway.gate.read.lock().unwrap().clear();
	let then = json!({ "model": NAME, "previous_response_id": first["id"], "input": [result] });
	let refer = json!({ "type": "item_reference", "id": call["id"] });
	let named =
		json!({ "model": NAME, "input": [{ "role": "user", "content": "hi" }, refer, result] });
	for body in [then, named] {
		assert_eq!(bench.ask("/v1/responses", body).await.status(), 200);
		assert!(gateway.has_read(r#"{\"a\": 1}"#));
		assert!(gateway.has_read(call["call_id"].as_str().unwrap()));
		gateway.gate.read.lock().unwrap().clear();
	}
}

#[tokio::test]
async fn nothing_should_come_through_that_the_worker_has_not_written() {
	let gateway = Running::start(1, 4, price(3)).await;
	let bench = Bench::start(&[&gateway]).await;
	let tool = json!({ "type": "function", "function": { "name": "f" } });
	let mut in_chat = chat(false);
	in_chat["tools"] = json!([tool]);
	let in_responses = json!({ "model": NAME, "input": "hi" });
	for (path, body) in [("/v1/chat/completions", in_chat), ("/v1/responses", in_responses)] {
		for stream in [false, true] {
			gateway.play(Play::Invent);
			let mut body = body.clone();
			body["stream"] = stream.into();
			let answer = bench.ask(path, body).await;
			assert_eq!(answer.status(), 200);
			let text = answer.text().await.unwrap();
			assert!(!text.contains("invented"), "{path}: {text}");
			assert_eq!(bench.spent(), gateway.charged(), "{path}");
		}
	}
}

#[tokio::test]
async fn conversation_should_go_on_from_answers_that_the_client_names() {
	let running = Running::start(1, 2, price(3)).await;
	running.seals(&["//Sealing"]);
	let bench = Bench::knowing(&[&running], &["//Sealing", "//Worker1"]).await;
	let ask = async |input: Value, stream: bool, sealed: bool| {
		let body = json!({ "model": NAME, "input": input, "stream": stream });
		let answer = match sealed {
			true => bench.ask_sealed("/v1/responses", body).await,
			false => bench.ask("/v1/responses", body).await,
		};
		(answer.status().as_u16(), answer.text().await.unwrap())
	};
	let user = json!({ "role": "user", "content": "hi" });
	for (stream, sealed) in [(false, false), (true, false), (false, true), (true, true)] {
		let (status, text) = ask(json!("hi"), stream, sealed).await;
		assert_eq!(status, 200, "{text}");
		let (_, id) = text.split_once("\"msg_").unwrap();
		let id = format!("msg_{}", id.split_once('"').unwrap().0);
		let refer = json!({ "type": "item_reference", "id": id });
		running.gate.read.lock().unwrap().clear();
		let (status, text) = ask(json!([user, refer, user]), stream, sealed).await;
		assert_eq!(status, 200, "{text}");
		// The gateway, or its worker, reads what was said, and hears of no reference.
		let said = running.has_read(&format!(r#""content":"{}""#, said()));
		assert_eq!((said, running.has_read("item_reference")), (!sealed, false));
		let (request, _) = running.seen().pop().unwrap();
		let messages =
			json!({ "messages": [user, { "role": "assistant", "content": self::said() }, user] });
		let length = match sealed {
			true => reckon_sealed::sealed_len(messages.to_string().len()),
			false => messages.to_string().len(),
		};
		assert_eq!(request.payload.length as usize, length);
	}
	// By the response's id, with all that was said up to it but the instructions.
	for sealed in [false, true] {
		let ask = async |body: Value| {
			let answer = match sealed {
				true => bench.ask_sealed("/v1/responses", body).await,
				false => bench.ask("/v1/responses", body).await,
			};
			assert_eq!(answer.status().as_u16(), 200);
			serde_json::from_str::<Value>(&answer.text().await.unwrap()).unwrap()
		};
		let first = ask(json!({ "model": NAME, "input": "hi", "instructions": "Be short." })).await;
		let id = first["id"].as_str().unwrap();
		let second =
			ask(json!({ "model": NAME, "input": [user], "previous_response_id": id })).await;
		assert_eq!(second["previous_response_id"], id);
		let (request, _) = running.seen().pop().unwrap();
		let messages =
			json!({ "messages": [user, { "role": "assistant", "content": said() }, user] });
		let length = match sealed {
			true => reckon_sealed::sealed_len(messages.to_string().len()),
			false => messages.to_string().len(),
		};
		assert_eq!(request.payload.length as usize, length);
	}
	let unknown = json!([{ "type": "item_reference", "id": format!("msg_{}", "1".repeat(64)) }]);
	let asked = running.seen().len();
	let (status, text) = ask(unknown, false, false).await;
	assert_eq!((status, text.contains("item_not_found")), (404, true), "{text}");
	assert_eq!(running.seen().len(), asked);
}

#[tokio::test]
async fn receipt_that_lies_should_be_refused_by_its_name_and_not_counted() {
	let lies: [(&str, Play); 19] = [
		("receipt_missing", Play::NoReceipt),
		("receipt_malformed", Play::Garbage),
		("receipt_chain", Play::Tamper(|file| file.genesis = H256([2; 32]))),
		("receipt_request", Play::Tamper(|file| file.request = Some(never_asked()))),
		("receipt_signature", Play::Tamper(|file| file.signed.receipt.charge -= 1)),
		("receipt_signature", Play::Tamper(|file| file.signed.receipt.worker.0[0] ^= 1)),
		("receipt_times", Play::Sign(|receipt| receipt.finished_at = 1)),
		("receipt_times", Play::Sign(|receipt| receipt.first_token_ms = 1_000)),
		("receipt_request", Play::Sign(|receipt| receipt.request = H256([3; 32]))),
		("receipt_model", Play::Sign(|receipt| receipt.model = H256([3; 32]))),
		("receipt_gateway", Play::Sign(|receipt| receipt.gateway = AccountId::from([3; 32]))),
		("receipt_lane", Play::Sign(|receipt| receipt.channel = H256([3; 32]))),
		("receipt_lane", Play::Sign(|receipt| receipt.lane ^= 1)),
		(
			"receipt_voucher",
			Play::Tamper(|file| {
				file.paid_by.as_mut().unwrap().signed.voucher.cumulative += 1;
			}),
		),
		("receipt_units", Play::Sign(|receipt| receipt.units.input = 100_000)),
		("receipt_units", Play::Sign(|receipt| receipt.units.output = CONTEXT)),
		// Within what was asked for, and more than a text so short can have.
		("receipt_units", Play::Sign(|receipt| receipt.units.output = receipt.output.length + 33)),
		("receipt_charge", Play::Sign(|receipt| receipt.charge += 1)),
		("receipt_output", Play::Sign(|receipt| receipt.output = ContentRef::of(b"other"))),
	];
	for (expected, play) in lies {
		for stream in [false, true] {
			let gateway = Running::start(1, 2, price(3)).await;
			let bench = Bench::start(&[&gateway]).await;
			gateway.play(play.clone());
			let response = bench.chat(stream).await;
			if stream {
				let text = response.text().await.unwrap();
				assert!(text.contains(&format!("\"code\":\"{expected}\"")), "{expected}: {text}");
				assert!(!text.contains("[DONE]"), "{expected}: {text}");
			} else {
				assert_eq!(response.status(), 502, "{expected}");
				// OpenAI's libraries would ask, and pay, again.
				assert_eq!(response.headers()["x-should-retry"], "false");
				assert_eq!(code_of(response).await, expected);
			}
			assert_eq!(bench.spent(), 0, "{expected}");
			// And nothing more is paid to it.
			let again = bench.chat(stream).await;
			assert_eq!((again.status().as_u16(), gateway.seen().len()), (503, 1), "{expected}");
			assert_eq!(code_of(again).await, "channel_unusable");
		}
	}
}

#[tokio::test]
async fn receipt_should_be_fetched_when_it_did_not_come_along() {
	for stream in [false, true] {
		let gateway = Running::start(1, 2, price(3)).await;
		let bench = Bench::start(&[&gateway]).await;
		gateway.play(Play::Later);
		let response = bench.chat(stream).await;
		assert_eq!(response.status(), 200);
		assert!(!response.text().await.unwrap().contains("error"));
		assert_eq!(bench.spent(), cost(&price(3)));
	}
}

#[tokio::test]
async fn models_should_be_those_of_all_gateways_each_where_it_is_cheapest() {
	let (cheap, dear) =
		(Running::start(1, 2, price(3)).await, Running::start(2, 2, price(4)).await);
	let bench = Bench::start(&[&dear, &cheap]).await;
	let list =
		json_of(bench.http.get(format!("{}/v1/models", bench.base)).send().await.unwrap()).await;
	assert_eq!(list["data"].as_array().unwrap().len(), 1);
	assert_eq!(list["data"][0]["reckon"]["price"]["per_output"], "3");
	for name in ["acme/tiny", "acme%2Ftiny"] {
		let url = format!("{}/v1/models/{name}", bench.base);
		let model = json_of(bench.http.get(url).send().await.unwrap()).await;
		assert_eq!(model["id"], NAME, "{name}");
	}
	let unknown = bench.http.get(format!("{}/v1/models/no", bench.base)).send().await.unwrap();
	assert_eq!(unknown.status(), 404);
	let body = json!({ "model": "no", "messages": [{ "role": "user", "content": "hi" }] });
	let unknown = bench.ask("/v1/chat/completions", body).await;
	assert_eq!(unknown.status(), 404);
	let error = json_of(unknown).await;
	assert_eq!(error["error"]["code"], "model_not_found");
	assert!(error["error"]["message"].as_str().unwrap().contains(NAME));
}
