//! Dates as numbers of days.

/// Days since 1970-01-01, with a fraction for the time of day.
///
/// The year comes first (`2024-03-01`, `/` or `.` between the numbers), or points separate day, month and year
/// (`1.3.2024`). A time may follow after a space or a `T`: `12:30`, `12:30:05.5`, with `Z` or an offset such as `+02:00`.
pub(super) fn parse(cell: &str) -> Option<f64> {
    if !cell.as_bytes().first()?.is_ascii_digit() || !cell.is_ascii() {
        return None;
    }
    let (date, time) = match cell.split_once(['T', ' ']) {
        Some((date, time)) => (date, time_of_day(time.trim())?),
        None => (cell, 0.0),
    };
    let separator = date.chars().find(|c| !c.is_ascii_digit())?;
    let numbers: Vec<&str> = date.split(separator).collect();
    let [first, month, last] = numbers[..] else {
        return None;
    };
    let (year, day) = match (first.len(), last.len(), separator) {
        (4, 1..=2, '-' | '/' | '.') => (first, last),
        (1..=2, 4, '.') => (last, first),
        _ => return None,
    };
    let (year, month, day) = (whole(year)?, whole(month)?, whole(day)?);
    Some(days(year, month, day)? as f64 + time)
}

/// Whether a cell is a date whose day and month cannot be told apart, such as `1/2/2024`.
pub(super) fn is_unclear(cell: &str) -> bool {
    let date = cell.split(['T', ' ']).next().unwrap_or_default();
    let numbers: Vec<&str> = date.split(['/', '-']).collect();
    let is_number = |text: &&str| matches!(text.len(), 1 | 2 | 4) && whole(text).is_some();
    numbers.len() == 3 && numbers.iter().all(is_number)
}

/// A fraction of a day.
fn time_of_day(text: &str) -> Option<f64> {
    let (clock, offset) = match text.find(['Z', '+', '-']) {
        Some(at) if text[at..].starts_with('Z') => (&text[..at], 0.0),
        Some(at) => {
            let sign = if text[at..].starts_with('-') {
                -1.0
            } else {
                1.0
            };
            (&text[..at], sign * minutes(&text[at + 1..])?)
        }
        None => (text, 0.0),
    };
    let mut parts = clock.trim().splitn(3, ':');
    let (hour, minute) = (whole(parts.next()?)?, whole(parts.next()?)?);
    let second: f64 = match parts.next() {
        Some(text) if text.starts_with(|c: char| c.is_ascii_digit()) => text.parse().ok()?,
        Some(_) => return None,
        None => 0.0,
    };
    if hour > 24 || minute > 59 || !(0.0..=60.0).contains(&second) {
        return None;
    }
    Some(((hour * 60 + minute) as f64 - offset) / 1440.0 + second / 86_400.0)
}

/// Minutes of an offset: `02:00`, `0200` or `02`.
fn minutes(text: &str) -> Option<f64> {
    let digits = text.replace(':', "");
    let value = whole(&digits)?;
    match digits.len() {
        2 => Some((value * 60) as f64),
        4 => Some((value / 100 * 60 + value % 100) as f64),
        _ => None,
    }
}

/// Up to four digits.
fn whole(text: &str) -> Option<i64> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Days from 1970-01-01 to a day of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let long = usize::try_from(month - 1).ok()?;
    let before = *BEFORE.get(long)?;
    let after = BEFORE.get(long + 1).copied().unwrap_or(365);
    let leap = i64::from(is_leap);
    let len = after - before + if month == 2 { leap } else { 0 };
    if !(1..=len).contains(&day) {
        return None;
    }
    let past = year - 1;
    let of_years = 365 * past + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400);
    let of_year = before + if month > 2 { leap } else { 0 } + day - 1;
    const TO_1970: i64 = 719_162;
    Some(of_years + of_year - TO_1970)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        for (cell, expected) in [
            ("1970-01-01", 0.0),
            ("1969-12-31", -1.0),
            ("2000-02-29", 11_016.0),
            ("2000-03-01", 11_017.0),
            ("2024-03-01", 19_783.0),
            ("2024/3/1", 19_783.0),
            ("1.3.2024", 19_783.0),
            ("01.03.2024", 19_783.0),
            ("2024-03-01T12:00", 19_783.5),
            ("2024-03-01 06:00:00", 19_783.25),
            ("2024-03-01T14:00:00Z", 19_783.0 + 14.0 / 24.0),
            ("2024-03-01T14:00:00+02:00", 19_783.5),
            ("2024-03-01T10:00:00.000-0200", 19_783.5),
            ("0001-01-01", -719_162.0),
        ] {
            assert_eq!(parse(cell), Some(expected), "{cell}");
        }
    }

    #[test]
    fn what_is_no_date_is_told() {
        for cell in [
            "",
            "2024",
            "2024-13-01",
            "2023-02-29",
            "2024-1",
            "1/2/2024",
            "1-2-2024",
            "2024-01-02x",
            "2024-01-02 25:00",
            "2024-01-02 10",
            "12:30",
            "1.2",
            "1.2.3",
            "x",
            "2024-01-02T1:2:+3",
            "é",
            "20240-01-01",
            "2024-01/02",
            "1é.2.2024",
        ] {
            assert_eq!(parse(cell), None, "{cell}");
        }
        for (cell, unclear) in [
            ("1/2/2024", true),
            ("01-02-24 10:00", true),
            ("1/2", false),
            ("a/b/c", false),
            ("555-123-4567", false),
        ] {
            assert_eq!(is_unclear(cell), unclear, "{cell}");
        }
    }
}
