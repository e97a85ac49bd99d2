//! The GPU provider daemon.
