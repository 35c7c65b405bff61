//! The regular expression that finds a patient in a file's name.

use regex::Regex;

use crate::Error;

/// Finds the patient in the stems of file names.
pub(crate) struct PatientPattern(Regex);

impl PatientPattern {
    /// # Errors
    /// [`Error::Pattern`] if it is not a regular expression.
    pub fn new(pattern: &str) -> Result<Self, Error> {
        let regex = Regex::new(pattern).map_err(|error| {
            let text = error.to_string();
            // The message draws the pattern and points at the place; its last line says what is wrong.
            let reason = text.lines().last().unwrap_or_default();
            Error::Pattern {
                pattern: pattern.into(),
                reason: reason.trim_start_matches("error: ").into(),
            }
        })?;
        Ok(Self(regex))
    }

    /// The patient in a stem: the pattern's first group, or the whole match if it has none.
    pub fn find<'a>(&self, stem: &'a str) -> Option<&'a str> {
        let captures = self.0.captures(stem)?;
        let found = captures.get(1).or_else(|| captures.get(0))?;
        Some(found.as_str()).filter(|name| !name.is_empty())
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        self.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_match_or_its_first_group_is_the_patient() {
        let pattern = PatientPattern::new(r"person\d+|IM-\d+").unwrap();
        assert_eq!(pattern.find("person1000_bacteria_2931"), Some("person1000"));
        assert_eq!(pattern.find("IM-0115-0001"), Some("IM-0115"));
        assert_eq!(pattern.find("NORMAL2-IM-0927-0001"), Some("IM-0927"));
        assert_eq!(pattern.find("cat"), None);
        let group = PatientPattern::new(r"^p(\d+)_").unwrap();
        assert_eq!(group.find("p17_left"), Some("17"));
        // Nothing is nobody's name.
        assert_eq!(PatientPattern::new(r"\d*").unwrap().find("x"), None);
    }

    #[test]
    fn what_is_no_regular_expression_is_refused() {
        let error = PatientPattern::new("person(").err().unwrap().to_string();
        assert!(
            error
                .starts_with("data.patient: `person(` is not a regular expression: unclosed group")
                && error.contains("\nhint: "),
            "{error}"
        );
    }
}
