#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod table;

#[cfg(feature = "cheats")]
pub mod auditor;
#[cfg(feature = "cheats")]
pub mod cheats;
#[cfg(feature = "cheats")]
pub mod decoder;
#[cfg(feature = "cheats")]
pub mod honest;
#[cfg(feature = "cheats")]
pub mod jobs;
#[cfg(feature = "cheats")]
pub mod training;
#[cfg(feature = "cheats")]
pub mod trials;
#[cfg(feature = "cheats")]
pub mod weights;
#[cfg(feature = "cheats")]
pub mod worker;
