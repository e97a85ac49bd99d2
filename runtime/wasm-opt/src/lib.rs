#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

use std::{
	fs,
	path::{Path, PathBuf},
};
use wasm_encoder::{
	reencode::{self, Reencode},
	Module,
};
use wasmparser::{BinaryReaderError, CustomSectionReader, Parser, Validator, WasmFeatures};

/// What is done with a module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pass {
	/// Leaves out what debuggers read.
	StripDwarf,
	/// Sees to it that there is no `i32.extend8_s` and the like, which WebAssembly 1.0 has not.
	SignextLowering,
}

/// Why a module is not written.
#[derive(Debug, thiserror::Error)]
pub enum OptimizationError {
	/// A file can't be read or written.
	#[error("{path}: {error}")]
	File {
		/// Which.
		path: PathBuf,
		/// Why.
		error: std::io::Error,
	},
	/// It is no WebAssembly.
	#[error("this can't be read as WebAssembly: {0}")]
	Unreadable(#[from] reencode::Error),
	/// It has more than WebAssembly 1.0.
	#[error("the module is not WebAssembly 1.0, and nothing here makes it so: {0}")]
	NotLowered(#[from] BinaryReaderError),
}

/// How a module is written anew.
#[derive(Clone, Debug)]
pub struct OptimizationOptions {
	strips_dwarf: bool,
	keeps_names: bool,
}

impl OptimizationOptions {
	/// It is written as it was read.
	pub fn new_opt_level_0() -> Self {
		Self { strips_dwarf: false, keeps_names: false }
	}

	/// More than WebAssembly 1.0 is refused: which it always is.
	pub fn mvp_features_only(&mut self) -> &mut Self {
		self
	}

	/// Whether functions' names are kept.
	pub fn debug_info(&mut self, is_kept: bool) -> &mut Self {
		self.keeps_names = is_kept;
		self
	}

	/// One more thing to do.
	pub fn add_pass(&mut self, pass: Pass) -> &mut Self {
		match pass {
			Pass::StripDwarf => self.strips_dwarf = true,
			// There must be nothing to lower, whoever asks.
			Pass::SignextLowering => {},
		}
		self
	}

	/// Reads a module from a file, and writes it to another one, or to the same.
	///
	/// # Errors
	/// When a file can't be read or written, and when the module is not WebAssembly 1.0.
	pub fn run(
		&self,
		infile: impl AsRef<Path>,
		outfile: impl AsRef<Path>,
	) -> Result<(), OptimizationError> {
		let at = |path: &Path| {
			let path = path.to_owned();
			|error| OptimizationError::File { path, error }
		};
		let (infile, outfile) = (infile.as_ref(), outfile.as_ref());
		let module = fs::read(infile).map_err(at(infile))?;
		fs::write(outfile, self.rewritten(&module)?).map_err(at(outfile))
	}

	fn rewritten(&self, module: &[u8]) -> Result<Vec<u8>, OptimizationError> {
		let mut written = Module::new();
		self.clone().parse_core_module(&mut written, Parser::new(0), module)?;
		let written = written.finish();
		Validator::new_with_features(WasmFeatures::WASM1).validate_all(&written)?;
		Ok(written)
	}
}

impl Reencode for OptimizationOptions {
	type Error = std::convert::Infallible;

	fn parse_custom_section(
		&mut self,
		module: &mut Module,
		section: CustomSectionReader<'_>,
	) -> Result<(), reencode::Error> {
		let is_left_out = match section.name() {
			"name" => !self.keeps_names,
			other => self.strips_dwarf && other.starts_with(".debug_"),
		};
		if is_left_out {
			return Ok(());
		}
		reencode::utils::parse_custom_section(self, module, section)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use wasm_encoder::{
		CodeSection, CustomSection, ExportKind, ExportSection, Function, FunctionSection,
		InstructionSink, NameMap, NameSection, TypeSection, ValType,
	};
	use wasmparser::Payload;

	/// A function of a number, `f`, with all that is said about it.
	fn module(body: impl Fn(&mut InstructionSink<'_>)) -> Vec<u8> {
		let mut module = Module::new();
		let mut types = TypeSection::new();
		types.ty().function([ValType::I32], [ValType::I32]);
		let mut functions = FunctionSection::new();
		functions.function(0);
		let mut exports = ExportSection::new();
		exports.export("f", ExportKind::Func, 0);
		let mut code = CodeSection::new();
		let mut function = Function::new([]);
		body(function.instructions().local_get(0));
		function.instructions().end();
		code.function(&function);
		let mut names = NameSection::new();
		let mut map = NameMap::new();
		map.append(0, "f");
		names.functions(&map);
		module.section(&types).section(&functions).section(&exports).section(&code);
		for name in ["runtime_version", ".debug_info", ".debug_line"] {
			module.section(&CustomSection { name: name.into(), data: b"data"[..].into() });
		}
		module.section(&names);
		module.finish()
	}

	fn custom_sections(module: &[u8]) -> Vec<String> {
		let payloads = Parser::new(0).parse_all(module);
		let named = payloads.filter_map(|payload| match payload.unwrap() {
			Payload::CustomSection(section) => Some(section.name().to_owned()),
			_ => None,
		});
		named.collect()
	}

	#[test]
	fn module_should_keep_all_but_what_debuggers_read() {
		let mut options = OptimizationOptions::new_opt_level_0();
		options.mvp_features_only().debug_info(true).add_pass(Pass::SignextLowering);
		let before = module(|body| {
			body.i32_const(1).i32_add();
		});
		assert_eq!(options.rewritten(&before).unwrap(), before);
		let after = options.add_pass(Pass::StripDwarf).rewritten(&before).unwrap();
		assert_eq!(custom_sections(&after), ["runtime_version", "name"]);
		let after = options.debug_info(false).rewritten(&before).unwrap();
		assert_eq!(custom_sections(&after), ["runtime_version"]);
	}

	#[test]
	fn padded_numbers_should_become_short() {
		let short = module(|body| {
			body.i32_const(1).i32_add();
		});
		// The constant, as a linker may leave it.
		let at = short.windows(3).position(|bytes| bytes == [0x41, 1, 0x6a]).unwrap();
		let mut long = short.clone();
		long.splice(at + 1..at + 2, [0x81, 0x80, 0x80, 0x80, 0]);
		// The function's length and the section's have changed by four.
		for length in [at - 4, at - 6] {
			long[length] += 4;
		}
		assert!(Validator::new().validate_all(&long).is_ok());
		let mut options = OptimizationOptions::new_opt_level_0();
		assert_eq!(options.debug_info(true).rewritten(&long).unwrap(), short);
	}

	#[test]
	fn module_should_be_refused_when_it_is_none_or_has_more_than_the_first_webassembly() {
		let options = OptimizationOptions::new_opt_level_0();
		let extended = module(|body| {
			body.i32_extend8_s();
		});
		let refused = options.rewritten(&extended).unwrap_err().to_string();
		assert!(refused.contains("sign extension"), "{refused}");
		for bytes in [&extended[..20], b"", b"\0asm", b"text"] {
			assert!(options.rewritten(bytes).is_err());
		}
	}

	#[test]
	fn file_should_be_named_when_it_is_not_there() {
		let dir = tempfile::tempdir().unwrap();
		let (from, to) = (dir.path().join("from.wasm"), dir.path().join("to.wasm"));
		let options = OptimizationOptions::new_opt_level_0();
		let refused = options.run(&from, &to).unwrap_err().to_string();
		assert!(refused.contains("from.wasm"), "{refused}");
		fs::write(&from, module(|_| {})).unwrap();
		options.run(&from, &to).unwrap();
		assert!(custom_sections(&fs::read(&to).unwrap()).contains(&"runtime_version".to_owned()));
		// In its own place.
		options.run(&to, &to).unwrap();
	}
}
