//! Content that is too long for an extrinsic, from the content endpoints of workers.

use crate::content::ContentRef;
use std::time::Duration;

/// How long an endpoint may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long one transfer may take.
const TRANSFER_TIMEOUT: Duration = Duration::from_secs(60);

/// Content that can't be had or handed over.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
	/// The endpoint can't be reached or broke off.
	#[error("the content endpoint {url} does not answer ({reason}): try again, or another one")]
	Unreachable {
		/// Where.
		url: String,
		/// Why.
		reason: String,
	},
	/// The endpoint does not have the bytes, or does not want them.
	#[error("the content endpoint {url} refused: {status} {reason}")]
	Refused {
		/// Where.
		url: String,
		/// HTTP's status.
		status: u16,
		/// What it said.
		reason: String,
	},
	/// The bytes are not those that were asked for.
	#[error("{url} sent other bytes than those with the hash {expected:?}: try another endpoint")]
	Mismatch {
		/// Where.
		url: String,
		/// The hash.
		expected: crate::H256,
	},
	/// No endpoint was given.
	#[error("nobody is known who has the content {0:?}: name an endpoint")]
	NoEndpoint(crate::H256),
}

/// Fetches and hands over content by its BLAKE3 hash. Cheap to clone.
#[derive(Clone, Debug)]
pub struct BlobClient {
	http: reqwest::Client,
}

impl Default for BlobClient {
	fn default() -> Self {
		Self::new()
	}
}

impl BlobClient {
	/// A client with the common time limits.
	pub fn new() -> Self {
		let http = reqwest::Client::builder()
			.connect_timeout(CONNECT_TIMEOUT)
			.timeout(TRANSFER_TIMEOUT)
			// An endpoint that sends us elsewhere could send us into our own network.
			.redirect(reqwest::redirect::Policy::none())
			.build()
			.unwrap_or_default();
		Self { http }
	}

	/// Fetches bytes from `{endpoint}/blobs/{hash}`. Reads no more than `content.length` bytes,
	/// and returns them only when they have the hash.
	///
	/// # Errors
	/// When the endpoint does not answer, refuses, or sends other bytes.
	pub async fn fetch(&self, content: ContentRef, endpoint: &str) -> Result<Vec<u8>, BlobError> {
		let url = blob_url(endpoint, content);
		let unreachable = |error: reqwest::Error| unreachable(&url, &error);
		let mut response = self.http.get(&url).send().await.map_err(unreachable)?;
		if !response.status().is_success() {
			return Err(refused(&url, response).await);
		}
		let mismatch = || BlobError::Mismatch { url: url.clone(), expected: content.hash };
		let limit = usize::try_from(content.length).unwrap_or(usize::MAX);
		let mut bytes = Vec::new();
		while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
			if bytes.len().saturating_add(chunk.len()) > limit {
				return Err(mismatch());
			}
			bytes.extend_from_slice(&chunk);
		}
		if !content.names(&bytes) {
			return Err(mismatch());
		}
		Ok(bytes)
	}

	/// Hands bytes to `{endpoint}/blobs/{hash}`, for a worker that has been given a job with this
	/// payload.
	///
	/// # Errors
	/// When the endpoint does not answer or does not want them: 404 until the worker has seen
	/// that the job is its own.
	pub async fn put(&self, bytes: Vec<u8>, endpoint: &str) -> Result<ContentRef, BlobError> {
		let content = ContentRef::of(&bytes);
		let url = blob_url(endpoint, content);
		let response = self
			.http
			.put(&url)
			.body(bytes)
			.send()
			.await
			.map_err(|error| unreachable(&url, &error))?;
		if !response.status().is_success() {
			return Err(refused(&url, response).await);
		}
		Ok(content)
	}
}

/// Fetches content from the first endpoint that has it.
///
/// # Errors
/// The last endpoint's, when none has it.
pub async fn fetch_content(
	content: ContentRef,
	endpoints: &[String],
) -> Result<Vec<u8>, BlobError> {
	let client = BlobClient::new();
	let mut last = BlobError::NoEndpoint(content.hash);
	for endpoint in endpoints {
		match client.fetch(content, endpoint).await {
			Ok(bytes) => return Ok(bytes),
			Err(error) => last = error,
		}
	}
	Err(last)
}

fn blob_url(endpoint: &str, content: ContentRef) -> String {
	format!("{}/blobs/{:x}", endpoint.trim_end_matches('/'), content.hash)
}

fn unreachable(url: &str, error: &reqwest::Error) -> BlobError {
	// The outer text is only "error sending request": the cause says what happened.
	let mut reason = error.to_string();
	let mut source = std::error::Error::source(error);
	while let Some(cause) = source {
		reason = cause.to_string();
		source = cause.source();
	}
	BlobError::Unreachable { url: url.to_owned(), reason }
}

async fn refused(url: &str, mut response: reqwest::Response) -> BlobError {
	let status = response.status().as_u16();
	// A hostile endpoint's essay is not for our logs.
	let first = response.chunk().await.ok().flatten().unwrap_or_default();
	let reason = String::from_utf8_lossy(&first).trim().chars().take(200).collect();
	BlobError::Refused { url: url.to_owned(), status, reason }
}
