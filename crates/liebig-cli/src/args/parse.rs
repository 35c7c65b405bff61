//! The values of flags.

use std::time::Duration;

use bytesize::ByteSize;

/// A whole number of samples or iterations.
pub(super) fn whole() -> clap::builder::RangedI64ValueParser<i64> {
    clap::value_parser!(i64).range(1..1 << 32)
}

/// Bytes.
pub(super) fn memory(text: &str) -> Result<u64, String> {
    let size: Result<ByteSize, _> = text.parse();
    let size = size
        .map_err(|_| format!("`{text}` is not a size, expected one such as 8G, 512M or 1.5GiB"))?;
    Ok(size.as_u64())
}

/// A time in minutes, such as 2 or 0.5.
pub(super) fn minutes(text: &str) -> Result<Duration, String> {
    let minutes = text.parse().ok().filter(|minutes| *minutes > 0.0);
    minutes
        .and_then(|minutes: f64| Duration::try_from_secs_f64(60.0 * minutes).ok())
        .ok_or_else(|| {
            format!("`{text}` is not a number of minutes, expected one such as 2 or 0.5")
        })
}

/// A number above 0, such as a learning rate.
pub(super) fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse().ok();
    number
        .filter(|number: &f64| number.is_finite() && *number > 0.0)
        .ok_or_else(|| format!("`{text}` is not a positive number"))
}

/// 0 or more.
pub(super) fn not_negative(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(0.0) => Ok(0.0),
        _ => positive(text).map_err(|_| format!("`{text}` is not 0 or a positive number")),
    }
}

/// 0 or more and below 1, such as a momentum.
pub(super) fn below_one(text: &str) -> Result<f64, String> {
    let number = not_negative(text)?;
    match number < 1.0 {
        true => Ok(number),
        false => Err(format!("`{text}` is not below 1")),
    }
}

/// Names of pools of networks.
pub(super) fn pools() -> clap::builder::PossibleValuesParser {
    liebig::evaluate::POOLS
        .iter()
        .map(|pool| pool.name)
        .collect::<Vec<_>>()
        .into()
}

/// More threads than any machine has would only use up memory.
pub(super) fn threads() -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(1..=1024)
}

/// Names of protocols of an evaluation.
pub(super) fn protocols() -> clap::builder::PossibleValuesParser {
    liebig::evaluate::PROTOCOLS
        .iter()
        .map(|protocol| protocol.name)
        .collect::<Vec<_>>()
        .into()
}
