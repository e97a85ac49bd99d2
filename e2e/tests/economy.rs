//! Stakes, validators, rewards and subnets as people meet them on the command line.

use reckon_e2e::Net;
use reckon_sdk::{token::UNIT, AccountId, Signer};
use serde_json::Value;

fn account(suri: &str) -> AccountId {
	Signer::from_suri(suri).unwrap().account()
}

fn amount(json: &Value) -> u128 {
	json.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no amount: {json}"))
}

/// What is held of an account for something, by `account show`.
fn held_for(net: &Net, suri: &str, what: &str) -> Vec<Value> {
	let shown = net.reckon(suri, &["account", "show"]).json();
	let held = shown["held_by"].as_array().unwrap_or_else(|| panic!("{shown}"));
	held.iter().filter(|held| held["held_for"] == what).cloned().collect()
}

fn error(net: &Net, suri: &str, arguments: &[&str], code: &str, words: &str) {
	let error = net.reckon(suri, arguments).error(1);
	assert_eq!(error["code"], code, "{error}");
	assert!(error["message"].as_str().unwrap().contains(words), "{error}");
	assert!(error["fix"].is_string(), "nothing that helps: {error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn backer_should_see_its_stake_go_and_come_by_the_command_line() {
	let net = Net::start().await;
	let alice = account("//Alice").to_string();
	let (delegate, undelegate) = (["stake", "delegate"], ["stake", "undelegate"]);
	let of = |command: [&'static str; 2], more: &[&'static str]| [&command[..], more].concat();

	error(
		&net,
		"//Bob",
		&of(delegate, &["//Alice", "99"]),
		"ValidatorStaking.DelegationTooLow",
		"least",
	);
	error(
		&net,
		"//Bob",
		&of(delegate, &["//Eve", "500"]),
		"ValidatorStaking.NotCandidate",
		"candidate",
	);
	error(
		&net,
		"//Bob",
		&of(delegate, &["//Alice", "9000000"]),
		"Token.FundsUnavailable",
		"less money",
	);
	error(&net, "//Bob", &of(undelegate, &["//Alice"]), "not_delegated", "nothing behind");
	let usage = net.reckon("//Bob", &of(delegate, &["//Alice", "-1"])).error(2);
	assert_eq!(usage["code"], "usage");

	let delegated = net.reckon("//Bob", &of(delegate, &["//Alice", "500"])).json();
	assert_eq!(amount(&delegated["amount"]), 500 * UNIT);
	let shown = net.reckon("//Bob", &["stake", "show"]).json();
	assert_eq!(shown["delegations"][0]["candidate"], alice.as_str(), "{shown}");
	assert_eq!(amount(&shown["delegations"][0]["amount"]), 500 * UNIT);
	let held = held_for(&net, "//Bob", "delegation");
	assert_eq!((held.len(), amount(&held[0]["amount"])), (1, 500 * UNIT));
	let candidate = net.reckon("//Bob", &["validator", "show", "//Alice"]).json();
	assert_eq!(amount(&candidate["candidate"]["delegated"]), 500 * UNIT, "{candidate}");
	assert_eq!(candidate["backers"][0]["account"], account("//Bob").to_string());

	let too_much = of(undelegate, &["//Alice", "501"]);
	error(&net, "//Bob", &too_much, "ValidatorStaking.AmountTooHigh", "more than is staked");
	let taken = net.reckon("//Bob", &of(undelegate, &["//Alice"])).json();
	assert_eq!(amount(&taken["amount"]), 500 * UNIT, "all of it");
	assert_eq!(amount(&taken["unbonding"][0]["amount"]), 500 * UNIT, "{taken}");
	let held = held_for(&net, "//Bob", "stake_unbonding");
	assert_eq!((held.len(), amount(&held[0]["amount"])), (1, 500 * UNIT));
	let back_at = held[0]["next_step_at"].as_u64().unwrap();
	let now = net.chain.best().await.unwrap().number;
	assert!(back_at > u64::from(now), "{held:?}");
	assert!(held_for(&net, "//Bob", "delegation").is_empty());
	let early = ["stake", "withdraw"];
	error(&net, "//Bob", &early, "ValidatorStaking.NothingToWithdraw", "Nothing is free");
}

#[tokio::test(flavor = "multi_thread")]
async fn validator_should_be_made_by_one_command_of_its_own_node() {
	let net = Net::start().await;
	let register = |bond: &'static str, more: &[&'static str]| {
		[&["validator", "register", "--bond", bond][..], more].concat()
	};
	error(&net, "//Charlie", &register("9999", &[]), "ValidatorStaking.BondTooLow", "10000 RKN");
	error(&net, "//Charlie", &register("1000000", &[]), "too_little_money", "as stake");
	error(&net, "//Charlie", &["validator", "show"], "not_candidate", "no candidate");
	error(&net, "//Charlie", &["validator", "keys"], "not_candidate", "no candidate");
	error(&net, "//Charlie", &["validator", "purge-keys"], "Session.NoKeys", "");

	// For a wallet that is elsewhere: the chain is not touched.
	let elsewhere = register("10000", &["--print", "--account", "//Dave"]);
	let printed = net.reckon("//Charlie", &elsewhere).json();
	assert_eq!(printed["call"]["name"], "Utility.batch_all", "{printed}");
	assert!(printed["call"]["data"].as_str().unwrap().len() > 2 * 96, "{printed}");
	assert_eq!(printed["account"], account("//Dave").to_string());
	let at = net.chain.latest().await.unwrap();
	assert!(at.session_keys(&account("//Dave")).await.unwrap().is_none());

	let made = net.reckon("//Charlie", &register("20000", &["--commission", "2.5"])).json();
	assert_eq!((&made["joined"], &made["suffices"]), (&true.into(), &true.into()), "{made}");
	let election = &made["election"];
	assert!(election["serve_at"].as_u64() > election["made_at"].as_u64(), "{made}");

	let list = net.reckon("//Charlie", &["validator", "list"]).json();
	let charlie = account("//Charlie").to_string();
	let candidates = list["candidates"].as_array().unwrap();
	let found = candidates.iter().find(|one| one["account"] == charlie.as_str());
	let found = found.unwrap_or_else(|| panic!("{list}"));
	assert_eq!(amount(&found["stake"]), 20_000 * UNIT);
	assert_eq!(found["candidate"]["commission"], 25_000);
	assert!(candidates.iter().any(|one| one["seat"] == true), "{list}");
	let shown = net.reckon("//Charlie", &["validator", "show"]).json();
	assert_eq!(shown["keys"], made["keys"], "{shown}");
	assert_eq!(shown["node_has_keys"], true, "{shown}");

	// The same command again renews the keys and leaves the stake alone.
	let again = net.reckon("//Charlie", &register("20000", &[])).json();
	assert_eq!(again["joined"], false);
	assert_ne!(again["keys"], made["keys"]);
	assert_eq!(amount(&again["stake"]), 20_000 * UNIT);

	let rise = ["validator", "commission", "50"];
	error(&net, "//Charlie", &rise, "ValidatorStaking.CommissionRise", "rise");
	net.reckon("//Charlie", &["validator", "bond", "5"]).json();
	net.reckon("//Charlie", &["validator", "chill"]).json();
	let shown = net.reckon("//Charlie", &["validator", "show"]).json();
	assert_eq!(amount(&shown["stake"]), 20_005 * UNIT);
	assert_eq!(shown["candidate"]["status"]["chilled"]["why"], "own", "{shown}");
	assert_eq!(shown["suffices"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn rewards_subnets_and_scores_should_be_shown_on_a_new_chain() {
	let net = Net::start().await;
	// That takes a few blocks: at genesis nothing is emitted and nobody has points.
	net.provider("//Bob").await;
	let rewards = net.reckon("//Alice", &["rewards", "show"]).json();
	assert_eq!(rewards["running_era"]["index"], 0, "{rewards}");
	assert!(amount(&rewards["emission"]) > 0, "{rewards}");
	assert_eq!(rewards["unclaimed"], Value::Array(Vec::new()));
	error(&net, "//Bob", &["rewards", "claim"], "nothing_to_claim", "nothing waits");
	error(&net, "//Bob", &["rewards", "claim", "--era", "7"], "nothing_earned", "era 7");
	// Alice makes the blocks.
	error(&net, "//Alice", &["rewards", "claim", "--era", "0"], "era_running", "not over");

	let subnets = net.reckon("//Bob", &["subnet", "list"]).json();
	assert_eq!(subnets["subnets"].as_array().unwrap().len(), 1, "{subnets}");
	assert_eq!(subnets["subnets"][0]["id"], 0);
	let subnet = net.reckon("//Bob", &["subnet", "show", "0"]).json();
	assert_eq!(subnet["subnet"]["parameters"]["treasury_share"], 50_000, "{subnet}");
	error(&net, "//Bob", &["subnet", "show", "1"], "unknown_subnet", "no subnet");
	error(&net, "//Bob", &["subnet", "show", "no-such"], "unknown_subnet", "no subnet");
	error(&net, "//Bob", &["gateway", "show"], "not_a_gateway", "no gateway");

	let provider = net.reckon("//Bob", &["provider", "show"]).json();
	assert_eq!(provider["score_millionths"], 500_000, "{provider}");
	assert!(provider["standing"].is_null(), "{provider}");

	// Nothing is audited, and nobody is complained about.
	assert_eq!(provider["audits"], Value::Array(Vec::new()), "{provider}");
	let seats = net.reckon("//Alice", &["audit", "seats"]).json();
	assert_eq!(seats["seats"], Value::Array(Vec::new()), "{seats}");
	let conduct = net.reckon("//Bob", &["audit", "conduct", "//Alice"]).json();
	assert_eq!((&conduct["conduct"]["missed"], &conduct["slash_now"]), (&0.into(), &0.into()));
	let none = "00".repeat(32);
	error(&net, "//Bob", &["audit", "show", &none], "no_audit", "no audit");
	error(&net, "//Bob", &["gateway", "complaint", &none], "unknown_complaint", "nobody complains");
	let complaints = net.reckon("//Bob", &["gateway", "complaints"]).json();
	assert_eq!(complaints["complaints"], Value::Array(Vec::new()), "{complaints}");
	let channels = net.reckon("//Bob", &["channel", "list", "--gateway", "//Bob"]).json();
	assert_eq!(channels["channels"], Value::Array(Vec::new()), "{channels}");
	let entries = net.reckon("//Alice", &["account", "entries"]).json();
	assert_eq!(entries["account"], account("//Alice").to_string(), "{entries}");

	// The chain would take the cold key.
	let own = ["provider", "update", "--worker", "//Bob"];
	error(&net, "//Bob", &own, "own_key", "the provider's own key");
}

#[tokio::test(flavor = "multi_thread")]
async fn subnet_and_gateway_should_live_and_end_by_the_command_line() {
	let net = Net::start().await;
	let run =
		|suri: &str, line: &str| net.reckon(suri, &line.split(' ').collect::<Vec<_>>()).json();
	let refused = |suri: &str, line: &str, code: &str, words: &str| {
		error(&net, suri, &line.split(' ').collect::<Vec<_>>(), code, words);
	};
	let bounds = run("//Bob", "subnet bounds");
	let fee = amount(&bounds["creation_fee"]);
	assert!(fee > 0, "{bounds}");
	let low = "subnet create acme --treasury-share 0.5";
	refused("//Bob", low, "Subnets.TreasuryShareTooLow", "below");
	refused("//Bob", "subnet create acme --models none", "unknown_model", "no model");
	refused("//Bob", "subnet retire acme", "unknown_subnet", "no subnet");

	let before = amount(&run("//Bob", "account show")["free"]);
	let created = run("//Bob", "subnet create acme --treasury-share 4 --committee 7 --quorum 4");
	let after = amount(&run("//Bob", "account show")["free"]);
	assert_eq!(amount(&created["fee"]), fee);
	let deposit = amount(&created["deposit"]);
	assert!(deposit > 0 && before - after > fee + deposit, "{created}");
	let rules = &created["subnet"]["parameters"];
	assert_eq!((&rules["treasury_share"], &rules["quorum"]), (&40_000.into(), &4.into()));
	refused("//Eve", "subnet create acme", "Subnets.NameTaken", "taken");
	refused("//Eve", "subnet update acme --quorum 5", "Subnets.NotOwner", "owner");
	let usage = net.reckon("//Bob", &["subnet", "update", "acme"]).error(2);
	assert_eq!(usage["code"], "usage");

	let changed = run("//Bob", "subnet update acme --quorum 5");
	assert_eq!(changed["subnet"]["parameters"]["quorum"], 4, "not yet: {changed}");
	assert_eq!(changed["subnet"]["change"]["parameters"]["quorum"], 5);
	// What was announced and is not named again stays announced.
	let changed = run("//Bob", "subnet update 1 --dispute-window 300");
	let announced = &changed["subnet"]["change"]["parameters"];
	assert_eq!((&announced["quorum"], &announced["treasury_share"]), (&5.into(), &40_000.into()));
	assert_eq!(announced["dispute_window_blocks"], 300);

	let register = "gateway register --subnet acme --endpoint http://localhost:8000 --bond";
	refused("//Eve", &format!("{register} 1"), "Subnets.BondTooLow", "below");
	refused("//Eve", "gateway leave", "Subnets.NotRegistered", "not registered");
	run("//Eve", &format!("{register} 1000"));
	refused("//Eve", &format!("{register} 1000"), "Subnets.AlreadyRegistered", "registered");
	run("//Eve", "gateway bond 5.5");
	run("//Eve", "gateway move https://gateway.example");
	let shown = run("//Eve", "gateway show");
	assert_eq!(amount(&shown["gateway"]["bond"]), 1_005 * UNIT + UNIT / 2);
	assert_eq!(shown["gateway"]["endpoint"], "https://gateway.example");
	for list in ["gateway list", "gateway list acme"] {
		let list = run("//Bob", list);
		assert_eq!(list["gateways"][0]["account"], account("//Eve").to_string(), "{list}");
	}
	assert_eq!(run("//Bob", "gateway list 0")["gateways"], Value::Array(Vec::new()));

	let retired = run("//Bob", "subnet retire acme");
	let until = &retired["subnet"]["status"]["retiring"]["until"];
	assert!(until.as_u64().is_some(), "{retired}");
	refused("//Bob", "subnet retire acme", "Subnets.IsRetiring", "retiring");
	run("//Eve", "gateway leave");
	assert_eq!(held_for(&net, "//Eve", "gateway_unbonding").len(), 1);
	refused("//Eve", "gateway bond 1", "Subnets.IsLeaving", "leaving");
}
