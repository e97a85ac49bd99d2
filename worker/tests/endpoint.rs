//! The content endpoint against clients of all kinds.

use codec::{Decode, Encode};
use reckon_connections::Limits;
use reckon_engine::EvidenceStore;
use reckon_sdk::{AuditPhase, BlobClient, BlobError, ContentRef, Inquiry, H256};
use reckon_verification::{positions, Evidence, Opening, Rows};
use reckon_worker::{
	audits::{Case, Disclosure, Inquiries},
	blobs::BlobStore,
	endpoint::{Endpoint, Expected},
	status::Shared,
};
use std::{
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	sync::mpsc,
	time::sleep,
};

fn limits() -> Limits {
	Limits {
		most: 512,
		each: 512,
		trusted: [].into(),
		head_within: Duration::from_secs(10),
		taken_within: Duration::from_secs(10),
	}
}

struct Server {
	url: String,
	expected: Expected,
	blobs: BlobStore,
	arrived: mpsc::Receiver<ContentRef>,
	evidence: EvidenceStore,
	inquiries: Inquiries,
	dir: tempfile::TempDir,
}

async fn server() -> Server {
	server_within(limits()).await
}

async fn server_within(limits: Limits) -> Server {
	let dir = tempfile::tempdir().unwrap();
	let blobs = BlobStore::open(&dir.path().join("blobs")).unwrap();
	let expected = Expected::default();
	let (sender, arrived) = mpsc::channel(8);
	let shared = Arc::new(Shared::default());
	let evidence = EvidenceStore::open(&dir.path().join("evidence"), 1 << 20).unwrap();
	let inquiries = Inquiries::default();
	let disclosure = Disclosure::new(evidence.clone(), inquiries.clone());
	let endpoint = Endpoint::new(blobs.clone(), expected.clone(), sender, shared, disclosure);
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("http://{}", listener.local_addr().unwrap());
	tokio::spawn(endpoint.serve_within(listener, limits, std::future::pending()));
	Server { url, expected, blobs, arrived, evidence, inquiries, dir }
}

async fn put(server: &Server, name: &str, bytes: &[u8]) -> u16 {
	let url = format!("{}/blobs/{name}", server.url);
	let request = reqwest::Client::new().put(url).body(bytes.to_vec());
	request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn payload_should_be_stored_when_a_job_waits_for_it() {
	let mut server = server().await;
	let bytes = vec![7; 100_000];
	let content = ContentRef::of(&bytes);
	server.expected.insert(content);
	BlobClient::new().put(bytes.clone(), &server.url).await.unwrap();
	assert_eq!(server.arrived.recv().await, Some(content));
	assert_eq!(BlobClient::new().fetch(content, &server.url).await.unwrap(), bytes);
	let url = format!("{}/blobs/{:x}", server.url, content.hash);
	let head = reqwest::Client::new().head(url).send().await.unwrap();
	assert_eq!(head.status().as_u16(), 200);
	assert_eq!(head.headers()["content-length"], "100000");
}

/// Connects, and says this much.
async fn say(server: &Server, words: &str) -> TcpStream {
	let address = server.url.strip_prefix("http://").unwrap();
	let mut stream = TcpStream::connect(address).await.unwrap();
	stream.write_all(words.as_bytes()).await.unwrap();
	stream
}

#[tokio::test]
async fn payload_should_be_taken_in_though_strangers_begin_to_send_it_and_say_no_more() {
	let mut server = server().await;
	let bytes = vec![7; 100_000];
	let content = ContentRef::of(&bytes);
	server.expected.insert(content);
	let name = format!("{:x}", content.hash);
	let head = format!("PUT /blobs/{name} HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n");
	let mut strangers = Vec::new();
	for _ in 0..64 {
		strangers.push(say(&server, &head).await);
	}
	let began = Instant::now();
	while put(&server, &name, &bytes).await == 503 {
		assert!(began.elapsed() < Duration::from_secs(60), "all places are held");
		sleep(Duration::from_millis(200)).await;
	}
	assert_eq!(server.arrived.recv().await, Some(content));
	// They are told why.
	let mut said = vec![0; 30];
	strangers[0].read_exact(&mut said).await.unwrap();
	assert!(said.starts_with(b"HTTP/1.1 408"), "{said:?}");
}

#[tokio::test]
async fn endpoint_should_answer_when_all_its_connections_say_nothing() {
	let limits = Limits { most: 3, head_within: Duration::from_millis(300), ..limits() };
	let server = server_within(limits).await;
	let mut silent = Vec::new();
	for words in ["", "GET /healthz HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
		silent.push(say(&server, words).await);
	}
	let asked = reqwest::Client::new().get(format!("{}/healthz", server.url));
	let answer = asked.timeout(Duration::from_secs(30)).send().await.unwrap();
	assert_eq!(answer.text().await.unwrap(), "ok\n");
	drop(silent);
}

#[tokio::test]
async fn payload_should_be_refused_when_no_job_waits_for_it() {
	let server = server().await;
	let error = BlobClient::new().put(vec![1, 2, 3], &server.url).await.unwrap_err();
	assert!(matches!(error, BlobError::Refused { status: 404, .. }), "{error}");
	assert!(error.to_string().contains("no job of this worker"), "{error}");
}

#[tokio::test]
async fn payload_should_be_refused_when_hash_or_length_differ() {
	let server = server().await;
	let content = ContentRef::of(&[1, 2, 3]);
	server.expected.insert(content);
	let name = format!("{:x}", content.hash);
	assert_eq!(put(&server, &name, &[1, 2, 4]).await, 422);
	assert_eq!(put(&server, &name, &[1, 2]).await, 422);
	assert_eq!(put(&server, &name, &[1, 2, 3, 4]).await, 413);
	assert!(!server.blobs.has(content));
	// Nothing is left behind.
	assert_eq!(std::fs::read_dir(server.dir.path().join("blobs")).unwrap().count(), 0);
}

#[tokio::test]
async fn names_should_be_refused_when_they_are_no_hashes() {
	let server = server().await;
	std::fs::write(server.dir.path().join("hot.key"), "secret").unwrap();
	let zeros = "0".repeat(62);
	for name in ["..%2fhot.key", "%2e%2e%2fhot.key", "x", &format!("0x{zeros}"), "é"] {
		let response = reqwest::get(format!("{}/blobs/{name}", server.url)).await.unwrap();
		assert_eq!(response.status().as_u16(), 400, "{name}");
		assert!(!response.text().await.unwrap().contains("secret"));
	}
	let response = reqwest::get(format!("{}/blobs/{}", server.url, "a".repeat(64))).await.unwrap();
	assert_eq!(response.status().as_u16(), 404);
}

#[tokio::test]
async fn client_should_refuse_other_bytes_than_those_it_asked_for() {
	let server = server().await;
	let stored = server.blobs.put(&[9; 5_000]).unwrap();
	// The endpoint lies about the length, as far as this client knows.
	let short = ContentRef { length: 10, ..stored };
	let error = BlobClient::new().fetch(short, &server.url).await.unwrap_err();
	assert!(matches!(error, BlobError::Mismatch { .. }), "{error}");
	// A file that changed on disk.
	let path = server.dir.path().join("blobs").join(format!("{:x}", stored.hash));
	std::fs::write(path, vec![8; 5_000]).unwrap();
	let error = BlobClient::new().fetch(stored, &server.url).await.unwrap_err();
	assert!(matches!(error, BlobError::Mismatch { .. }), "{error}");
}

const JOB: H256 = H256([1; 32]);

/// An audit of the answer that was committed to so.
fn case(commitment: H256, challenge: u8, phase: AuditPhase) -> Case {
	let challenge = H256::repeat_byte(challenge);
	let inquiry = Inquiry { audit: JOB, round: 1, phase, until: 9, challenge };
	Case { inquiry, commitment, auditors: None }
}

/// Keeps an answer of these tokens, and says what it was committed to with.
fn keep(server: &Server, tokens: &[u32]) -> (Evidence, H256) {
	let numbers = (0..tokens.len() * 4).map(|it| it as f32 + 1.0).collect();
	let evidence = Evidence::new(&JOB.0, Rows::new(4, tokens.to_vec(), numbers).unwrap());
	let room = server.evidence.reserve(tokens.len(), 4).unwrap();
	let commitment = room.keep(&JOB.0, &[2; 32], &[9; 32], &evidence).unwrap();
	(evidence, H256(commitment))
}

async fn get(url: String) -> (u16, Vec<u8>) {
	let response = reqwest::get(url).await.unwrap();
	(response.status().as_u16(), response.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn rows_should_be_shown_to_auditors_when_their_blind_votes_are_there() {
	let server = server().await;
	let (job, tokens) = (JOB, (0..20).collect::<Vec<u32>>());
	let (evidence, committed) = keep(&server, &tokens);
	let audit = |challenge: u8| format!("{}/audits/{job:x}/rows/{}", server.url, hex(challenge));
	let told = format!("{}/audits/{job:x}/tokens", server.url);

	assert_eq!(get(told.clone()).await.0, 404, "nobody audits it");
	assert_eq!(get(audit(7)).await.0, 404);
	server.inquiries.set(&[case(committed, 7, AuditPhase::Drawing)]);
	assert_eq!(get(told.clone()).await.0, 404);
	server.inquiries.set(&[case(committed, 7, AuditPhase::Committing)]);
	assert_eq!(get(told.clone()).await, (200, tokens.encode()));
	let (status, why) = get(audit(7)).await;
	assert_eq!(status, 403, "the votes are not there");
	assert!(String::from_utf8(why).unwrap().contains("blind votes"));
	for phase in [AuditPhase::Opening, AuditPhase::Revealing] {
		server.inquiries.set(&[case(committed, 7, phase)]);
		assert_eq!(get(audit(8)).await.0, 404, "another committee's");
		let (status, bytes) = get(audit(7)).await;
		assert_eq!(status, 200);
		let asked = positions(&[7; 32], &job.0, 20).unwrap();
		let root = evidence.root();
		let opened = Opening::parse_all(&bytes, &asked, &job.0, &tokens, 4, &root).unwrap();
		assert_eq!(Vec::<Opening>::decode(&mut bytes.as_slice()).unwrap(), opened);
	}
	// The larger committee votes, with another challenge: what was shown to the first is withheld.
	server.inquiries.set(&[case(committed, 8, AuditPhase::Committing)]);
	assert_eq!(get(audit(7)).await.0, 404);
	assert_eq!(get(audit(8)).await.0, 403);
	server.inquiries.set(&[]);
	assert_eq!(get(told).await.0, 404);
	// Of what is gone, or was committed to otherwise, there is nothing to show.
	server.inquiries.set(&[case(H256::zero(), 9, AuditPhase::Opening)]);
	assert_eq!(get(audit(9)).await.0, 500);
	server.evidence.remove(&job.0).unwrap();
	server.inquiries.set(&[case(committed, 9, AuditPhase::Opening)]);
	assert_eq!(get(audit(9)).await.0, 500);
}

#[tokio::test]
async fn answer_that_the_chain_has_should_be_shown_when_there_are_two() {
	let server = server().await;
	let answers = [[5; 9], [6; 9]].map(|tokens| (tokens, keep(&server, &tokens)));
	let told = format!("{}/audits/{JOB:x}/tokens", server.url);
	let shown = format!("{}/audits/{JOB:x}/rows/{}", server.url, hex(7));
	// Forks follow one another, and the challenge may even be the same.
	for (tokens, (evidence, committed)) in [&answers[0], &answers[1], &answers[0]] {
		server.inquiries.set(&[case(*committed, 7, AuditPhase::Opening)]);
		assert_eq!(get(told.clone()).await, (200, tokens.to_vec().encode()));
		let (status, bytes) = get(shown.clone()).await;
		assert_eq!(status, 200);
		let asked = positions(&[7; 32], &JOB.0, 9).unwrap();
		let root = evidence.root();
		assert!(Opening::parse_all(&bytes, &asked, &JOB.0, tokens, 4, &root).is_ok());
	}
}

#[tokio::test]
async fn rows_should_be_refused_when_the_names_are_none() {
	let server = server().await;
	let hash = hex(1);
	for path in
		["x/tokens", "..%2fhot.key/tokens", &format!("{hash}/rows/x"), &format!("0x{hash}/tokens")]
	{
		assert_eq!(get(format!("{}/audits/{path}", server.url)).await.0, 400, "{path}");
	}
}

fn hex(byte: u8) -> String {
	format!("{:x}", H256::repeat_byte(byte))
}

#[tokio::test]
async fn metrics_and_health_should_answer() {
	let server = server().await;
	let get = |path: &str| reqwest::get(format!("{}/{path}", server.url));
	assert_eq!(get("healthz").await.unwrap().status().as_u16(), 200);
	let metrics = get("metrics").await.unwrap().text().await.unwrap();
	assert!(metrics.contains("reckon_worker_computed_total 0"), "{metrics}");
	let status: serde_json::Value =
		serde_json::from_str(&get("status").await.unwrap().text().await.unwrap()).unwrap();
	assert_eq!(status["draining"], false);
}
