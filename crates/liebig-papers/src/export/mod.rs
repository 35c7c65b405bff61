//! Writing records as BibTeX, Markdown, CSV, or a checkout in the format of the list.

mod bibtex;
mod csv;
mod markdown;

use std::path::Path;

pub use bibtex::bibtex;
pub use csv::csv;
pub use markdown::{entry as markdown_entry, list as markdown_list};

use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::files;
use crate::import::Checkout;

/// A checkout in the format of the list: `README.md`, `citations/ID.txt`, and the days in `data/latest_names.jsonl`.
/// [`import()`](crate::import()) reads the same facts from it. The format has no place for our own tags.
pub fn checkout(catalogue: &Catalogue) -> Checkout {
    let mut days: Vec<(&str, &str)> = catalogue
        .papers()
        .iter()
        .filter_map(|paper| Some((paper.added.as_deref()?, paper.id.as_str())))
        .collect();
    days.sort_unstable();
    let days: String = days
        .iter()
        .map(|(day, id)| {
            format!(
                "{{\"date\": \"{}\", \"title\": {}}}\n",
                day.replace('-', ""),
                serde_json::json!(id)
            )
        })
        .collect();
    let citations = catalogue
        .papers()
        .iter()
        .map(|paper| (format!("{}.txt", paper.id), bibtex(paper).into_bytes()));
    Checkout {
        readme: markdown_list(catalogue).into_bytes(),
        citations: citations.collect(),
        data: [("latest_names.jsonl".to_owned(), days.into_bytes())].into(),
    }
}

/// Writes a checkout to a folder.
///
/// # Errors
/// [`Error::Name`] if an id cannot be a file name; [`Error::Io`].
pub fn write_checkout(checkout: &Checkout, folder: &Path) -> Result<(), Error> {
    files::write(&folder.join("README.md"), &checkout.readme)?;
    for (name, bytes) in &checkout.citations {
        if !files::is_name(name) {
            return Err(Error::Name {
                what: "an id",
                name: name.clone(),
            });
        }
        files::write(&folder.join("citations").join(name), bytes)?;
    }
    for (name, bytes) in &checkout.data {
        files::write(&folder.join("data").join(name), bytes)?;
    }
    Ok(())
}
