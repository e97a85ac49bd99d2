//! A worker with the repository's model, its auditor, and all that travels between them.

use candle_core::{DType, Device as CandleDevice, Tensor};
use codec::{Decode, Encode};
use reckon_engine::{inspect, Device, EvidenceStore, Model, Replay, SchedulerConfig, TextEngine};
use reckon_sdk::{
	account, content_hash, Assignment, AuditPhase, Content, Delivery, Inquiry, ModelId, Reason,
	Sampling, TaskKind, H256,
};
use reckon_verification::{
	commitment, positions, Fault, Fingerprint, Grade, Limits, Thresholds, Verdict, Vote,
};
use reckon_worker::{
	audits::{prove, Case, Disclosure, Inquiries, Proof, Question},
	blobs::BlobStore,
	compute::{Compute, Engines, Order, Running},
	models::Registry,
	schedulers::Schedulers,
	verify::{
		wire::{
			AuditAnswer, AuditRequest, Chosen, Found, HexBytes, Penalties, RowsAnswer, RowsRequest,
		},
		Verifier,
	},
};
use std::{
	collections::HashMap,
	fs,
	path::{Path, PathBuf},
	sync::{mpsc, Arc},
};
use tokio::net::TcpListener;

/// As calibration finds them.
const THRESHOLDS: Thresholds = Thresholds {
	distance: Limits { flag: 500, slash: 2_000 },
	margin: Limits { flag: 1_000, slash: 10_000 },
};
const PROVIDER: [u8; 32] = [2; 32];
const CHALLENGE: H256 = H256([7; 32]);
const QUESTION: &[u8] = b"what is a ledger?";
const TOKEN: &str = "a token of at least 32 characters";

fn lexicon() -> PathBuf {
	let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo or nextest runs this");
	PathBuf::from(here).join("../models/lexicon")
}

/// A machine with a model.
struct Machine {
	model: ModelId,
	schedulers: Arc<Schedulers>,
	dir: tempfile::TempDir,
}

fn machine(model: &Path) -> Machine {
	let dir = tempfile::tempdir().unwrap();
	let registry = Registry::new(dir.path());
	let entry = registry.add(model, account([1; 32]), Some("model"), &mut |_| {}).unwrap();
	let schedulers = Schedulers::new(registry, Device::cpu(), SchedulerConfig::default());
	Machine { model: entry.id, schedulers: Arc::new(schedulers), dir }
}

/// What a worker has delivered, and what it keeps.
struct Delivered {
	assignment: Assignment,
	work: Delivery<Content>,
	store: EvidenceStore,
}

fn assignment(model: ModelId, temperature_milli: u16) -> Assignment {
	Assignment {
		job: H256([5; 32]),
		model,
		task: TaskKind::Chat,
		payload: Content::Inline(QUESTION.to_vec()),
		sampling: Sampling { max_output: 40, temperature_milli, ..Sampling::default() },
		seed: H256([3; 32]),
		deadline: 40,
	}
}

fn compute(
	machine: &Machine,
	assignment: Assignment,
	evidence_bytes: u64,
) -> Result<Delivered, Reason> {
	let store = EvidenceStore::open(&machine.dir.path().join("evidence"), evidence_bytes).unwrap();
	let blobs = BlobStore::open(&machine.dir.path().join("blobs")).unwrap();
	let engines = Engines::new(machine.schedulers.clone(), blobs, store.clone(), 1 << 20);
	let (sender, done) = mpsc::channel();
	let commits = Some(account(PROVIDER));
	let order = Order { assignment: assignment.clone(), due: None, commits };
	let tell = Box::new(move |result| sender.send(result).unwrap());
	engines.start(&order, &Running::default(), tell);
	let work = done.recv().unwrap()?;
	Ok(Delivered { assignment, work, store })
}

fn warm(machine: &Machine) -> Delivered {
	compute(machine, assignment(machine.model, 3_000), 1 << 24).unwrap()
}

impl Delivered {
	fn job(&self) -> H256 {
		self.assignment.job
	}

	fn commitment(&self) -> H256 {
		self.work.commitment.unwrap()
	}

	fn proof(&self) -> Proof {
		let question = Question { job: self.job(), challenge: CHALLENGE };
		prove(&self.store, &question, self.commitment()).unwrap().unwrap()
	}

	fn output(&self) -> Vec<u8> {
		match &self.work.output {
			Content::Inline(bytes) => bytes.clone(),
			other => panic!("{other:?}"),
		}
	}

	/// What the endpoint shows when the audit is so far.
	fn disclosure(&self) -> Disclosure {
		let inquiries = Inquiries::default();
		let (audit, challenge) = (self.job(), CHALLENGE);
		let phase = AuditPhase::Revealing;
		let inquiry = Inquiry { audit, round: 1, phase, until: 9, challenge };
		inquiries.set(&[Case { inquiry, commitment: self.commitment(), auditors: None }]);
		Disclosure::new(self.store.clone(), inquiries)
	}

	fn tokens(&self) -> Vec<u32> {
		let bytes = self.disclosure().tokens(self.job(), None).unwrap();
		Vec::decode(&mut bytes.as_ref()).unwrap()
	}

	/// What an honest auditor asks about it, who has the model under this id.
	fn request(&self, model: ModelId) -> AuditRequest {
		let sampling = self.assignment.sampling;
		AuditRequest {
			job: self.job(),
			challenge: CHALLENGE,
			model,
			task: self.assignment.task,
			payload: HexBytes(QUESTION.to_vec()),
			sampling: Chosen {
				max_output: sampling.max_output,
				temperature_milli: sampling.temperature_milli,
				top_k: sampling.top_k,
				top_p_milli: sampling.top_p_milli,
			},
			seed: self.assignment.seed,
			output: HexBytes(self.output()),
			tokens: Some(HexBytes(self.disclosure().tokens(self.job(), None).unwrap().to_vec())),
			units: self.work.units,
			gateway: None,
			opening: None,
		}
	}

	/// What the chain makes of a vote on it.
	fn verdict(&self, answer: &AuditAnswer) -> Verdict {
		let vote = Vote::decode(&mut answer.vote.0.as_slice()).unwrap();
		let fingerprint = Fingerprint(self.proof().fingerprint.0);
		THRESHOLDS.verdict(&fingerprint, &content_hash(&self.output()).0, &vote)
	}
}

/// The auditor's service.
struct Service {
	url: String,
	client: reqwest::Client,
}

async fn service(machine: &Machine) -> Service {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("http://{}", listener.local_addr().unwrap());
	let verifier = Verifier::new(machine.schedulers.clone(), TOKEN).unwrap();
	tokio::spawn(verifier.serve(listener, std::future::pending()));
	Service { url, client: reqwest::Client::new() }
}

impl Service {
	async fn send(&self, path: &str, body: impl Into<reqwest::Body>) -> (u16, serde_json::Value) {
		let request = self.client.post(format!("{}{path}", self.url)).bearer_auth(TOKEN);
		let response = request.body(body).send().await.unwrap();
		let status = response.status().as_u16();
		(status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap())
	}

	async fn audit(&self, request: &AuditRequest) -> AuditAnswer {
		let (status, answer) = self.send("/v1/audits", serde_json::to_vec(request).unwrap()).await;
		assert_eq!(status, 200, "{answer}");
		serde_json::from_value(answer).unwrap()
	}

	async fn rows(&self, request: &RowsRequest) -> RowsAnswer {
		let (status, answer) = self.send("/v1/rows", serde_json::to_vec(request).unwrap()).await;
		assert_eq!(status, 200, "{answer}");
		serde_json::from_value(answer).unwrap()
	}
}

/// What an int8 engine computes with: each row of each matrix rounded to 255 steps.
fn write_int8(from: &Path, to: &Path) {
	for entry in fs::read_dir(from).unwrap() {
		let path = entry.unwrap().path();
		if path.extension().is_some_and(|extension| extension == "json") {
			fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
		}
	}
	let path = from.join("model.safetensors");
	let tensors = candle_core::safetensors::load(path, &CandleDevice::Cpu).unwrap();
	let int8 = |matrix: &Tensor| {
		let step = (matrix.abs()?.max_keepdim(1)? / 127.0)?;
		matrix.broadcast_div(&step)?.round()?.broadcast_mul(&step)
	};
	let rounded: HashMap<String, Tensor> = tensors
		.into_iter()
		.map(|(name, tensor)| {
			let tensor = tensor.to_dtype(DType::F32).unwrap();
			let tensor = if tensor.rank() == 2 { int8(&tensor).unwrap() } else { tensor };
			(name, tensor)
		})
		.collect();
	candle_core::safetensors::save(&rounded, to.join("model.safetensors")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sealed_answer_should_be_computed_again_by_who_is_shown_what_opens_it() {
	let machine = machine(&lexicon());
	let delivered = warm(&machine);
	let service = service(&machine).await;
	let worker = sp_core::sr25519::Public::from_raw([8; 32]);
	let key = reckon_sealed::Keyring::new(0).key(worker);
	let terms = reckon_sealed::Terms {
		genesis: H256([1; 32]),
		gateway: [2; 32].into(),
		channel: H256([3; 32]),
		lane: 0,
		request: reckon_receipts::Request {
			nonce: H256([4; 32]),
			model: machine.model,
			task: reckon_primitives::TaskKind::Chat,
			payload: reckon_primitives::ContentRef::of(b""),
			sampling: Default::default(),
			presence_milli: 0,
			frequency_milli: 0,
			price: Default::default(),
		},
	};
	let (payload, secret) = reckon_sealed::seal(&key, &terms, QUESTION).unwrap();
	let seal = |text: &[u8]| {
		let sealer = reckon_sealed::Sealer::new(&secret);
		let text = std::str::from_utf8(text).unwrap();
		sealer.last(text, reckon_sealed::Finish::Stop).unwrap().into_bytes()
	};
	let gateway = Some(Penalties { presence_milli: 0, frequency_milli: 0 });
	let open = AuditRequest { gateway, ..delivered.request(machine.model) };
	let sealed = AuditRequest {
		payload: HexBytes(payload),
		output: HexBytes(seal(&open.output.0)),
		opening: Some(HexBytes(secret.bytes().to_vec())),
		..open.clone()
	};
	assert_eq!(service.audit(&sealed).await, service.audit(&open).await);
	// An older node does not fetch what opens it: there is no vote, and nobody's fault.
	let unshown = serde_json::to_vec(&AuditRequest { opening: None, ..sealed.clone() }).unwrap();
	assert_eq!(service.send("/v1/audits", unshown).await.0, 500);
	let service = &service;
	let fault =
		|request: AuditRequest| async move { service.audit(&request).await.found.to_string() };
	let other = Some(HexBytes(vec![9; 32]));
	assert!(fault(AuditRequest { opening: other, ..sealed.clone() }).await.contains("Task"));
	let cut = HexBytes(seal(&open.output.0)[..100].to_vec());
	assert!(fault(AuditRequest { output: cut, ..sealed.clone() }).await.contains("Text"));
	let others = HexBytes(seal(b"something else"));
	assert!(fault(AuditRequest { output: others, ..sealed }).await.contains("Text"));
}

#[tokio::test(flavor = "multi_thread")]
async fn honest_answer_should_be_the_same_and_its_commitment_open() {
	let machine = machine(&lexicon());
	let delivered = warm(&machine);
	let service = service(&machine).await;
	let request = delivered.request(machine.model);
	let answer = service.audit(&request).await;
	let expected = Verdict { grade: Grade::Same, reason: None };
	assert_eq!(delivered.verdict(&answer), expected);
	// Asked again, it says the same.
	assert_eq!(service.audit(&request).await, answer);

	let Found::Replayed { fingerprint, count, width, statistics, .. } = answer.found else {
		panic!("{answer:?}")
	};
	assert_eq!(statistics.tokens as usize, delivered.tokens().len());
	assert_eq!(Vote::decode(&mut answer.vote.0.as_slice()).unwrap(), {
		let own = Fingerprint::decode(&mut fingerprint.0.as_slice()).unwrap();
		let statistics = reckon_verification::Statistics {
			tokens: statistics.tokens,
			mismatches: statistics.mismatches,
			worst_margin: statistics.worst_margin,
			mean_margin: statistics.mean_margin,
			cross_entropy: statistics.cross_entropy,
		};
		Vote::Replayed { fingerprint: own, statistics }
	});

	// The worker opens on chain what it has committed to, and shows the rows.
	let Proof { fingerprint, root, salt } = delivered.proof();
	let committed = commitment(&delivered.job().0, &PROVIDER, &root.0, &salt.0);
	assert_eq!(delivered.work.commitment, Some(H256(committed)));
	let openings = delivered.disclosure().rows(delivered.job(), CHALLENGE, None).unwrap();
	let shown = RowsRequest {
		job: delivered.job(),
		challenge: CHALLENGE,
		root,
		fingerprint: HexBytes(Fingerprint(fingerprint.0).encode()),
		count,
		width,
		tokens: request.tokens,
		openings: HexBytes(openings.to_vec()),
	};
	assert_eq!(service.rows(&shown).await, RowsAnswer { proven: true, why: None });

	let refused = |change: &dyn Fn(&mut RowsRequest)| {
		let mut bad = shown.clone();
		change(&mut bad);
		bad
	};
	for (bad, why) in [
		(refused(&|it| it.root.0[0] ^= 1), "root"),
		(refused(&|it| it.fingerprint.0[0] ^= 1), "fingerprint"),
		(refused(&|it| it.challenge.0[0] ^= 1), "asked"),
		(refused(&|it| it.job.0[0] ^= 1), ""),
		(refused(&|it| it.openings.0.clear()), "no openings"),
		(refused(&|it| it.openings.0.push(0)), "no openings"),
		(refused(&|it| it.openings.0.truncate(100)), "no openings"),
		(refused(&|it| it.width -= 1), "width"),
	] {
		let answer = service.rows(&bad).await;
		assert!(!answer.proven, "{why}");
		assert!(answer.why.as_ref().unwrap().contains(why), "{why}: {answer:?}");
	}
	for (bad, why) in [
		(refused(&|it| it.count += 1), "tokens"),
		(refused(&|it| it.count = 0), "rows"),
		(refused(&|it| it.count = u32::MAX), "rows"),
		(refused(&|it| it.width = 0), "width"),
		(refused(&|it| it.width = u32::MAX), "width"),
		(refused(&|it| it.fingerprint.0.push(0)), "256"),
		(refused(&|it| it.tokens = Some(HexBytes(vec![255; 9]))), ""),
	] {
		let (status, answer) = service.send("/v1/rows", serde_json::to_vec(&bad).unwrap()).await;
		assert_eq!(status, 400, "{answer}");
		assert!(answer["message"].as_str().unwrap().contains(why), "{why}: {answer}");
	}
}

/// As many other tokens with the same text: two at places that are not audited are cut elsewhere.
fn cut_otherwise(engine: &TextEngine, tokens: &[u32], audited: &[u32]) -> Option<Vec<u32>> {
	let text = engine.decode(tokens).unwrap();
	let vocabulary = u32::try_from(engine.vocabulary()).unwrap();
	let piece = |token: u32| engine.decode(&[tokens[0], token]).unwrap();
	let before = engine.decode(&tokens[..1]).unwrap().len();
	let token_of: HashMap<String, u32> =
		(0..vocabulary).map(|token| (piece(token)[before..].to_owned(), token)).collect();
	let is_unseen = |at: &usize| [*at, at + 1].iter().all(|at| !audited.contains(&(*at as u32)));
	let recut = |at: usize| {
		let [left, right] = [tokens[at], tokens[at + 1]].map(|it| piece(it)[before..].to_owned());
		let both = format!("{left}{right}");
		(1..both.len()).filter(|cut| *cut != left.len() && both.is_char_boundary(*cut)).find_map(
			|cut| {
				let (left, right) = (token_of.get(&both[..cut])?, token_of.get(&both[cut..])?);
				let mut others = tokens.to_vec();
				others.splice(at..at + 2, [*left, *right]);
				(engine.decode(&others).unwrap() == text).then_some(others)
			},
		)
	};
	(1..tokens.len() - 1).filter(is_unseen).find_map(recut)
}

/// Its own vote is far off then. That it has not seen the rows of these tokens is what saves it.
#[tokio::test(flavor = "multi_thread")]
async fn rows_should_be_unproven_when_an_auditor_was_given_other_tokens_of_the_same_text() {
	let machine = machine(&lexicon());
	let service = service(&machine).await;
	let engine = text_engine();
	let misleading = |seed: u8| {
		let (job, seed) = (H256([seed; 32]), H256([seed; 32]));
		let asked = Assignment { job, seed, ..assignment(machine.model, 3_000) };
		let delivered = compute(&machine, asked, 1 << 24).unwrap();
		let tokens = delivered.tokens();
		let count = u32::try_from(tokens.len()).unwrap();
		let audited = positions(&CHALLENGE.0, &delivered.job().0, count).unwrap();
		let others = cut_otherwise(&engine, &tokens, &audited);
		others.map(|others| (delivered, audited, others))
	};
	let (delivered, audited, others) = (0..20).find_map(misleading).unwrap();
	let (honest, tokens) = (delivered.request(machine.model), delivered.tokens());
	let count = u32::try_from(tokens.len()).unwrap();
	assert_eq!(others.len(), tokens.len());
	assert!(audited.iter().all(|at| others[*at as usize] == tokens[*at as usize]));
	let misled = AuditRequest { tokens: Some(HexBytes(others.encode())), ..honest.clone() };
	let answer = service.audit(&misled).await;
	assert_eq!(delivered.verdict(&answer).grade, Grade::Different, "{answer:?}");
	let Found::Replayed { root: own, width, .. } = answer.found else { panic!("{answer:?}") };

	let Proof { fingerprint, root, .. } = delivered.proof();
	assert_ne!(own, root);
	let openings = delivered.disclosure().rows(delivered.job(), CHALLENGE, None).unwrap();
	let shown = |tokens: &Option<HexBytes>| RowsRequest {
		job: delivered.job(),
		challenge: CHALLENGE,
		root,
		fingerprint: HexBytes(Fingerprint(fingerprint.0).encode()),
		count,
		width,
		tokens: tokens.clone(),
		openings: HexBytes(openings.to_vec()),
	};
	let answer = service.rows(&shown(&misled.tokens)).await;
	assert!(!answer.proven && answer.why.as_ref().unwrap().contains("tokens"), "{answer:?}");
	assert!(service.rows(&shown(&honest.tokens)).await.proven);
}

fn text_engine() -> TextEngine {
	match Model::load(inspect(&lexicon()).unwrap(), &Device::cpu()).unwrap() {
		Model::Text(engine) => engine,
		Model::Embedding(_) => panic!("lexicon writes texts"),
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn dishonest_answers_should_be_different() {
	let machine = machine(&lexicon());
	let service = service(&machine).await;
	let honest = warm(&machine);
	let different = |delivered: &Delivered, answer: &AuditAnswer, what: &str| {
		assert_eq!(delivered.verdict(answer).grade, Grade::Different, "{what}: {answer:?}");
	};

	let seed = AuditRequest { seed: H256([4; 32]), ..honest.request(machine.model) };
	different(&honest, &service.audit(&seed).await, "another seed");

	// One token is another, and the text says so.
	let engine = text_engine();
	let mut tokens = honest.tokens();
	tokens[1] = if tokens[1] == 100 { 101 } else { 100 };
	let told = match tokens.split_last() {
		Some((last, told)) if engine.is_end(*last) => told,
		_ => &tokens,
	};
	let tampered = AuditRequest {
		output: HexBytes(engine.decode(told).unwrap().into_bytes()),
		tokens: Some(HexBytes(tokens.encode())),
		..honest.request(machine.model)
	};
	let answer = service.audit(&tampered).await;
	assert!(matches!(answer.found, Found::Replayed { .. }), "{answer:?}");
	different(&honest, &answer, "another token");

	// The text does not say so; or there are no tokens at all.
	let good = honest.request(machine.model);
	for (tokens, fault) in [
		(Some(HexBytes(tokens.encode())), Fault::Text),
		(None, Fault::Ending(reckon_verification::EndingFault::Empty)),
		(Some(HexBytes(vec![7; 5])), Fault::Ending(reckon_verification::EndingFault::Empty)),
	] {
		let answer = service.audit(&AuditRequest { tokens, ..good.clone() }).await;
		assert_eq!(answer.vote.0, Vote::Refuted(fault).encode(), "{answer:?}");
		different(&honest, &answer, "no such tokens");
	}
	// What honest workers decline: nothing, and more parts than an engine takes.
	let message = r#"{"role":"user","content":"a"}"#;
	let many = vec![message; 1_025].join(",");
	for messages in ["", many.as_str()] {
		let payload = HexBytes(format!(r#"{{"messages":[{messages}]}}"#).into_bytes());
		let answer = service.audit(&AuditRequest { payload, ..good.clone() }).await;
		assert_eq!(answer.vote.0, Vote::Refuted(Fault::Task).encode());
	}

	let dir = tempfile::tempdir().unwrap();
	write_int8(&lexicon(), dir.path());
	let cheat = self::machine(dir.path());
	let quantised = warm(&cheat);
	let answer = service.audit(&quantised.request(machine.model)).await;
	different(&quantised, &answer, "int8 weights");
}

#[test]
fn job_should_be_declined_as_busy_when_there_is_no_room_for_evidence() {
	let machine = machine(&lexicon());
	let wanted = assignment(machine.model, 0);
	assert_eq!(compute(&machine, wanted.clone(), 1_000).err(), Some(Reason::Busy));
	// What is kept stays through a restart, and takes its room.
	let first = compute(&machine, wanted.clone(), 1 << 20).unwrap();
	let used = first.store.used();
	let again = EvidenceStore::open(&machine.dir.path().join("evidence"), used).unwrap();
	assert_eq!((again.used(), again.jobs()), (used, vec![wanted.job.0]));
	let other = Assignment { job: H256([6; 32]), ..wanted };
	assert_eq!(compute(&machine, other.clone(), used).err(), Some(Reason::Busy));
	again.remove(&first.job().0).unwrap();
	assert!(compute(&machine, other, 1 << 20).is_ok());
}

#[test]
fn commitments_should_be_hidden_by_another_salt_each_time() {
	let machine = machine(&lexicon());
	let [first, second] = [0; 2].map(|_| {
		let delivered = compute(&machine, assignment(machine.model, 0), 1 << 20).unwrap();
		(delivered.work.commitment.unwrap(), delivered.proof().root)
	});
	assert_eq!(first.1, second.1, "the same rows");
	assert_ne!(first.0, second.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_requests_should_be_refused_with_a_reason() {
	let machine = machine(&lexicon());
	let service = service(&machine).await;
	let delivered = compute(&machine, assignment(machine.model, 0), 1 << 20).unwrap();
	let good = serde_json::to_value(delivered.request(machine.model)).unwrap();
	let health = reqwest::get(format!("{}/healthz", service.url)).await.unwrap();
	assert_eq!(health.status().as_u16(), 200);

	// Without the token nothing is read.
	for token in [None, Some(""), Some("wrong"), Some(&TOKEN[1..])] {
		let mut request = service.client.post(format!("{}/v1/audits", service.url));
		if let Some(token) = token {
			request = request.bearer_auth(token);
		}
		let response = request.body(good.to_string()).send().await.unwrap();
		assert_eq!(response.status().as_u16(), 401);
		let told: serde_json::Value =
			serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
		assert_eq!(told["error"], "unauthorised");
		assert!(!told["message"].as_str().unwrap().contains(TOKEN));
	}

	let changed = |field: &str, value: serde_json::Value| {
		let mut bad = good.clone();
		bad[field] = value;
		bad.to_string()
	};
	let unknown = serde_json::json!(H256([9; 32]));
	for (body, status, error) in [
		(String::new(), 400, "malformed"),
		("[".repeat(100_000), 400, "malformed"),
		("{}".into(), 400, "malformed"),
		(changed("job", "0x00".into()), 400, "malformed"),
		(changed("job", "x".into()), 400, "malformed"),
		(changed("payload", "0xg0".into()), 400, "malformed"),
		(changed("payload", "00".into()), 400, "malformed"),
		(changed("task", "fly".into()), 400, "malformed"),
		(changed("surprise", 1.into()), 400, "malformed"),
		(changed("units", serde_json::json!({ "input": -1, "output": 1 })), 400, "malformed"),
		(changed("model", unknown), 404, "unknown_model"),
		("x".repeat((16 << 20) + 1), 413, "too_large"),
	] {
		let short = body.chars().take(80).collect::<String>();
		let (got, told) = service.send("/v1/audits", body).await;
		assert_eq!((got, &told["error"]), (status, &error.into()), "{short}: {told}");
	}

	// All places are taken by callers that do not go on.
	let stalled: Vec<_> = (0..16)
		.map(|_| {
			let body = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
			let request = service.client.post(format!("{}/v1/audits", service.url));
			let body = reqwest::Body::wrap_stream(body);
			tokio::spawn(request.bearer_auth(TOKEN).body(body).send())
		})
		.collect();
	let mut busy = false;
	for _ in 0..100 {
		let (status, told) = service.send("/v1/audits", "{}").await;
		busy = status == 503 && told["error"] == "busy";
		if busy {
			break;
		}
		tokio::time::sleep(std::time::Duration::from_millis(50)).await;
	}
	assert!(busy, "a seventeenth request is refused");
	// When they are gone there is room again.
	for request in stalled {
		request.abort();
	}
	let mut room = false;
	for _ in 0..100 {
		room = service.send("/v1/audits", good.to_string()).await.0 == 200;
		if room {
			break;
		}
		tokio::time::sleep(std::time::Duration::from_millis(50)).await;
	}
	assert!(room);
}

#[tokio::test(flavor = "multi_thread")]
async fn audits_should_be_refused_for_the_moment_while_the_models_are_loaded() {
	let machine = machine(&lexicon());
	let delivered = compute(&machine, assignment(machine.model, 0), 1 << 20).unwrap();
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("http://{}", listener.local_addr().unwrap());
	let verifier = Verifier::new(machine.schedulers.clone(), TOKEN).unwrap();
	let loading = verifier.loading();
	tokio::spawn(verifier.serve(listener, std::future::pending()));
	let service = Service { url, client: reqwest::Client::new() };
	let health = || async {
		let response = service.client.get(format!("{}/healthz", service.url)).send().await.unwrap();
		response.status().as_u16()
	};
	let body = serde_json::to_vec(&delivered.request(machine.model)).unwrap();
	let ask = |token: &str| {
		let request = service.client.post(format!("{}/v1/audits", service.url));
		request.bearer_auth(token).body(body.clone()).send()
	};

	let refused = ask(TOKEN).await.unwrap();
	assert_eq!((refused.status().as_u16(), health().await), (503, 503));
	assert_eq!(refused.headers()["retry-after"], "2");
	let told: serde_json::Value = serde_json::from_slice(&refused.bytes().await.unwrap()).unwrap();
	assert_eq!(told["error"], "loading");
	assert!(told["message"].as_str().unwrap().contains("ask again"));
	// Strangers are told nothing, and rows need no model.
	assert_eq!(ask("wrong").await.unwrap().status().as_u16(), 401);
	assert_eq!(service.send("/v1/rows", "{}").await.0, 400);

	drop(loading);
	assert_eq!((ask(TOKEN).await.unwrap().status().as_u16(), health().await), (200, 200));
}

#[tokio::test]
async fn service_should_refuse_to_listen_where_others_hear_it() {
	let machine = machine(&lexicon());
	let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
	let verifier = Verifier::new(machine.schedulers.clone(), TOKEN).unwrap();
	let error = verifier.serve(listener, std::future::ready(())).await.unwrap_err();
	assert!(error.to_string().contains("loopback"), "{error}");
}

/// The program itself: ends with its owner.
struct Process(std::process::Child);

impl Drop for Process {
	fn drop(&mut self) {
		let _ = self.0.kill();
		let _ = self.0.wait();
	}
}

fn program(dir: &Path, listen: &str) -> std::process::Command {
	let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_reckon-worker"));
	program.env("RECKON_WORKER_DATA_DIR", dir).env("RECKON_WORKER_DEVICE", "cpu");
	program.args(["verify", "--verify-listen", listen]).stderr(std::process::Stdio::piped());
	program
}

#[tokio::test]
async fn program_should_make_its_token_and_serve_until_it_is_stopped() {
	use std::io::{BufRead, BufReader};
	let machine = machine(&lexicon());
	let mut program = program(machine.dir.path(), "127.0.0.1:0");
	let mut child = Process(program.arg("--load-all").spawn().unwrap());
	let lines = BufReader::new(child.0.stderr.take().unwrap()).lines();
	let up = lines.map_while(Result::ok).find(|line| line.contains("verify is up")).unwrap();
	let address = up.split("listen=").nth(1).unwrap().split(' ').next().unwrap();
	let token = fs::read_to_string(machine.dir.path().join("verify.token")).unwrap();
	let status = reqwest::Client::new().get(format!("http://{address}/v1/status"));
	let told = status.bearer_auth(token.trim()).send().await.unwrap();
	assert_eq!(told.status().as_u16(), 200);
	let told: serde_json::Value = serde_json::from_slice(&told.bytes().await.unwrap()).unwrap();
	let expected = serde_json::json!([{ "id": machine.model, "name": "model" }]);
	assert_eq!((&told["models"], &told["places"]), (&expected, &16.into()));
	// What it loads it loads while it listens.
	let mut health = 503;
	for _ in 0..200 {
		health = reqwest::get(format!("http://{address}/healthz")).await.unwrap().status().as_u16();
		if health != 503 {
			break;
		}
		tokio::time::sleep(std::time::Duration::from_millis(50)).await;
	}
	assert_eq!(health, 200);
	let kill = std::process::Command::new("kill").arg(child.0.id().to_string()).status();
	assert!(kill.unwrap().success());
	assert!(child.0.wait().unwrap().success());
}

#[test]
fn program_should_say_why_when_it_can_not_serve() {
	let dir = tempfile::tempdir().unwrap();
	let said = |listen| {
		let output = program(dir.path(), listen).output().unwrap();
		assert!(!output.status.success());
		String::from_utf8_lossy(&output.stderr).into_owned()
	};
	assert!(said("0.0.0.0:0").contains("loopback"));
	fs::write(dir.path().join("verify.token"), "short").unwrap();
	assert!(said("127.0.0.1:0").contains("verify.token"));
}

/// A batch of good receipts and one that names another gateway, and a gateway that serves it.
mod batch {
	use super::*;
	use axum::{extract::Path as At, routing::get, Router};
	use reckon_primitives::{AccountId, ContentRef};
	use reckon_receipts::{BatchTree, Committed, Exhibit, Receipt, SignedReceipt};
	use reckon_verification::{batch_digest, Rejection};
	use reckon_worker::verify::wire::{BatchAnswer, BatchRequest};
	use sp_core::{sr25519, Pair};
	use std::{
		collections::BTreeMap,
		sync::atomic::{AtomicUsize, Ordering},
	};

	const GENESIS: sp_core::H256 = sp_core::H256([6; 32]);
	const CHANNEL: sp_core::H256 = sp_core::H256([8; 32]);

	fn account(n: u8) -> AccountId {
		AccountId::new([n; 32])
	}

	fn receipt(n: u8, gateway: u8) -> SignedReceipt<AccountId> {
		let worker = sr25519::Pair::from_seed(&[2; 32]);
		let receipt = Receipt {
			request: sp_core::H256([n; 32]),
			channel: CHANNEL,
			lane: 0,
			model: sp_core::H256([4; 32]),
			provider: account(1),
			worker: worker.public(),
			gateway: account(gateway),
			units: reckon_primitives::Units { input: 1, output: 2 },
			charge: 100,
			output: ContentRef { hash: sp_core::H256([n; 32]), length: 3 },
			commitment: None,
			started_at: 10,
			finished_at: 20,
			first_token_ms: 5,
		};
		let signature = worker.sign(&receipt.payload(&GENESIS));
		SignedReceipt { receipt, signature }
	}

	struct Case {
		batch: H256,
		committed: Committed<AccountId>,
		leaves: Vec<u8>,
	}

	/// Each batch of a test has an id of its own.
	static BATCHES: AtomicUsize = AtomicUsize::new(1);

	impl Case {
		/// Two receipts of gateway 9, and as many of gateway 7.
		fn new(foreign: usize) -> Self {
			let good = [receipt(1, 9), receipt(2, 9)];
			let foreign = (0..foreign).map(|n| receipt(100 + n as u8, 7));
			let receipts: Vec<_> = good.into_iter().chain(foreign).collect();
			let leaves = receipts.encode();
			let committed = Committed {
				genesis: GENESIS,
				gateway: account(9),
				leaves: ContentRef::of(&leaves),
				paid: BTreeMap::from([(CHANNEL, 100 * receipts.len() as u128)]),
				totals: BatchTree::new(receipts).unwrap().totals().to_vec(),
				struck: Default::default(),
			};
			let batch = H256::from_low_u64_be(BATCHES.fetch_add(1, Ordering::SeqCst) as u64);
			Self { batch, committed, leaves }
		}

		fn request(&self, endpoint: &str) -> BatchRequest {
			BatchRequest {
				batch: self.batch,
				challenge: CHALLENGE,
				committed: HexBytes(self.committed.encode()),
				endpoint: HexBytes(endpoint.as_bytes().to_vec()),
			}
		}

		fn vote(&self, rejection: Option<Rejection>) -> HexBytes {
			let digest = batch_digest(&self.batch.0, &CHALLENGE.0, &self.leaves);
			HexBytes(Vote::Batch { rejection, digest }.encode())
		}
	}

	/// A gateway that serves these bytes as the batch's, and counts how often.
	async fn gateway(case: &Case, served: Vec<u8>) -> (String, Arc<AtomicUsize>) {
		let root = reckon_receipts::batch_root(&case.committed.totals).unwrap().hash;
		let asked = Arc::new(AtomicUsize::new(0));
		let count = asked.clone();
		let leaves = move |At(name): At<String>| async move {
			count.fetch_add(1, Ordering::SeqCst);
			match name == format!("{root:?}") {
				true => (axum::http::StatusCode::OK, served),
				false => (axum::http::StatusCode::NOT_FOUND, Vec::new()),
			}
		};
		let router = Router::new().route("/v1/batches/{root}/leaves", get(leaves));
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}", listener.local_addr().unwrap());
		tokio::spawn(async move { axum::serve(listener, router).await });
		(url, asked)
	}

	async fn look(service: &Service, request: &BatchRequest) -> Result<BatchAnswer, (u16, String)> {
		let body = serde_json::to_vec(request).unwrap();
		let (status, answer) = service.send("/v1/batches", body).await;
		match status {
			200 => Ok(serde_json::from_value(answer).unwrap()),
			_ => Err((status, answer["error"].as_str().unwrap().to_owned())),
		}
	}

	#[tokio::test(flavor = "multi_thread")]
	async fn verifier_should_look_at_all_receipts_and_show_those_that_are_wrong() {
		let machine = machine(&lexicon());
		let service = service(&machine).await;
		let case = Case::new(1);
		let (url, asked) = gateway(&case, case.leaves.clone()).await;
		// With a slash at its end the URL is the same.
		let answer = look(&service, &case.request(&format!("{url}/"))).await.unwrap();
		assert_eq!((answer.vote, answer.found), (case.vote(None), None));
		let [shown] = &answer.wrong[..] else { panic!("{:?}", answer.wrong) };
		let Ok(Exhibit::Item(item)) = Exhibit::<AccountId>::decode(&mut shown.0.as_slice()) else {
			panic!("an item");
		};
		assert_eq!(item.receipt.receipt.gateway, account(7));
		assert!(item.verify(&case.committed.totals[0].receipts).is_ok());
		// Asked again in the same words it remembers.
		look(&service, &case.request(&format!("{url}/"))).await.unwrap();
		assert_eq!(asked.load(Ordering::SeqCst), 1);
	}

	#[tokio::test(flavor = "multi_thread")]
	async fn verifier_should_say_what_is_wrong_with_the_whole_batch() {
		let machine = machine(&lexicon());
		let service = service(&machine).await;
		let many = Case::new(33);
		let (url, _) = gateway(&many, many.leaves.clone()).await;
		let answer = look(&service, &many.request(&url)).await.unwrap();
		assert_eq!(answer.vote, many.vote(Some(Rejection::Faults)));
		assert_eq!((answer.found.as_deref(), answer.wrong.len()), (Some("Faults"), 32));

		let mut unequal = Case::new(0);
		unequal.committed.paid.insert(CHANNEL, 201);
		let (url, _) = gateway(&unequal, unequal.leaves.clone()).await;
		let answer = look(&service, &unequal.request(&url)).await.unwrap();
		assert_eq!(answer.vote, unequal.vote(Some(Rejection::Charges)));

		let mut unlike = Case::new(0);
		unlike.committed.totals[0].receipts.sum += 1;
		let (url, _) = gateway(&unlike, unlike.leaves.clone()).await;
		let answer = look(&service, &unlike.request(&url)).await.unwrap();
		assert_eq!(answer.vote, unlike.vote(Some(Rejection::Leaves)));
	}

	#[tokio::test(flavor = "multi_thread")]
	async fn verifier_should_give_no_vote_when_the_receipts_are_not_served() {
		let machine = machine(&lexicon());
		let service = service(&machine).await;
		let case = Case::new(0);
		let withheld = Err((424, "withheld".to_owned()));
		let refused = async |url: &str| {
			let request = case.request(url);
			look(&service, &request).await.map(|_| ())
		};
		// Other bytes, too many, too few, none, nobody, and what is no URL.
		let mut other = case.leaves.clone();
		*other.last_mut().unwrap() ^= 1;
		for served in [other, [case.leaves.clone(), vec![0]].concat(), case.leaves[1..].to_vec()] {
			let (url, asked) = gateway(&case, served).await;
			assert_eq!(refused(&url).await, withheld);
			// The next time it may have them.
			assert_eq!(refused(&url).await, withheld);
			assert_eq!(asked.load(Ordering::SeqCst), 2);
		}
		let (url, _) = gateway(&Case::new(1), case.leaves.clone()).await;
		assert_eq!(refused(&url).await, withheld);
		for url in [
			"http://127.0.0.1:1",
			"",
			"ftp://127.0.0.1",
			"http://a@127.0.0.1",
			"http://h/?q=",
			"http://127.0.0.1/any/path#",
		] {
			assert_eq!(refused(url).await, withheld, "{url}");
		}
		let mut nonsense = case.request(&url);
		nonsense.committed.0.push(0);
		assert_eq!(look(&service, &nonsense).await.unwrap_err(), (400, "malformed".into()));
		let nothing = Committed { totals: Vec::new(), ..case.committed.clone() };
		let nothing = BatchRequest { committed: HexBytes(nothing.encode()), ..nonsense };
		assert_eq!(look(&service, &nothing).await.unwrap_err(), (400, "malformed".into()));
	}

	#[tokio::test(flavor = "multi_thread")]
	async fn verifier_should_say_that_it_still_looks_when_a_gateway_is_slow() {
		let machine = machine(&lexicon());
		let service = service(&machine).await;
		let case = Case::new(0);
		// It speaks when it is told to.
		let (speak, told) = tokio::sync::watch::channel(false);
		let leaves = case.leaves.clone();
		let slow = move || {
			let (mut told, leaves) = (told.clone(), leaves.clone());
			async move {
				told.wait_for(|it| *it).await.unwrap();
				leaves
			}
		};
		let router = Router::new().route("/v1/batches/{root}/leaves", get(slow));
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}", listener.local_addr().unwrap());
		tokio::spawn(async move { axum::serve(listener, router).await });

		let request = case.request(&url);
		let looking = Err((202, "looking".to_owned()));
		assert_eq!(look(&service, &request).await, looking);
		// Another gateway's batch is looked at meanwhile.
		let other = Case::new(1);
		let (quick, _) = gateway(&other, other.leaves.clone()).await;
		assert!(look(&service, &other.request(&quick)).await.is_ok());
		speak.send(true).unwrap();
		let answer = loop {
			match look(&service, &request).await {
				Err(again) => assert_eq!(Err::<BatchAnswer, _>(again), looking),
				Ok(answer) => break answer,
			}
			tokio::time::sleep(std::time::Duration::from_millis(20)).await;
		};
		assert_eq!(answer.vote, case.vote(None));
	}

	#[tokio::test(flavor = "multi_thread")]
	async fn verifier_should_say_that_receipts_are_withheld_when_that_took_longer_than_its_callers_wait(
	) {
		let machine = machine(&lexicon());
		let service = service(&machine).await;
		let case = Case::new(0);
		// It takes the time of a caller's patience, and breaks off.
		let (leave, left) = tokio::sync::watch::channel(false);
		let broken = move || {
			let mut left = left.clone();
			async move {
				left.wait_for(|it| *it).await.unwrap();
				axum::http::StatusCode::BAD_GATEWAY
			}
		};
		let router = Router::new().route("/v1/batches/{root}/leaves", get(broken));
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}", listener.local_addr().unwrap());
		tokio::spawn(async move { axum::serve(listener, router).await });

		let request = case.request(&url);
		let looking = (202, "looking".to_owned());
		assert_eq!(look(&service, &request).await.unwrap_err(), looking);
		leave.send(true).unwrap();
		let told = loop {
			match look(&service, &request).await.unwrap_err() {
				told if told != looking => break told,
				_ => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
			}
		};
		assert_eq!(told, (424, "withheld".to_owned()));
	}
}
