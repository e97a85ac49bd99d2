//! What is done in the database, in SQL that both kinds understand.

mod accounts;
mod batches;
mod bulks;
mod files;
mod requests;

pub(crate) use accounts::*;
pub(crate) use batches::*;
pub(crate) use bulks::*;
pub(crate) use files::*;
pub(crate) use requests::*;
