//! The content endpoint against clients of all kinds.

use reckon_sdk::{BlobClient, BlobError, ContentRef};
use reckon_worker::{
	blobs::BlobStore,
	endpoint::{Endpoint, Expected},
	status::Shared,
};
use std::sync::Arc;
use tokio::{net::TcpListener, sync::mpsc};

struct Server {
	url: String,
	expected: Expected,
	blobs: BlobStore,
	arrived: mpsc::Receiver<ContentRef>,
	dir: tempfile::TempDir,
}

async fn server() -> Server {
	let dir = tempfile::tempdir().unwrap();
	let blobs = BlobStore::open(&dir.path().join("blobs")).unwrap();
	let expected = Expected::default();
	let (sender, arrived) = mpsc::channel(8);
	let shared = Arc::new(Shared::default());
	let endpoint = Endpoint::new(blobs.clone(), expected.clone(), sender, shared);
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("http://{}", listener.local_addr().unwrap());
	tokio::spawn(endpoint.serve(listener, std::future::pending()));
	Server { url, expected, blobs, arrived, dir }
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
