//! Chat templates: a conversation to the prompt that the model was trained on.

use std::io;

use minijinja::{context, Environment, Error, ErrorKind};

use crate::{error::EngineError, task::Message};

/// The longest template that is read, in bytes; the longest known have some 20 KiB.
pub(crate) const MAX_TEMPLATE_BYTES: u64 = 256 << 10;
/// The longest prompt that a template may write, in bytes: four times the longest request.
const MAX_PROMPT_BYTES: usize = 4 << 20;
/// Template instructions per prompt; a long conversation takes some 100,000.
const FUEL: u64 = 20_000_000;
const NAME: &str = "chat";

/// A compiled template. Templates come with models and are not trusted: time and output are
/// bounded, and nothing outside the conversation is visible to them.
pub(crate) struct ChatTemplate {
	environment: Box<Environment<'static>>,
	bos: String,
	eos: String,
}

impl ChatTemplate {
	/// Compiles a template; `bos` and `eos` are the tokens it may write.
	pub(crate) fn compile(source: String, bos: String, eos: String) -> Result<Self, String> {
		let mut environment = Environment::new();
		// As transformers does.
		environment.set_trim_blocks(true);
		environment.set_lstrip_blocks(true);
		environment.set_fuel(Some(FUEL));
		environment
			.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
		environment.add_function("raise_exception", |message: String| -> Result<String, Error> {
			Err(Error::new(ErrorKind::InvalidOperation, message))
		});
		environment
			.add_template_owned(NAME, source)
			.map_err(|error| format!("the chat template does not compile: {error}"))?;
		Ok(Self { environment: Box::new(environment), bos, eos })
	}

	/// The prompt that asks for the next answer.
	pub(crate) fn render(&self, messages: &[Message]) -> Result<String, EngineError> {
		let failed = |error: Error| EngineError::Template(error.to_string());
		let mut prompt = BoundedText(Vec::new());
		self.environment
			.get_template(NAME)
			.map_err(failed)?
			.render_captured_to(
				context! {
					messages,
					add_generation_prompt => true,
					bos_token => self.bos,
					eos_token => self.eos,
				},
				&mut prompt,
			)
			.map_err(failed)?;
		String::from_utf8(prompt.0).map_err(|error| EngineError::Template(error.to_string()))
	}
}

/// A buffer that refuses to grow over [`MAX_PROMPT_BYTES`].
struct BoundedText(Vec<u8>);

impl io::Write for BoundedText {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		if self.0.len() + bytes.len() > MAX_PROMPT_BYTES {
			return Err(io::Error::other("the prompt is too long"));
		}
		self.0.extend_from_slice(bytes);
		Ok(bytes.len())
	}

	fn flush(&mut self) -> io::Result<()> {
		Ok(())
	}
}
