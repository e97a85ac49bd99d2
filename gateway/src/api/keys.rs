//! API keys, for who signs in with a wallet.

use super::{
	openapi, payer,
	problems::Refused,
	requests::{id, Name},
	Door,
};
use axum::{
	extract::{Request, State},
	http::{HeaderMap, StatusCode},
	Json,
};
use reckon_gateway_store::Key;
use reckon_openai::Problem;
use reckon_primitives::{AccountId, Balance};
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use sp_core::{crypto::Ss58Codec, H256};
use std::sync::Arc;
use utoipa::ToSchema;

/// The longest name of a key.
const MAX_NAME_CHARS: usize = 64;

#[derive(Deserialize, ToSchema)]
pub(super) struct ChallengeRequest {
	/// The account whose money the key will spend, in SS58.
	owner: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Challenge {
	/// What the wallet signs, wrapped as wallets do: `<Bytes>…</Bytes>`. Good for five minutes.
	challenge: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct KeyRequest {
	/// The account that was challenged, in SS58.
	owner: String,
	/// The challenge, as it came.
	challenge: String,
	/// The account's signature of any kind that the chain takes (sr25519, ed25519, ecdsa, Ethereum's), in
	/// hexadecimal after `0x`: with the byte before it that says which, or without.
	signature: String,
	/// For its owner to know it by.
	#[serde(default)]
	name: String,
	/// The most that it may spend, ever: decimal, in the smallest token unit. Missing: all there is.
	limit: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct NewKey {
	/// The key itself: it is shown this once.
	key: String,
	/// The session key that a channel must name to pay for it, in SS58.
	session_key: String,
	#[serde(flatten)]
	info: KeyInfo,
}

#[derive(Serialize, ToSchema)]
pub(super) struct KeyInfo {
	/// The key's name for the gateway.
	id: String,
	object: &'static str,
	/// Its name for its owner.
	name: String,
	/// Whose money it spends, in SS58.
	owner: String,
	/// The most that it may spend, ever; `null`: all there is.
	limit: Option<String>,
	/// What it has spent: decimal, in the smallest token unit.
	spent: String,
	/// When it was made, in Unix milliseconds.
	created: u64,
	/// When it was taken out of use.
	revoked: Option<u64>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Keys {
	object: &'static str,
	data: Vec<KeyInfo>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Deleted {
	id: String,
	object: &'static str,
	deleted: bool,
}

impl From<Key> for KeyInfo {
	fn from(key: Key) -> Self {
		Self {
			id: format!("{:?}", key.id),
			object: "key",
			name: key.name,
			owner: key.owner.to_ss58check(),
			limit: (key.limit != Balance::MAX).then(|| key.limit.to_string()),
			spent: key.spent.to_string(),
			created: key.created,
			revoked: key.revoked,
		}
	}
}

/// Begin to sign in: get what a wallet is to sign
#[utoipa::path(
	post,
	path = "/v1/keys/challenge",
	tag = "Keys",
	security(()),
	request_body = ChallengeRequest,
	responses((status = 200, body = Challenge), (status = 400, body = openapi::Error)),
)]
pub(super) async fn challenge(
	State(door): State<Arc<Door>>,
	request: Request,
) -> Result<Json<Challenge>, Refused> {
	let ChallengeRequest { owner } = read(&door, request).await?;
	let challenge = door.desk.challenge(&account(&owner)?).await?;
	Ok(Json(Challenge { challenge }))
}

/// Sign in: get a key for a signed challenge
#[utoipa::path(
	post,
	path = "/v1/keys",
	tag = "Keys",
	security(()),
	request_body = KeyRequest,
	responses((status = 201, body = NewKey), (status = 400, body = openapi::Error)),
)]
pub(super) async fn issue(
	State(door): State<Arc<Door>>,
	request: Request,
) -> Result<(StatusCode, Json<NewKey>), Refused> {
	let KeyRequest { owner, challenge, signature, name, limit } = read(&door, request).await?;
	let owner = account(&owner)?;
	let signature = sp_core::bytes::from_hex(&signature).ok();
	let signature =
		signature.filter(|bytes| (64..=66).contains(&bytes.len())).ok_or_else(|| {
			Problem::invalid(
				"signature",
				"'signature' must be 64 to 66 bytes in hexadecimal after 0x",
			)
		})?;
	if name.chars().count() > MAX_NAME_CHARS {
		let message = format!("'name' must have at most {MAX_NAME_CHARS} characters");
		return Err(Problem::invalid("name", message).into());
	}
	let limit = match limit {
		None => Balance::MAX,
		Some(limit) => limit.parse().map_err(|_| {
			let message = "'limit' must be a decimal string, in the smallest token unit";
			Problem::invalid("limit", message)
		})?,
	};
	let new = door.desk.issue(&owner, &challenge, &signature, &name, limit).await?;
	let key = NewKey {
		key: new.secret,
		session_key: new.session_key.to_ss58check(),
		info: new.key.into(),
	};
	Ok((StatusCode::CREATED, Json(key)))
}

/// List the keys of a key's owner
#[utoipa::path(
	get,
	path = "/v1/keys",
	tag = "Keys",
	responses((status = 200, body = Keys), (status = 401, body = openapi::Error)),
)]
pub(super) async fn list(
	State(door): State<Arc<Door>>,
	headers: HeaderMap,
) -> Result<Json<Keys>, Refused> {
	let key = payer::key(&*door.desk, &headers).await?;
	let data = door.desk.keys(&key).await?.into_iter().map(KeyInfo::from).collect();
	Ok(Json(Keys { object: "list", data }))
}

/// Take a key out of use, for good
#[utoipa::path(
	delete,
	path = "/v1/keys/{id}",
	tag = "Keys",
	params(("id" = String, Path, description = "The key's id, not the key")),
	responses((status = 200, body = Deleted), (status = 404, body = openapi::Error)),
)]
pub(super) async fn revoke(
	State(door): State<Arc<Door>>,
	Name(name): Name,
	headers: HeaderMap,
) -> Result<Json<Deleted>, Refused> {
	let key = payer::key(&*door.desk, &headers).await?;
	let revoked: H256 = id(&name, "id")?;
	door.desk.revoke(&key, revoked).await?;
	Ok(Json(Deleted { id: format!("{revoked:?}"), object: "key", deleted: true }))
}

async fn read<T: DeserializeOwned>(door: &Door, request: Request) -> Result<T, Problem> {
	let (parts, body) = request.into_parts();
	let body = door.body(&parts.extensions, body).await?;
	serde_json::from_slice(&body).map_err(|error| Problem::malformed(format!("the body: {error}")))
}

fn account(text: &str) -> Result<AccountId, Problem> {
	let message = "'owner' must be an account in SS58";
	AccountId::from_ss58check(text).map_err(|_| Problem::invalid("owner", message))
}
