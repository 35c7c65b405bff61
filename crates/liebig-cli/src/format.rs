//! Quantities as people read them.

/// `3.2 s`, `4 min 05 s`, `2 h 30 min`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        0..10 => format!("{seconds:.1} s"),
        10..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole / 60 % 60),
    }
}

pub use liebig::cost::bytes;

/// A fraction as `91.7 %`.
pub fn percent(fraction: f64) -> String {
    format!("{:.1} %", fraction * 100.0)
}

/// Percentage points per minute of a core as `30.0`.
pub fn points(points: f64) -> String {
    format!("{points:.1}")
}

/// Mean and deviation of accuracies as `91.7 ± 0.4 %`.
pub fn accuracy(mean: f64, std: f64) -> String {
    let mean = percent(mean);
    format!("{} ± {}", mean.trim_end_matches(" %"), percent(std))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_well() {
        assert_eq!(duration(3.24), "3.2 s");
        assert_eq!(duration(245.0), "4 min 05 s");
        assert_eq!(duration(9000.0), "2 h 30 min");
        assert_eq!(bytes(524_288), "512 KiB");
        assert_eq!(bytes(1_288_490_189), "1.2 GiB");
        assert_eq!(percent(0.9174), "91.7 %");
        assert_eq!(points(29.96), "30.0");
        assert_eq!(accuracy(0.9174, 0.004), "91.7 ± 0.4 %");
    }
}
