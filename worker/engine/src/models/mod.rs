//! The models themselves: configuration to tensors to numbers.

pub(crate) mod bert;
pub(crate) mod config;
pub(crate) mod decoder;
pub(crate) mod exp;
pub(crate) mod gguf;
pub(crate) mod rope;

/// What error messages offer instead.
pub(crate) const SUPPORTED: &str =
	"llama, mistral, qwen2, qwen3 (safetensors or GGUF) and bert (safetensors)";
