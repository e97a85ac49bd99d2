//! What the user sees: results on stdout, progress on stderr, and with `--json` one object and
//! nothing else.

use std::{
	io::{IsTerminal, Write},
	time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use crate::failure::Failure;

/// How often the spinner turns.
const TICK: Duration = Duration::from_millis(120);

/// Where results and progress go.
#[derive(Debug, Clone, Copy)]
pub struct Output {
	json: bool,
	color: bool,
	spinner: bool,
}

impl Output {
	/// Reads what the terminal can do and what the user wants (`NO_COLOR`).
	pub fn new(json: bool) -> Self {
		let wants_color = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
		let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
		let terminal = std::io::stderr().is_terminal();
		Self {
			json,
			color: wants_color && terminal && std::io::stdout().is_terminal() && !dumb && !json,
			spinner: terminal && !dumb && !json,
		}
	}

	/// Whether the result is one JSON object.
	pub fn is_json(&self) -> bool {
		self.json
	}

	/// Prints the result: the object with `--json`, else the text.
	pub fn result(&self, json: &Value, text: impl FnOnce() -> String) {
		let line = if self.json { json.to_string() } else { text() };
		print_line(&mut std::io::stdout().lock(), &line);
	}

	/// Prints the error, on stderr.
	pub fn failure(&self, failure: &Failure) {
		let line = if self.json { failure.to_json().to_string() } else { failure.to_text() };
		print_line(&mut std::io::stderr().lock(), &line);
	}

	/// Prints a line of progress.
	pub fn say(&self, line: &str) {
		if !self.json {
			print_line(&mut std::io::stderr().lock(), line);
		}
	}

	/// Shows that something takes time.
	pub fn start(&self, what: &str) -> Step {
		let bar = if self.spinner {
			let bar = ProgressBar::new_spinner();
			bar.set_draw_target(ProgressDrawTarget::stderr());
			let template = if self.color {
				"  {spinner:.cyan} {msg} {elapsed:.dim}"
			} else {
				"  {spinner} {msg} {elapsed}"
			};
			if let Ok(style) = ProgressStyle::with_template(template) {
				bar.set_style(style);
			}
			bar.set_message(what.to_owned());
			bar.enable_steady_tick(TICK);
			bar
		} else {
			ProgressBar::hidden()
		};
		Step { output: *self, bar, what: what.to_owned(), since: Instant::now(), silent: false }
	}

	/// As [`Self::start`], for waits that leave no line behind.
	pub fn wait(&self, what: &str) -> Step {
		let mut step = self.start(what);
		step.silent = true;
		step
	}

	/// Text that stands back.
	pub fn dim(&self, text: &str) -> String {
		self.paint("2", text)
	}

	/// Text that stands out.
	pub fn bold(&self, text: &str) -> String {
		self.paint("1", text)
	}

	fn paint(&self, style: &str, text: &str) -> String {
		if self.color {
			format!("\u{1b}[{style}m{text}\u{1b}[0m")
		} else {
			text.to_owned()
		}
	}
}

/// Something that takes time; ends with a line that says how long, or silently when dropped.
pub struct Step {
	output: Output,
	bar: ProgressBar,
	what: String,
	since: Instant,
	silent: bool,
}

impl Step {
	/// Says what is going on now.
	pub fn now(&self, message: &str) {
		self.bar.set_message(message.to_owned());
	}

	/// Done: leaves a line with the result and the seconds.
	pub fn done(self, result: &str) {
		self.bar.finish_and_clear();
		if !self.silent {
			let seconds = self.since.elapsed().as_secs_f64();
			let time = self.output.dim(&format!("{seconds:.1} s"));
			self.output.say(&format!("  ✔ {:<10} {result}  {time}", self.what));
		}
	}
}

impl Drop for Step {
	fn drop(&mut self) {
		self.bar.finish_and_clear();
	}
}

/// A closed pipe is the reader's choice, not an error of ours.
fn print_line(to: &mut impl Write, line: &str) {
	let _ = writeln!(to, "{line}");
	let _ = to.flush();
}

/// Columns of text, the first one to the left and the others to the right.
pub fn table(rows: &[Vec<String>]) -> String {
	let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
	let width = |column: usize| {
		let cells = rows.iter().filter_map(|row| row.get(column));
		cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
	};
	let widths: Vec<_> = (0..columns).map(width).collect();
	let line = |row: &Vec<String>| {
		let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
			if column == 0 {
				format!("{cell:<width$}")
			} else {
				format!("{cell:>width$}")
			}
		});
		cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
	};
	rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn table_should_align_numbers_to_the_right_when_rows_differ() {
		let rows = vec![
			vec!["who".into(), "amount".into()],
			vec!["client".into(), "1".into()],
			vec!["a".into()],
		];
		assert_eq!(table(&rows), "who     amount\nclient       1\na");
	}
}
