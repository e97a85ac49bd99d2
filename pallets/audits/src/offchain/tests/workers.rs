//! Workers that hand out nothing, or something else.

use super::node::*;
use crate::{
	mock::*,
	offchain::endpoint::{Endpoint, PASS},
	Ballot, Call, Phase, RowsSeen, Said,
};
use reckon_primitives::{Content, ContentRef, TaskKind};
use reckon_support::{
	mocks::{MockPool, MockSubjects},
	AuditWork, GatewayWork, Subject,
};
use reckon_verification::{EndingFault, Fault, Vote};
use serde_json::Value;
use sp_core::H256;

/// The blocks with which so many are left in which a vote that nothing was handed out goes out.
const DONE_WAITING: u32 = COMMIT / 2;

/// Runs to the middle of the time for blind votes, in which nothing is sent; then the auditor says
/// that nothing was handed out, and stays by it.
fn assert_withheld(mut node: Node, id: H256) {
	let due = node.see(|| audit(id).due);
	while node.see(|| due - 1 - System::block_number()) > DONE_WAITING {
		assert!(node.block().is_empty());
	}
	let sent = node.block();
	assert!(matches!(&sent[..], [Call::commit_votes { .. }]), "{sent:?}");
	assert!(node.asked_for(&audits_line()).is_empty());
	node.others_commit(id);
	let sent = node.block();
	let [Call::reveal_votes { reveals, .. }] = &sent[..] else { panic!("{sent:?}") };
	let Said::Else { vote, .. } = reveals[0].said else { panic!("{reveals:?}") };
	assert_eq!(vote, Vote::Refuted(Fault::Ending(EndingFault::Empty)));
	assert_eq!(reveals[0].rows, RowsSeen::Unproven);
	assert_eq!(node.ballot(id), Ballot::Revealed);
	// The others have had the tokens: a larger committee looks.
	node.others_reveal(id);
	assert_eq!(node.see(|| (audit(id).phase, audit(id).round)), (Phase::Drawing, 1));
	assert!(node.status().failures >= 3);
}

#[test]
fn worker_that_hands_out_no_tokens_should_be_waited_for_and_then_held_to_it() {
	for answer in [
		Answer::Refused,
		Answer::Silent,
		Answer::Reply(404, Vec::new()),
		Answer::Reply(403, tokens()),
		// Nobody follows it elsewhere.
		Answer::Reply(302, Vec::new()),
	] {
		let mut node = Node::new();
		let id = node.job(1);
		node.answer_honestly(id);
		node.answer(&tokens_line(id), answer);
		assert_withheld(node, id);
	}
}

#[test]
fn tokens_should_be_taken_when_they_come_before_the_wait_is_over() {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer_honestly(id);
	node.answer(&tokens_line(id), Answer::Refused);
	assert!(node.blocks(5).is_empty());
	node.answer_honestly(id);
	node.block();
	assert!(matches!(node.ballot(id), Ballot::Committed(_)));
	assert_eq!(node.asked_for(&audits_line()).len(), 1);
}

#[test]
fn late_seat_should_give_the_worker_some_tries_too() {
	let mut node = Node::new();
	let id = node.job(1);
	node.see(|| pass(7));
	assert!(node.blocks(2).is_empty());
	assert!(matches!(&node.block()[..], [Call::commit_votes { .. }]));
	assert_eq!(node.asked_for(&tokens_line(id)).len(), 3);
}

#[test]
fn body_should_not_be_read_further_than_it_may_be_long() {
	let mut node = Node::new();
	let id = node.job(1);
	node.answer_honestly(id);
	node.answer(&tokens_line(id), Answer::Reply(200, vec![0; 32 << 20]));
	node.run();
	assert!(node.world().read <= 16 * 1024, "{}", node.world().read);
	assert_withheld(node, id);
}

/// A job whose payload and answer lie with the worker.
fn blobs(node: &mut Node) -> (H256, [Vec<u8>; 2], [String; 2]) {
	let bytes = [vec![b'p'; 5_000], vec![b'o'; 6_000]];
	let [payload, output] = [0, 1].map(|n: usize| Content::from(bytes[n].clone()));
	let lines = [&payload, &output].map(|content| {
		assert!(matches!(content, Content::Blob(_)));
		format!("GET {WORKER}/blobs/{:x}", content.reference().hash)
	});
	let id = node.job_with(1, AuditWork { payload, output, ..work() });
	node.answer_honestly(id);
	(id, bytes, lines)
}

#[test]
fn content_should_be_fetched_from_the_worker_when_it_is_not_on_chain() {
	let mut node = Node::new();
	let (id, bytes, lines) = blobs(&mut node);
	for n in 0..2 {
		node.answer(&lines[n], Answer::Reply(200, bytes[n].clone()));
	}
	node.block();
	assert!(matches!(node.ballot(id), Ballot::Committed(_)));
	let asked = node.asked_for(&audits_line())[0].json();
	assert_eq!(asked["payload"], hex(&bytes[0]));
	assert_eq!(asked["output"], hex(&bytes[1]));
}

#[test]
fn what_went_through_a_gateway_should_be_shown_to_auditors_alone() {
	let mut node = Node::new();
	let bytes = [vec![b'p'; 50], vec![b'o'; 60]];
	let [payload, output] = [0, 1].map(|n: usize| Content::Blob(ContentRef::of(&bytes[n])));
	let gateway = Some(GatewayWork { presence_milli: 500, frequency_milli: -20 });
	let id = node.job_with(1, AuditWork { payload, output, gateway, ..work() });
	node.see(|| {
		crate::Audits::<Test>::mutate(id, |audit| {
			let Subject::Answer(answer) = &mut audit.as_mut().unwrap().subject else { panic!() };
			answer.gateway = Some(77);
		});
	});
	node.answer_honestly(id);
	let lines = ["payload", "output"].map(|what| format!("GET {WORKER}/audits/{id:x}/{what}"));
	for n in 0..2 {
		node.answer(&lines[n], Answer::Reply(200, bytes[n].clone()));
	}
	node.block();
	assert!(matches!(node.ballot(id), Ballot::Committed(_)));
	let asked = node.asked_for(&audits_line())[0].json();
	assert_eq!(asked["payload"], hex(&bytes[0]));
	assert_eq!(asked["output"], hex(&bytes[1]));
	let penalties = serde_json::json!({ "presence_milli": 500, "frequency_milli": -20 });
	assert_eq!(asked["gateway"], penalties);
	// Each shows a pass that its audit key has signed for this audit.
	let it = node.see(|| audit(id));
	for line in lines.iter().chain([&tokens_line(id)]) {
		let asked = node.asked_for(line);
		let said = asked[0].headers.iter().find(|(name, _)| name == "authorization");
		let said = &said.unwrap().1;
		let (key, signature) = said.strip_prefix("Bearer ").unwrap().split_once('.').unwrap();
		let read = |digits: &str| {
			let pairs = (0..digits.len()).step_by(2);
			let bytes = pairs.map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap());
			bytes.collect::<Vec<_>>()
		};
		let key: crate::AuditId = codec::DecodeAll::decode_all(&mut &read(key)[..]).unwrap();
		let signature = codec::DecodeAll::decode_all(&mut &read(signature)[..]).unwrap();
		assert!(it.seats.iter().any(|seat| seat.key == key));
		let message = [PASS, &id.0, &it.challenge.0].concat();
		node.see(|| assert!(sp_runtime::RuntimeAppPublic::verify(&key, &message, &signature)));
	}
}

#[test]
fn what_opens_a_sealed_answer_should_be_fetched_with_it() {
	let sealed = [&reckon_primitives::SEALED[..], &[7; 40]].concat();
	for (payload, opening, is_judged) in [
		(sealed.clone(), Some(vec![9; 32]), true),
		(sealed.clone(), None, false),
		(sealed, Some(vec![9; 33]), false),
		(vec![b'p'; 50], None, true),
	] {
		let mut node = Node::new();
		let bytes = [payload.clone(), vec![b'o'; 60]];
		let [asked, answered] = [0, 1].map(|n: usize| Content::Blob(ContentRef::of(&bytes[n])));
		let gateway = Some(GatewayWork { presence_milli: 0, frequency_milli: 0 });
		let id =
			node.job_with(1, AuditWork { payload: asked, output: answered, gateway, ..work() });
		node.answer_honestly(id);
		for (what, bytes) in ["payload", "output"].into_iter().zip(bytes) {
			let line = format!("GET {WORKER}/audits/{id:x}/{what}");
			node.answer(&line, Answer::Reply(200, bytes));
		}
		let line = format!("GET {WORKER}/audits/{id:x}/opening");
		match &opening {
			Some(opening) => node.answer(&line, Answer::Reply(200, opening.clone())),
			None => node.answer(&line, Answer::Reply(404, b"not sealed".to_vec())),
		}
		node.block();
		assert_eq!(matches!(node.ballot(id), Ballot::Committed(_)), is_judged, "{opening:?}");
		if is_judged {
			let asked = node.asked_for(&audits_line())[0].json();
			let told = opening.map_or(serde_json::Value::Null, |opening| hex(&opening).into());
			assert_eq!(asked["opening"], told);
		}
	}
}

#[test]
fn answers_should_be_judged_in_time_when_what_opens_sealed_ones_does_not_come() {
	let mut node = Node::new();
	let bytes = [vec![b'p'; 50], vec![b'o'; 60]];
	let [payload, output] = [0, 1].map(|n: usize| Content::Blob(ContentRef::of(&bytes[n])));
	let gateway = Some(GatewayWork { presence_milli: 0, frequency_milli: 0 });
	let plain = node.jobs(1..=1)[0];
	node.see(|| pass(1));
	let open = node.jobs(2..=2)[0];
	node.see(|| {
		MockSubjects::set_work(open, AuditWork { payload, output, gateway, ..work() });
		pass(crate::DRAW_DELAY);
	});
	for (what, bytes) in ["payload", "output"].into_iter().zip(bytes) {
		node.answer(&format!("GET {WORKER}/audits/{open:x}/{what}"), Answer::Reply(200, bytes));
	}
	let line = format!("GET {WORKER}/audits/{open:x}/opening");
	node.answer(&line, Answer::Reply(404, b"not sealed".to_vec()));
	[plain, open].iter().for_each(|id| node.answer_honestly(*id));
	node.run();
	let judged: Vec<_> =
		node.asked_for(&audits_line()).iter().map(|asked| asked.json()["job"].clone()).collect();
	let named = |id: H256| Value::from(format!("{id:?}"));
	assert_eq!(judged, [named(plain), named(open)]);
}

#[test]
fn worker_that_hands_out_other_content_should_be_held_to_it() {
	for (n, wrong) in [
		(0, vec![b'x'; 5_000]),
		(0, vec![b'p'; 4_999]),
		(0, vec![b'p'; 5_001]),
		(1, Vec::new()),
		(1, vec![b'o'; 20 << 20]),
	] {
		let mut node = Node::new();
		let (id, bytes, lines) = blobs(&mut node);
		for n in 0..2 {
			node.answer(&lines[n], Answer::Reply(200, bytes[n].clone()));
		}
		node.answer(&lines[n], Answer::Reply(200, wrong));
		assert_withheld(node, id);
	}
}

#[test]
fn embedding_should_be_audited_without_tokens() {
	let mut node = Node::new();
	let id = node.job_with(1, AuditWork { task: TaskKind::Embed, ..work() });
	node.answer_honestly(id);
	node.block();
	assert!(matches!(node.ballot(id), Ballot::Committed(_)));
	assert!(node.asked_for(&tokens_line(id)).is_empty());
	let asked = node.asked_for(&audits_line())[0].json();
	assert_eq!((&asked["task"], &asked["tokens"]), (&Value::from("embed"), &Value::Null));
}

#[test]
fn provider_should_be_held_to_it_when_its_endpoint_is_none() {
	for url in ["", "worker.example", "ftp://worker.example", "http://user:secret@worker.example"] {
		let mut node = Node::new();
		node.see(|| MockPool::set_endpoint(PROVIDER, url));
		let id = node.job(1);
		node.run();
		assert!(node.asked().is_empty(), "{url}");
		assert_withheld(node, id);
	}
}

#[test]
fn endpoint_should_be_a_plain_url() {
	for good in [
		"http://worker.example",
		"https://worker.example:9620/",
		"http://127.0.0.1:9620/a/path",
		"http://[::1]:9620",
	] {
		assert!(Endpoint::parse(good.as_bytes()).is_ok(), "{good}");
	}
	let long = format!("http://{}", "a".repeat(122));
	for bad in [
		"",
		"http://",
		"http:///path",
		"https://:9620",
		"HTTP://worker.example",
		"file:///etc/passwd",
		"worker.example:9620",
		"http://user@worker.example",
		"http://worker.example/?key=1",
		"http://worker.example/#fragment",
		"http://worker.example/a b",
		"http://worker.example/\r\nx: y",
		"http://worker.example\\@other.example",
		"http://wörker.example",
		long.as_str(),
	] {
		assert!(Endpoint::parse(bad.as_bytes()).is_err(), "{bad}");
	}
	assert!(Endpoint::parse(&[0xff, 0xfe]).is_err());
}

#[test]
fn content_on_chain_should_need_no_endpoint() {
	// An embedding that is all there.
	let mut node = Node::new();
	node.see(|| MockPool::set_endpoint(PROVIDER, ""));
	let id = node.job_with(1, AuditWork { task: TaskKind::Embed, ..work() });
	node.answer_honestly(id);
	node.block();
	assert!(matches!(node.ballot(id), Ballot::Committed(_)));
	// One whose answer is not.
	let output = Content::Blob(ContentRef { hash: H256::zero(), length: 10 });
	let id = node.job_with(2, AuditWork { task: TaskKind::Embed, output, ..work() });
	node.block();
	assert_eq!(node.ballot(id), Ballot::Awaited);
}
