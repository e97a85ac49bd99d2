//! All that it takes to ask through a gateway.

use reckon_sdk::Balance;
use serde_json::Value;

use crate::{
	chat::{self, http},
	Client, Gateway, Net, Provider, Worker,
};

/// A chain, a gateway and a worker of it that has both models, and a client that can pay.
pub struct Stage {
	/// The chain.
	pub net: Net,
	/// The gateway.
	pub gateway: Gateway,
	/// Who has the worker.
	pub provider: Provider,
	/// The worker.
	pub worker: Worker,
	/// Who asks.
	pub client: Client,
	/// How it asks.
	pub http: reqwest::Client,
}

impl Stage {
	/// On a chain of its own. The client has this in its channel.
	pub async fn new(deposit: Balance) -> Self {
		Self::on(Net::start().await, deposit, None).await
	}

	/// As [`Self::new`], on this chain; with the gateway's store in this database where one is named.
	pub async fn on(net: Net, deposit: Balance, store: Option<&str>) -> Self {
		let mut provider = net.provider("//Bob").await;
		net.offer_chat(&provider).await;
		net.offer_embedding(&provider).await;
		let gateway = net.gateway_with("//Dave", store).await;
		provider.join(&gateway);
		let worker = provider.start().await;
		let client = net.client(&gateway, "//Charlie", deposit).await;
		let stage = Self { net, gateway, provider, worker, client, http: http() };
		let channel = format!("/channels/{:?}", stage.client.channel);
		stage.get_until(&channel, |channel| channel["object"] == "channel").await;
		stage
			.get_until("/models", |models| {
				let data = models["data"].as_array().into_iter().flatten();
				data.filter(|model| model["is_ready"] == true).count() == 2
			})
			.await;
		stage
	}

	/// Where the client asks, and what it shows.
	pub fn door(&self) -> (&str, &str) {
		(&self.client.base_url, &self.client.key)
	}

	/// What the gateway says, be it a refusal; nothing while it does not answer.
	pub async fn get(&self, path: &str) -> Value {
		chat::get(&self.http, &format!("{}{path}", self.client.base_url)).await
	}

	/// Asks the gateway until it says what the test waits for.
	pub async fn get_until(&self, path: &str, is_it: impl Fn(&Value) -> bool) -> Value {
		chat::get_until(&self.http, &format!("{}{path}", self.client.base_url), is_it).await
	}
}
