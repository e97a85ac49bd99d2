//! API keys: a wallet signs in, the gateway makes a key.

use clap::{Args, Subcommand};
use reckon_sdk::{format_amount, hex, parse_amount, AccountId, Balance, Signer};
use reqwest::Client;
use serde_json::{json, Value};

use super::parse_endpoint;
use crate::{
	context::Context,
	failure::{Failure, Result},
	http,
};

/// The longest challenge that is signed.
const MAX_CHALLENGE: usize = 4096;

/// What can be done with API keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
	/// Sign in with your wallet, and have a gateway make an API key that spends your money
	#[command(
		after_help = "Example: reckon gateway key create --gateway-url https://gateway.example --limit 5"
	)]
	Create(CreateArgs),
}

/// What a key is made with.
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
	/// The gateway; `reckon gateway list` says where they are
	#[arg(long, value_name = "URL", value_parser = parse_endpoint)]
	gateway_url: String,
	/// What you call the key
	#[arg(long, default_value = "reckon")]
	name: String,
	/// The most that the key may spend, ever, in RKN [default: all that your channels have]
	#[arg(long, value_name = "RKN", value_parser = parse_amount)]
	limit: Option<Balance>,
}

pub(super) async fn run(context: &Context, command: KeyCommand) -> Result<()> {
	let KeyCommand::Create(args) = command;
	let signer = context.signer()?;
	let http = http::client()?;
	let base = args.gateway_url.trim_end_matches('/').trim_end_matches("/v1");
	let NewKey { key, id, session_key } =
		sign_in(&http, base, &signer, &args.name, args.limit).await?;
	let gateway = gateway_at(context, base).await;
	let named = gateway.map_or_else(|| "GATEWAY".into(), |gateway| gateway.to_string());
	let next = format!("reckon channel open {named} --deposit 10 --session-key {session_key}");
	let json = json!({
		"key": key,
		"id": id,
		"session_key": session_key.to_string(),
		"owner": signer.account().to_string(),
		"gateway": gateway.map(|gateway| gateway.to_string()),
		"limit": args.limit.map(|limit| limit.to_string()),
		"base_url": format!("{base}/v1"),
		"next": next,
	});
	context.output.result(&json, || key.clone());
	let limit = args.limit.map_or_else(
		|| "all that your channels have".into(),
		|limit| format!("{} at most", format_amount(limit)),
	);
	context.output.say(&format!(
		"this is shown once; it spends {limit}, through channels that name its session key\n\
		 open one: {next}\n\
		 then:     export OPENAI_BASE_URL={base}/v1 OPENAI_API_KEY=the key",
	));
	Ok(())
}

/// A key that a gateway has made.
pub(crate) struct NewKey {
	/// Its text.
	pub(crate) key: String,
	/// The gateway's name for it.
	pub(crate) id: Value,
	/// What channels that pay for it name.
	pub(crate) session_key: AccountId,
}

/// Signs in as a wallet does, and has a key made.
pub(crate) async fn sign_in(
	http: &Client,
	base: &str,
	signer: &Signer,
	name: &str,
	limit: Option<Balance>,
) -> Result<NewKey> {
	let owner = signer.account().to_string();
	let asked = json!({ "owner": owner });
	let answer = http::post(http, &format!("{base}/v1/keys/challenge"), &asked).await?;
	let signed = SignIn::new(signer, text(&answer, "challenge")?)?;
	let asked = json!({
		"owner": owner,
		"challenge": signed.challenge,
		"signature": signed.signature,
		"name": name,
		"limit": limit.map(|limit| limit.to_string()),
	});
	let answer = http::post(http, &format!("{base}/v1/keys"), &asked).await?;
	let (key, session_key) = (text(&answer, "key")?, text(&answer, "session_key")?);
	// What goes into a command line that people copy must be what it is taken for.
	let session_key: AccountId = session_key
		.parse()
		.map_err(|_| malformed(&format!("a session key that is none: {session_key}")))?;
	Ok(NewKey { key: key.to_owned(), id: answer["id"].clone(), session_key })
}

/// The gateway that is registered at this URL; `None` when no node can be asked, or knows none or two.
async fn gateway_at(context: &Context, base: &str) -> Option<AccountId> {
	let at = context.chain().await.ok()?.latest().await.ok()?;
	let mut found = Vec::new();
	for subnet in crate::subnet::all(&at).await.ok()? {
		let gateways = at.gateways(subnet.id).await.ok()?;
		let here = gateways.into_iter().filter(|(_, gateway)| {
			gateway.endpoint().trim_end_matches('/').trim_end_matches("/v1") == base
		});
		found.extend(here.map(|(account, _)| account));
	}
	found.sort_unstable_by_key(|account| account.0);
	found.dedup();
	let [gateway] = found[..] else { return None };
	Some(gateway)
}

/// What a gateway is shown by who signs in.
#[derive(Debug, PartialEq, Eq)]
struct SignIn<'a> {
	challenge: &'a str,
	/// Hexadecimal.
	signature: String,
}

impl<'a> SignIn<'a> {
	/// Signs a challenge as wallets sign bytes: wrapped, so that it can be no transaction.
	fn new(signer: &Signer, challenge: &'a str) -> Result<Self> {
		if challenge.is_empty() || challenge.len() > MAX_CHALLENGE {
			return Err(malformed("a challenge that is none"));
		}
		let wrapped = ["<Bytes>", challenge, "</Bytes>"].concat();
		Ok(Self { challenge, signature: hex(&signer.sign(wrapped.as_bytes())) })
	}
}

fn text<'a>(answer: &'a Value, field: &str) -> Result<&'a str> {
	answer[field].as_str().ok_or_else(|| malformed(&format!("no {field}")))
}

fn malformed(what: &str) -> Failure {
	Failure::new("gateway_answer", format!("the gateway answered with {what}"))
		.fix("see whether this is a gateway's URL: `reckon gateway list` has them")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn challenge_should_be_signed_wrapped_as_wallets_do() {
		let alice = Signer::from_suri("//Alice").unwrap();
		let signed = SignIn::new(&alice, "sign in to g").unwrap();
		let bytes = (2..signed.signature.len())
			.step_by(2)
			.map(|at| u8::from_str_radix(&signed.signature[at..at + 2], 16).unwrap())
			.collect::<Vec<_>>();
		let signature = sp_core::sr25519::Signature::try_from(&bytes[..]).unwrap();
		let public = sp_core::sr25519::Public::from_raw(alice.account().0);
		let good = |message: &[u8]| {
			<sp_core::sr25519::Pair as sp_core::Pair>::verify(&signature, message, &public)
		};
		assert!(good(b"<Bytes>sign in to g</Bytes>"));
		assert!(!good(b"sign in to g"));
	}

	#[test]
	fn challenge_should_be_refused_when_it_is_none() {
		let alice = Signer::from_suri("//Alice").unwrap();
		for challenge in [String::new(), "x".repeat(MAX_CHALLENGE + 1)] {
			assert_eq!(SignIn::new(&alice, &challenge).unwrap_err().code, "gateway_answer");
		}
	}
}
