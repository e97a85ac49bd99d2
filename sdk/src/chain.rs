//! The connection to a node.

use crate::{
	at::At,
	compat,
	error::Error,
	follow::{self, BlockStream, Heads, JobUpdates},
	types::{AccountId, BlockNumber, BlockRef, JobId, RotatedKeys, SessionKeys, H256},
};
use std::{
	sync::{Arc, OnceLock, PoisonError, RwLock},
	time::Duration,
};
use subxt::{
	backend::LegacyBackend,
	config::{Header, RpcConfigFor},
	rpcs::{
		client::ReconnectingRpcClient, methods::legacy::Bytes, rpc_params, Error as RpcError,
		LegacyRpcMethods, RpcClient,
	},
	OnlineClient, SubstrateConfig,
};
use tokio::sync::watch;

/// How long a node may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a node may take to answer one request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// The runtime's name.
const SPEC_NAME: &str = "reckon";

pub(crate) type Client = OnlineClient<SubstrateConfig>;
pub(crate) type Methods = LegacyRpcMethods<RpcConfigFor<SubstrateConfig>>;

/// Which chain the node runs.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ChainInfo {
	/// The chain's name, such as `Development`.
	pub name: String,
	/// The genesis block's hash.
	pub genesis: H256,
	/// The runtime's version.
	pub spec_version: u32,
	/// The node's software and version.
	pub node: String,
}

/// A connection to a node of our chain. Cheap to clone; reconnects by itself.
#[derive(Clone)]
pub struct Chain {
	inner: Arc<Inner>,
}

struct Inner {
	url: String,
	info: ChainInfo,
	/// Replaced when it stalls: clients that reconnect by themselves have been seen to hang.
	link: RwLock<Link>,
	heads: OnceLock<watch::Receiver<Heads>>,
}

#[derive(Clone)]
pub(crate) struct Link {
	pub(crate) client: Client,
	pub(crate) methods: Methods,
	pub(crate) rpc: RpcClient,
}

impl std::fmt::Debug for Chain {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "Chain({} at {})", self.inner.info.name, self.inner.url)
	}
}

impl Chain {
	/// Connects to the node at `url` (`ws://…` or `wss://…`), and checks that it runs our chain
	/// and that its runtime has all that this crate asks for.
	///
	/// # Errors
	/// When nobody answers, another chain does, or the runtime does not fit.
	pub async fn connect(url: &str) -> Result<Self, Error> {
		let away = |reason: String| Error::Away { url: url.to_owned(), reason };
		let link = tokio::time::timeout(CONNECT_TIMEOUT, Link::open(url))
			.await
			.map_err(|_| away(format!("no answer for {} s", CONNECT_TIMEOUT.as_secs())))?
			.map_err(away)?;
		let info = check(&link, url).await?;
		Ok(Self {
			inner: Arc::new(Inner {
				url: url.to_owned(),
				info,
				link: RwLock::new(link),
				heads: OnceLock::new(),
			}),
		})
	}

	/// Which chain the node runs.
	pub fn info(&self) -> &ChainInfo {
		&self.inner.info
	}

	/// Where the node is.
	pub fn url(&self) -> &str {
		&self.inner.url
	}

	/// The newest block of the best chain.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn best(&self) -> Result<BlockRef, Error> {
		let methods = self.link().methods;
		// One request, so that number and hash are of the same block.
		let header = methods
			.chain_get_header(None)
			.await
			.map_err(|error| Error::rpc("chain_getHeader", error))?
			.ok_or_else(|| Error::rpc("chain_getHeader", "no header"))?;
		let number = height(header.number())?;
		let hash = self.hash_of(number).await?.ok_or(Error::BlockGone(H256::zero()))?;
		Ok(BlockRef { number, hash })
	}

	/// The newest finalized block.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn finalized(&self) -> Result<BlockRef, Error> {
		let hash = self
			.link()
			.methods
			.chain_get_finalized_head()
			.await
			.map_err(|error| Error::rpc("chain_getFinalizedHead", error))?;
		self.block(hash).await
	}

	/// The block with this hash.
	///
	/// # Errors
	/// When the node does not answer or has no such block.
	pub async fn block(&self, hash: H256) -> Result<BlockRef, Error> {
		let header = self
			.link()
			.methods
			.chain_get_header(Some(hash))
			.await
			.map_err(|error| Error::rpc("chain_getHeader", error))?
			.ok_or(Error::BlockGone(hash))?;
		Ok(BlockRef { number: height(header.number())?, hash })
	}

	/// The block at this height of the best chain.
	///
	/// # Errors
	/// When the node does not answer or has no such block yet.
	pub async fn block_at(&self, number: BlockNumber) -> Result<BlockRef, Error> {
		let hash = self
			.hash_of(number)
			.await?
			.ok_or_else(|| Error::rpc("chain_getBlockHash", format!("no block {number} yet")))?;
		Ok(BlockRef { number, hash })
	}

	async fn hash_of(&self, number: BlockNumber) -> Result<Option<H256>, Error> {
		self.link()
			.methods
			.chain_get_block_hash(Some(number.into()))
			.await
			.map_err(|error| Error::rpc("chain_getBlockHash", error))
	}

	/// The chain as it was at a block.
	///
	/// # Errors
	/// When the node does not answer or has no such block.
	pub async fn at(&self, block: BlockRef) -> Result<At, Error> {
		At::new(self.link(), block).await
	}

	/// The chain at the newest block of the best chain.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn latest(&self) -> Result<At, Error> {
		let block = self.best().await?;
		self.at(block).await
	}

	/// The chain at the newest finalized block.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn latest_finalized(&self) -> Result<At, Error> {
		let block = self.finalized().await?;
		self.at(block).await
	}

	/// The newest best and finalized blocks, as they change. Watched by one task for all users.
	pub fn heads(&self) -> watch::Receiver<Heads> {
		self.inner.heads.get_or_init(|| follow::watch_heads(self.clone())).clone()
	}

	/// Finalized blocks as they come; see [`BlockStream::next`] for those in between.
	pub fn finalized_stream(&self) -> BlockStream {
		BlockStream::finalized(self.heads())
	}

	/// Best blocks as they come.
	pub fn best_stream(&self) -> BlockStream {
		BlockStream::best(self.heads())
	}

	/// A job's states as they change, on the best chain and when finalized.
	pub fn wait_for_job(&self, job: JobId) -> JobUpdates {
		JobUpdates::new(self.clone(), job)
	}

	/// The number of the account's next transaction, those in the node's pool counted.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn next_nonce(&self, who: &AccountId) -> Result<u64, Error> {
		self.link()
			.methods
			.system_account_next_index(who)
			.await
			.map_err(|error| Error::rpc("system_accountNextIndex", error))
	}

	/// Has the node make new session keys for `owner`, and keep their secret halves. For the owner
	/// of the node: others are refused.
	///
	/// # Errors
	/// [`Error::Denied`] when the node does not do this for us; when it does not answer, or gives no
	/// proof.
	pub async fn rotate_keys(&self, owner: &AccountId) -> Result<RotatedKeys, Error> {
		#[derive(serde::Deserialize)]
		struct Rotated {
			keys: Bytes,
			proof: Option<Bytes>,
		}
		let method = "author_rotateKeysWithOwner";
		let owner = Bytes(owner.0.to_vec());
		let answer: Result<Rotated, _> = self.link().rpc.request(method, rpc_params![owner]).await;
		let Rotated { keys, proof } = answer.map_err(|error| denied_or(method, error))?;
		let proof = proof.ok_or_else(|| Error::rpc(method, "no proof of ownership in it"))?;
		Ok(RotatedKeys { keys: SessionKeys::from_bytes(keys.0), proof: proof.0 })
	}

	/// Whether the node has the secret halves of these keys. For the owner of the node.
	///
	/// # Errors
	/// [`Error::Denied`] when the node does not tell us; when it does not answer.
	pub async fn has_session_keys(&self, keys: &SessionKeys) -> Result<bool, Error> {
		let asked = self.link().methods.author_has_session_keys(keys.as_bytes().to_vec()).await;
		asked.map_err(|error| denied_or("author_hasSessionKeys", error))
	}

	/// Whether the node makes blocks when it has the keys of a validator.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn is_authority(&self) -> Result<bool, Error> {
		let method = "system_nodeRoles";
		let roles: Result<Vec<String>, _> = self.link().rpc.request(method, rpc_params![]).await;
		let roles = roles.map_err(|error| Error::rpc(method, error))?;
		Ok(roles.iter().any(|role| role == "Authority"))
	}

	pub(crate) fn link(&self) -> Link {
		self.inner.link.read().unwrap_or_else(PoisonError::into_inner).clone()
	}

	/// Replaces a connection that hangs.
	pub(crate) async fn reopen(&self) -> Result<(), Error> {
		let url = &self.inner.url;
		let away = |reason: String| Error::Away { url: url.clone(), reason };
		let link = tokio::time::timeout(CONNECT_TIMEOUT, Link::open(url))
			.await
			.map_err(|_| away("no answer".into()))?
			.map_err(away)?;
		let info = check(&link, url).await?;
		if info.genesis != self.inner.info.genesis {
			return Err(Error::OtherChain {
				url: url.clone(),
				found: format!("{} with genesis {:?}", info.name, info.genesis),
			});
		}
		*self.inner.link.write().unwrap_or_else(PoisonError::into_inner) = link;
		Ok(())
	}
}

/// Says at once that nobody listens: the client below would try again for ever.
async fn knock(url: &str) -> Result<(), String> {
	let parsed = reqwest::Url::parse(url).map_err(|error| format!("no URL: {error}"))?;
	if !matches!(parsed.scheme(), "ws" | "wss") {
		return Err("its address must begin with ws:// or wss://".into());
	}
	let host = parsed.host_str().ok_or("the URL names no host")?;
	// IPv6 addresses stand in brackets in URLs.
	let host = host.trim_start_matches('[').trim_end_matches(']');
	let port = parsed.port_or_known_default().ok_or("the URL names no port")?;
	let knocked = tokio::net::TcpStream::connect((host, port)).await;
	knocked.map(|_| ()).map_err(|error| error.to_string())
}

impl Link {
	async fn open(url: &str) -> Result<Self, String> {
		knock(url).await?;
		let socket = ReconnectingRpcClient::builder()
			.request_timeout(REQUEST_TIMEOUT)
			.connection_timeout(CONNECT_TIMEOUT)
			// An answer of 1 MiB is twice as long in hexadecimal.
			.max_response_size(64 * 1024 * 1024)
			.build(url)
			.await
			.map_err(|error| error.to_string())?;
		let rpc = RpcClient::new(socket);
		let backend = LegacyBackend::<SubstrateConfig>::builder().build(rpc.clone());
		let client =
			Client::from_backend(Arc::new(backend)).await.map_err(|error| error.to_string())?;
		Ok(Self { client, methods: Methods::new(rpc.clone()), rpc })
	}
}

/// Refuses nodes of other chains, and runtimes that this crate can't talk to.
async fn check(link: &Link, url: &str) -> Result<ChainInfo, Error> {
	#[derive(serde::Deserialize)]
	#[serde(rename_all = "camelCase")]
	struct Version {
		spec_name: String,
		spec_version: u32,
	}
	let rpc_failed = |error| Error::Away { url: url.to_owned(), reason: format!("{error}") };
	let version: Version =
		link.rpc.request("state_getRuntimeVersion", rpc_params![]).await.map_err(rpc_failed)?;
	if version.spec_name != SPEC_NAME {
		return Err(Error::OtherChain { url: url.to_owned(), found: version.spec_name });
	}
	let at = link
		.client
		.at_current_block()
		.await
		.map_err(|error| Error::rpc("state_getMetadata", error))?;
	compat::check(&at.metadata(), version.spec_version)?;
	let name = link.methods.system_chain().await.map_err(rpc_failed)?;
	let software = link.methods.system_name().await.map_err(rpc_failed)?;
	let node = link.methods.system_version().await.map_err(rpc_failed)?;
	Ok(ChainInfo {
		name,
		genesis: link.client.genesis_hash(),
		spec_version: version.spec_version,
		node: format!("{software} {node}"),
	})
}

/// Tells what a node does for its owner alone from other failures. Nodes deny such methods as if
/// there were none.
fn denied_or(method: &str, error: RpcError) -> Error {
	const METHOD_NOT_FOUND: i32 = -32601;
	match &error {
		RpcError::User(refusal) if refusal.code == METHOD_NOT_FOUND => {
			Error::Denied { method: method.to_owned() }
		},
		_ => Error::rpc(method, error),
	}
}

fn height(number: u64) -> Result<BlockNumber, Error> {
	BlockNumber::try_from(number).map_err(|error| Error::decode("a header", error))
}

#[cfg(test)]
mod tests {
	use super::*;
	use subxt::rpcs::UserError;

	#[test]
	fn method_should_be_denied_when_the_node_says_that_there_is_none() {
		let refusal = |code, message: &str| {
			let message = message.to_owned();
			denied_or("author_x", RpcError::User(UserError { code, message, data: None }))
		};
		let denied = refusal(-32601, "RPC call is unsafe to be called externally");
		assert!(matches!(&denied, Error::Denied { method } if method == "author_x"), "{denied}");
		let failed = refusal(-32000, "Client error: no keystore");
		assert!(matches!(&failed, Error::Rpc { .. }), "{failed}");
		assert!(failed.to_string().contains("no keystore"), "{failed}");
	}
}
