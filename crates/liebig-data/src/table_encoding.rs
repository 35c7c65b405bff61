//! How the columns of a table become numbers.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Error;

/// How the columns of a table become features, so that another table with the same columns is read in the same way.
///
/// It is found on the training split when a table is loaded and is a part of the dataset's [`Space`](crate::Space);
/// [`LoadOptions::encoding`](crate::LoadOptions::encoding) applies it to other data. Columns of the file that are not in it
/// are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableEncoding {
    /// The column that holds the class.
    pub label: String,
    /// The columns that hold features, in the order of the features.
    pub columns: Vec<ColumnEncoding>,
}

/// How one column becomes one feature or several.
///
/// As JSON: `{"kind":"number","name":"age","fill":38.5}`, `{"kind":"date","name":"day","fill":19723.0}` or
/// `{"kind":"categories","name":"colour","categories":["blue","red"]}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum ColumnEncoding {
    /// One feature: the number itself; `true` is 1 and `false` is 0.
    Number {
        /// The column's name.
        name: String,
        /// What stands in for a missing number: the median of the training split.
        fill: f32,
    },
    /// One feature: days since 1970-01-01, with a fraction for the time of day.
    Date {
        /// The column's name.
        name: String,
        /// What stands in for a missing date: the median of the training split.
        fill: f32,
    },
    /// One feature for each category: 1 if the cell holds it, otherwise 0. A missing cell and one that holds none of the
    /// categories give zeros only.
    Categories {
        /// The column's name.
        name: String,
        /// The distinct texts of the training split in natural order.
        categories: Vec<String>,
    },
}

impl ColumnEncoding {
    /// The column's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Number { name, .. } | Self::Date { name, .. } | Self::Categories { name, .. } => {
                name
            }
        }
    }

    /// The number of features that the column becomes.
    #[must_use]
    pub fn width(&self) -> usize {
        match self {
            Self::Number { .. } | Self::Date { .. } => 1,
            Self::Categories { categories, .. } => categories.len(),
        }
    }
}

impl TableEncoding {
    /// The number of features of a sample.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns
            .iter()
            .map(ColumnEncoding::width)
            .fold(0, usize::saturating_add)
    }

    /// The names of the features in order: that of the column, or `COLUMN=CATEGORY`.
    #[must_use]
    pub fn feature_names(&self) -> Vec<String> {
        let mut names = Vec::with_capacity(self.width());
        for column in &self.columns {
            match column {
                ColumnEncoding::Number { name, .. } | ColumnEncoding::Date { name, .. } => {
                    names.push(name.clone());
                }
                ColumnEncoding::Categories { name, categories } => {
                    names.extend(categories.iter().map(|value| format!("{name}={value}")));
                }
            }
        }
        names
    }

    /// Checks that there is a column, that no column comes twice or is the label, that every fill is finite, and that
    /// every list of categories holds something and nothing twice.
    ///
    /// # Errors
    /// [`Error::Space`] names what does not hold.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |expected: &str, found: String| {
            Err(Error::Space {
                part: "encoding",
                expected: expected.into(),
                found,
            })
        };
        if self.columns.is_empty() {
            return wrong("at least one column", "none".into());
        }
        let mut names = BTreeSet::from([self.label.as_str()]);
        for column in &self.columns {
            let name = column.name();
            if !names.insert(name) {
                return wrong("columns with different names", format!("`{name}` twice"));
            }
            match column {
                ColumnEncoding::Number { fill, .. } | ColumnEncoding::Date { fill, .. } => {
                    if !fill.is_finite() {
                        return wrong("finite numbers", format!("{fill} to fill `{name}` with"));
                    }
                }
                ColumnEncoding::Categories { categories, .. } => {
                    let distinct: BTreeSet<&String> = categories.iter().collect();
                    if categories.is_empty() || distinct.len() < categories.len() {
                        let found =
                            format!("{} of which {} differ", categories.len(), distinct.len());
                        return wrong("categories that differ", format!("`{name}` with {found}"));
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn encoding() -> TableEncoding {
        TableEncoding {
            label: "kind".into(),
            columns: vec![
                ColumnEncoding::Number {
                    name: "age".into(),
                    fill: 38.5,
                },
                ColumnEncoding::Categories {
                    name: "colour".into(),
                    categories: vec!["blue".into(), "red".into()],
                },
                ColumnEncoding::Date {
                    name: "day".into(),
                    fill: 19_723.0,
                },
            ],
        }
    }

    #[test]
    fn a_category_is_a_feature() {
        let encoding = encoding();
        assert_eq!(encoding.width(), 4);
        let names = ["age", "colour=blue", "colour=red", "day"];
        assert_eq!(encoding.feature_names(), names);
        assert!(encoding.check().is_ok());
    }

    #[test]
    fn json_names_the_kinds_and_refuses_other_fields() {
        let text = r#"{"label":"kind","columns":[{"kind":"number","name":"age","fill":38.5},{"kind":"categories","name":"colour","categories":["blue","red"]},{"kind":"date","name":"day","fill":19723.0}]}"#;
        assert_eq!(serde_json::to_string(&encoding()).unwrap(), text);
        assert_eq!(
            serde_json::from_str::<TableEncoding>(text).unwrap(),
            encoding()
        );
        for (from, to) in [
            ("\"fill\":38.5", "\"fill\":38.5,\"median\":1"),
            ("\"kind\":\"date\"", "\"kind\":\"time\""),
            ("\"label\":\"kind\"", "\"label\":\"kind\",\"x\":1"),
            ("\"label\":\"kind\",", ""),
        ] {
            let other = text.replacen(from, to, 1);
            assert!(
                serde_json::from_str::<TableEncoding>(&other).is_err(),
                "{other}"
            );
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        type Change = (fn(&mut TableEncoding), &'static str);
        let changes: [Change; 5] = [
            (|e| e.columns.clear(), "at least one column, found none"),
            (|e| e.columns[2] = e.columns[0].clone(), "`age` twice"),
            (|e| e.label = "age".into(), "`age` twice"),
            (
                |e| {
                    e.columns[0] = ColumnEncoding::Number {
                        name: "age".into(),
                        fill: f32::NAN,
                    };
                },
                "NaN to fill `age` with",
            ),
            (
                |e| {
                    e.columns[1] = ColumnEncoding::Categories {
                        name: "colour".into(),
                        categories: vec!["red".into(), "red".into()],
                    };
                },
                "`colour` with 2 of which 1 differ",
            ),
        ];
        for (change, expected) in changes {
            let mut encoding = encoding();
            change(&mut encoding);
            let message = encoding.check().unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}
