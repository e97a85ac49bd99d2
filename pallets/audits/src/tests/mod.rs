//! One file for each behaviour.

mod verdicts;
