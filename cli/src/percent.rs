//! Percentages, which the chain has in millionths.

/// Millionths in a percent.
const PERCENT: u32 = 10_000;
/// Decimal places of a percentage.
const PLACES: usize = 4;

/// Reads a percentage as people write it: `5`, `2.5` or `2.5%`.
pub(crate) fn parse_percent(text: &str) -> Result<u32, String> {
	let complain = || {
		format!("'{text}' is no percentage: write 0 to 100, to {PLACES} places, for example 2.5")
	};
	let number = text.trim().trim_end_matches('%').trim_end();
	let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
	let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
	if !digits(whole) || !digits(part) || part.len() > PLACES {
		return Err(complain());
	}
	let whole: u32 = whole.parse().map_err(|_| complain())?;
	let part: u32 = format!("{part:0<PLACES$}").parse().map_err(|_| complain())?;
	whole
		.checked_mul(PERCENT)
		.and_then(|millionths| millionths.checked_add(part))
		.filter(|millionths| *millionths <= 100 * PERCENT)
		.ok_or_else(complain)
}

/// Millionths for people: `2.5 %`.
pub(crate) fn format_percent(millionths: u32) -> String {
	let (whole, part) = (millionths / PERCENT, millionths % PERCENT);
	if part == 0 {
		return format!("{whole} %");
	}
	let digits = format!("{part:0PLACES$}");
	format!("{whole}.{} %", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn percentage_should_read_back_when_written() {
		for millionths in [0, 1, 10_000, 25_000, 999_999, 1_000_000] {
			assert_eq!(parse_percent(&format_percent(millionths)), Ok(millionths));
		}
		assert_eq!(format_percent(25_000), "2.5 %");
		assert_eq!(parse_percent("2.5%"), Ok(25_000));
		assert_eq!(parse_percent("0.0001"), Ok(1));
	}

	#[test]
	fn percentage_should_be_refused_when_it_is_none() {
		for text in ["", ".", "5.", ".5", "-1", "100.0001", "101", "0.00001", "five", "٣", "1e1"] {
			let error = parse_percent(text).unwrap_err();
			assert!(
				error.contains(&format!("'{text}' is no percentage: write 0 to 100")),
				"{error}"
			);
		}
		assert!(parse_percent(&"9".repeat(60)).is_err());
	}
}
