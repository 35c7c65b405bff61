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

/// `512 KiB`, `1.2 GiB`.
pub fn bytes(bytes: u64) -> String {
    let amount = bytes as f64;
    match bytes {
        0..1_048_576 => format!("{:.0} KiB", amount / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.0} MiB", amount / 1_048_576.0),
        _ => format!("{:.1} GiB", amount / 1_073_741_824.0),
    }
}

/// A fraction as `91.7 %`.
pub fn percent(fraction: f64) -> String {
    format!("{:.1} %", fraction * 100.0)
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
    }
}
