//! The engines: a model with its vocabulary behind the traits.

mod embedding;
mod text;

pub(crate) use self::embedding::Pooling;
pub use self::{embedding::EmbeddingEngine, text::TextEngine};
