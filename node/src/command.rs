//! Does what the command line asks for.

use crate::{
	chain_spec,
	cli::{Cli, ExportChainSpec, Subcommand},
	service::{self, Backend, Client, Partial},
};
use reckon_runtime::opaque::Block;
use sc_cli::{Error, Result, RunCmd, SubstrateCli};
use sc_service::{ChainSpec, ChainType};
use std::{path::Path, sync::Arc};

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Reckon Node".into()
	}

	// The commit comes from the environment and not from git: a build must work without a
	// repository, and must not link again for every commit.
	fn impl_version() -> String {
		match option_env!("RECKON_COMMIT") {
			Some(commit) => format!("{}-{commit}", env!("CARGO_PKG_VERSION")),
			None => env!("CARGO_PKG_VERSION").into(),
		}
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		env!("CARGO_PKG_AUTHORS").into()
	}

	fn support_url() -> String {
		"the issue tracker of the repository that this node was built from".into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn load_spec(&self, id: &str) -> std::result::Result<Box<dyn ChainSpec>, String> {
		Ok(Box::new(chain_spec::load(id, reckon_runtime::WASM_BINARY)?))
	}
}

/// Parses the arguments of the process and runs what they ask for.
///
/// # Errors
///
/// Whatever stops the node or the subcommand; the text is meant for the user.
pub fn run() -> Result<()> {
	let cli = Cli::from_args();

	match &cli.subcommand {
		Some(subcommand) => run_subcommand(&cli, subcommand),
		None => run_node(&cli),
	}
}

fn run_node(cli: &Cli) -> Result<()> {
	let run = with_key_generation(cli)?;
	let runner = cli.create_runner(&run).map_err(|error| explain(error, &run))?;

	let verifier = cli.verifier.clone();
	runner.run_node_until_exit(|config| async move {
		Ok::<_, Error>(service::new_full(config, verifier, cli.wasm_cache.as_deref())?)
	})
}

fn run_subcommand(cli: &Cli, subcommand: &Subcommand) -> Result<()> {
	let wasm_cache = cli.wasm_cache.as_deref();
	match subcommand {
		Subcommand::Key(command) => command.run(cli),
		Subcommand::ExportChainSpec(command) => export_chain_spec(cli, command),
		Subcommand::BuildSpec(command) => cli
			.create_runner(command)?
			.sync_run(|config| command.run(config.chain_spec, config.network)),
		Subcommand::PurgeChain(command) => {
			cli.create_runner(command)?.sync_run(|config| command.run(config.database))
		},
		Subcommand::ChainInfo(command) => {
			cli.create_runner(command)?.sync_run(|config| command.run::<Block>(&config))
		},
		Subcommand::CheckBlock(command) => cli.create_runner(command)?.async_run(|config| {
			let Partial { client, import_queue, task_manager, .. } =
				service::new_partial(&config, wasm_cache)?;
			Ok((command.run(client, import_queue), task_manager))
		}),
		Subcommand::ImportBlocks(command) => cli.create_runner(command)?.async_run(|config| {
			let Partial { client, import_queue, task_manager, .. } =
				service::new_partial(&config, wasm_cache)?;
			Ok((command.run(client, import_queue), task_manager))
		}),
		Subcommand::ExportBlocks(command) => cli.create_runner(command)?.async_run(|config| {
			let Partial { client, task_manager, .. } = service::new_partial(&config, wasm_cache)?;
			Ok((command.run(client, config.database), task_manager))
		}),
		Subcommand::ExportState(command) => cli.create_runner(command)?.async_run(|config| {
			let Partial { client, task_manager, .. } = service::new_partial(&config, wasm_cache)?;
			let export = command.run::<Block, Backend, Client>(client, config.chain_spec);
			Ok((export, task_manager))
		}),
		Subcommand::Revert(command) => cli.create_runner(command)?.async_run(|config| {
			let Partial { client, backend, task_manager, .. } =
				service::new_partial(&config, wasm_cache)?;
			let revert_consensus = Box::new(|client: Arc<Client>, backend, blocks| {
				sc_consensus_babe::revert(client.clone(), backend, blocks)?;
				sc_consensus_grandpa::revert(client, blocks)?;
				Ok(())
			});
			Ok((command.run(client, backend, Some(revert_consensus)), task_manager))
		}),
	}
}

fn export_chain_spec(cli: &Cli, command: &ExportChainSpec) -> Result<()> {
	let ExportChainSpec { export, runtime } = command;
	let spec = match runtime {
		None => cli.load_spec(&export.chain)?,
		Some(path) => {
			let code = std::fs::read(path)
				.map_err(|error| format!("the runtime {}: {error}", path.display()))?;
			Box::new(chain_spec::load(&export.chain, Some(&code))?)
		},
	};

	export.run(spec)
}

/// The arguments to run with: where an authority's network key may be made on the spot, they say
/// so.
///
/// On a chain for development or tests, and on a temporary node, nobody relies on the node's
/// address staying the same. A key that is already there is used, never replaced.
fn with_key_generation(cli: &Cli) -> Result<RunCmd> {
	let mut run = cli.run.clone();
	let id = run.shared_params.chain_id(run.shared_params.is_dev());
	let chain_type = cli.load_spec(&id)?.chain_type();

	if run.tmp || matches!(chain_type, ChainType::Development | ChainType::Local) {
		run.network_params.node_key_params.unsafe_force_node_key_generation = true;
	}

	Ok(run)
}

/// Replaces the error about a missing network key by one that names the command which makes it.
fn explain(error: Error, run: &RunCmd) -> Error {
	match error {
		Error::NetworkKeyNotFound(path) => Error::Application(missing_key(&path, run).into()),
		other => other,
	}
}

fn missing_key(path: &Path, run: &RunCmd) -> String {
	let chain = run.shared_params.chain.as_deref().unwrap_or(chain_spec::DEFAULT_CHAIN);
	let place =
		match (&run.network_params.node_key_params.node_key_file, &run.shared_params.base_path) {
			(Some(file), _) => format!("--file {}", file.display()),
			(None, Some(base)) => format!("--base-path {}", base.display()),
			(None, None) => "--default-base-path".into(),
		};

	format!(
		"no network key at {}\n\n\
		 The other nodes of `{chain}` find an authority by this key; after a change they may look for \
		 it under the old one for up to 36 hours. So the node does not make a new one by itself. \
		 Make it once, and keep it:\n\n    \
		 {} key generate-node-key --chain {chain} {place}\n",
		path.display(),
		Cli::executable_name(),
	)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn parse(arguments: &str) -> Cli {
		let all = ["reckon-node"].into_iter().chain(arguments.split_whitespace());
		<Cli as SubstrateCli>::try_from_iter(all).unwrap()
	}

	fn write_spec(name: &str, chain_type: &str) -> std::path::PathBuf {
		let file = format!("reckon-command-{name}-{}.json", std::process::id());
		let path = std::env::temp_dir().join(file);
		let spec = format!(
			r#"{{
				"name": "Mine", "id": "mine", "chainType": "{chain_type}", "bootNodes": [],
				"telemetryEndpoints": null, "protocolId": "reckon", "properties": null,
				"codeSubstitutes": {{}},
				"genesis": {{ "raw": {{ "top": {{}}, "childrenDefault": {{}} }} }}
			}}"#
		);
		std::fs::write(&path, spec).unwrap();
		path
	}

	fn makes_keys(name: &str, chain_type: &str, arguments: &str) -> bool {
		let spec = write_spec(name, chain_type);
		let cli = parse(&format!("--chain {} {arguments}", spec.display()));

		let run = with_key_generation(&cli);
		std::fs::remove_file(&spec).unwrap();

		run.unwrap().network_params.node_key_params.unsafe_force_node_key_generation
	}

	#[test]
	fn network_key_should_be_made_when_the_chain_is_for_development_or_tests() {
		assert!(makes_keys("development", "Development", "--alice"));
		assert!(makes_keys("local", "Local", "--alice"));
	}

	#[test]
	fn network_key_should_not_be_made_when_the_chain_is_live() {
		assert!(!makes_keys("live", "Live", "--validator"));
	}

	#[test]
	fn network_key_should_be_made_when_the_node_is_temporary() {
		assert!(makes_keys("temporary", "Live", "--validator --tmp"));
	}

	#[test]
	fn network_key_should_be_made_when_the_user_insists() {
		let insist = "--validator --unsafe-force-node-key-generation";

		assert!(makes_keys("insist", "Live", insist));
	}

	#[test]
	fn missing_key_should_name_a_command_that_puts_the_key_where_the_node_looks() {
		let path = Path::new("/data/chains/staging/network/secret_ed25519");
		for (arguments, place) in [
			("", "--default-base-path"),
			("--base-path /data", "--base-path /data"),
			("--base-path /data --node-key-file /etc/key", "--file /etc/key"),
		] {
			let cli = parse(&format!("--chain staging --validator {arguments}"));

			let message = missing_key(path, &cli.run);

			let command = format!("key generate-node-key --chain staging {place}\n");
			assert!(message.contains(&command), "{message}");
			assert!(message.contains("/data/chains/staging/network/secret_ed25519"), "{message}");
			parse(command.trim());
		}
	}

	#[test]
	fn other_errors_should_stay_as_they_are() {
		let error = explain(Error::Input("port".into()), &parse("").run);

		assert!(matches!(error, Error::Input(text) if text == "port"));
	}
}
