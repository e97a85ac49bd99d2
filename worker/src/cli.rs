//! The command line.

mod run;

use crate::{
	calibrate::{self, Part, Plan},
	config::{Config, Layer, LogFormat},
	doctor,
	models::Registry,
	verify,
};
use anyhow::Context;
use clap::{Parser, Subcommand};
use reckon_sdk::{content_hash, AccountId, Signer};
use std::{
	io::Write,
	path::{Path, PathBuf},
	process::ExitCode,
};
use tracing_subscriber::EnvFilter;

/// Takes jobs from the Reckon chain, infers, delivers, is paid.
#[derive(Debug, Parser)]
#[command(name = "reckon-worker", version)]
struct Program {
	#[command(subcommand)]
	command: Command,
	/// A TOML file with the settings below [default: DATA_DIR/worker.toml, if there is one]
	#[arg(long, global = true, env = "RECKON_WORKER_CONFIG", value_name = "FILE")]
	config: Option<PathBuf>,
	/// Print the settings that are in force, and stop
	#[arg(long, global = true)]
	print_config: bool,
	/// Print JSON
	#[arg(long, global = true)]
	json: bool,
	#[command(flatten)]
	layer: Layer,
}

#[derive(Debug, Subcommand)]
enum Command {
	/// Join the network and work
	Run,
	/// Compute answers of others again for a validator's node, on loopback
	Verify,
	/// The models that this worker has
	#[command(subcommand)]
	Models(Models),
	/// Measure by how much honest hosts differ on a model, and print the thresholds for its audits
	Calibrate {
		/// The model's directory or file
		path: PathBuf,
		#[command(flatten)]
		plan: Plan,
		/// Where the report goes [default: NAME.calibration.json]
		#[arg(long, value_name = "FILE")]
		out: Option<PathBuf>,
		/// Do only one part, for the program itself
		#[arg(long, hide = true, requires = "folder")]
		part: Option<Part>,
		/// Where parts leave what others need
		#[arg(long, hide = true)]
		folder: Option<PathBuf>,
	},
	/// Say what works, and why there would be no work
	Doctor,
	/// The worker's key
	#[command(subcommand)]
	Keys(Keys),
}

#[derive(Debug, Subcommand)]
enum Models {
	/// Register a directory with safetensors, or a .gguf file
	Add {
		/// The directory or file
		path: PathBuf,
		/// The account that registers the model on chain, or has done so: part of the model's id
		#[arg(long, value_name = "ACCOUNT")]
		owner: AccountId,
		/// What people call it [default: the file's name]
		#[arg(long)]
		name: Option<String>,
	},
	/// List the registered models
	List,
	/// Take a model off the list; its files stay
	Remove {
		/// Its name or id
		model: String,
	},
}

#[derive(Debug, Subcommand)]
enum Keys {
	/// Make a hot key in a new file that only you can read
	New,
	/// Print the key's address
	Show,
}

/// Runs the program.
///
/// # Errors
/// What the person at the terminal must know.
pub fn main() -> anyhow::Result<ExitCode> {
	let program = Program::parse();
	let config = Config::load(program.layer, program.config.as_deref())?;
	if program.print_config {
		println!("{}", toml::to_string_pretty(&config)?);
		return Ok(ExitCode::SUCCESS);
	}
	log_to_stderr(&config)?;
	match program.command {
		Command::Run => runtime()?.block_on(run::run(config)).map(|()| ExitCode::SUCCESS),
		Command::Verify => runtime()?.block_on(verified(&config)).map(|()| ExitCode::SUCCESS),
		Command::Models(command) => models(&config, command, program.json),
		Command::Calibrate { path, plan, part: Some(part), folder: Some(folder), .. } => {
			let mut out = std::io::stdout().lock();
			calibrate::run_part(part, &path, &config.device, &plan, &folder, &mut out)?;
			Ok(ExitCode::SUCCESS)
		},
		Command::Calibrate { path, plan, out, .. } => {
			let out = out.unwrap_or_else(|| calibrate::default_report(&path));
			calibrated(&path, &config.device, &plan, &out, program.json)
		},
		Command::Doctor => Ok(runtime()?.block_on(doctor::main(&config, program.json))),
		Command::Keys(command) => keys(&config, &command, program.json),
	}
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
	tokio::runtime::Builder::new_multi_thread()
		.enable_all()
		.build()
		.context("cannot start the async runtime")
}

fn log_to_stderr(config: &Config) -> anyhow::Result<()> {
	let filter = EnvFilter::try_new(&config.log)
		.with_context(|| format!("'{}' is no log filter: try info", config.log))?;
	let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
	match config.log_format {
		LogFormat::Text => log.with_ansi(false).init(),
		LogFormat::Json => log.json().init(),
	}
	Ok(())
}

fn models(config: &Config, command: Models, json: bool) -> anyhow::Result<ExitCode> {
	let registry = Registry::new(&config.data_dir);
	match command {
		Models::Add { path, owner, name } => {
			let (mut hashed, mut shown) = (0_u64, 0_u64);
			let mut progress = |bytes: u64| {
				hashed += bytes;
				// A line for each GiB is enough for a log, and quiet for small models.
				if hashed >> 30 > shown {
					shown = hashed >> 30;
					eprintln!("hashed {shown} GiB");
				}
			};
			let entry = registry.add(&path, owner, name.as_deref(), &mut progress)?;
			if json {
				print_json(&entry)?;
			} else {
				println!("id       {:?}", entry.id);
				println!("owner    {}", entry.owner);
				println!("name     {}", entry.name);
				println!("tasks    {}", entry.tasks.join(", "));
				println!("context  {} tokens", entry.context);
				println!("next     register it on chain if it is not there, and offer it");
			}
		},
		Models::List => {
			let entries = registry.list()?;
			if json {
				print_json(&entries)?;
			} else if entries.is_empty() {
				println!("no models: reckon-worker models add PATH --owner ACCOUNT");
			} else {
				for entry in entries {
					let tasks = entry.tasks.join(",");
					println!(
						"{:x}  {:<24} {tasks:<14} {}",
						entry.id,
						entry.name,
						entry.path.display()
					);
				}
			}
		},
		Models::Remove { model } => {
			let entry = registry.remove(&model)?;
			if json {
				print_json(&entry)?;
			} else {
				println!(
					"{} is off the list; its files are still at {}",
					entry.name,
					entry.path.display()
				);
			}
		},
	}
	Ok(ExitCode::SUCCESS)
}

async fn verified(config: &Config) -> anyhow::Result<()> {
	let stop = run::asked_to_stop()?;
	verify::run(config, stop).await
}

fn calibrated(
	path: &Path,
	device: &str,
	plan: &Plan,
	out: &Path,
	json: bool,
) -> anyhow::Result<ExitCode> {
	let report = calibrate::run(path, device, plan)?;
	let bytes = report.to_bytes()?;
	std::fs::write(out, &bytes).with_context(|| format!("cannot write {}", out.display()))?;
	let (hash, thresholds) = (content_hash(&bytes), report.thresholds());
	let (distance, margin) = (thresholds.distance, thresholds.margin);
	if json {
		print_json(&serde_json::json!({
			"report": out, "hash": format!("{hash:x}"),
			"distance": { "flag": distance.flag, "slash": distance.slash },
			"margin": { "flag": margin.flag, "slash": margin.slash },
		}))?;
	} else {
		println!("report    {}", out.display());
		println!("hash      {hash:x}");
		println!("distance  flag {} ppm, slash {} ppm", distance.flag, distance.slash);
		println!("margin    flag {} µlogit, slash {} µlogit", margin.flag, margin.slash);
	}
	Ok(ExitCode::SUCCESS)
}

fn keys(config: &Config, command: &Keys, json: bool) -> anyhow::Result<ExitCode> {
	let path = &config.key_file;
	let signer = match command {
		Keys::New => {
			if let Some(folder) = path.parent() {
				std::fs::create_dir_all(folder)
					.with_context(|| format!("cannot make {}", folder.display()))?;
			}
			Signer::create_file(path)?
		},
		Keys::Show => Signer::from_file(path)?,
	};
	let address = signer.account().to_string();
	if json {
		print_json(&serde_json::json!({ "address": address, "file": path }))?;
	} else {
		println!("{address}");
	}
	Ok(ExitCode::SUCCESS)
}

fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
	let mut out = std::io::stdout().lock();
	serde_json::to_writer(&mut out, value)?;
	writeln!(out)?;
	Ok(())
}
