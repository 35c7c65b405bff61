//! Classes as users name them: by name or by label.

/// The class with this name, or with this label.
pub(crate) fn find(names: &[String], class: &str) -> Option<u32> {
    let by_name = names.iter().position(|known| known == class);
    let by_label = || class.parse().ok().filter(|&label| label < names.len());
    u32::try_from(by_name.or_else(by_label)?).ok()
}

/// The classes in words, for errors: the first twenty.
pub(crate) fn words(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(20).map(String::as_str).collect();
    let more = if names.len() > shown.len() {
        ", ..."
    } else {
        ""
    };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_before_a_label() {
        let names = ["2", "cat", "dog"].map(String::from);
        let found = ["2", "cat", "0", "1", "3", "-1", ""].map(|class| find(&names, class));
        assert_eq!(
            found,
            [Some(0), Some(1), Some(0), Some(1), None, None, None]
        );
    }

    #[test]
    fn many_classes_are_cut_short() {
        let names: Vec<String> = (0..21).map(|class| class.to_string()).collect();
        assert_eq!(words(&names[..3]), "0, 1, 2");
        assert!(words(&names).ends_with("18, 19, ..."));
    }
}
