//! A record: the bibliographic facts of one paper, and Liebig's own tags for it.

use serde::{Deserialize, Serialize};

use crate::link::Code;
use crate::venue::VenueKind;

/// One paper. A record contains only facts and tags, no abstract or other text from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Unique id: first author's family name, year and a word, e.g. `wang2018datasetdistillation`.
    pub id: String,
    /// The title, as printed.
    pub title: String,
    /// All authors as "Given Family", in the order of the paper.
    pub authors: Vec<String>,
    /// Whether there are more authors than those in `authors`. Default: false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more_authors: bool,
    /// Number of joint first authors (the list names them before "et al."). Default: 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub leads: usize,
    /// Short name of the venue, e.g. `CVPR`; `arXiv` for a preprint.
    pub venue: String,
    /// Kind of venue; a workshop of CVPR has the venue `CVPR` and the kind `workshop`.
    pub kind: VenueKind,
    /// Year of publication.
    pub year: u16,
    /// Link to the paper.
    pub paper: String,
    /// arXiv id, without a version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arxiv: Option<String>,
    /// Link to the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// Link to the project page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Ids of the sections in the list, the main one first.
    pub sections: Vec<String>,
    /// Our tags: method families.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub families: Vec<String>,
    /// Our tags: data modalities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modalities: Vec<String>,
    /// Our tags: applications.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<String>,
    /// Date on which the list announced the paper, `YYYY-MM-DD`, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added: Option<String>,
    /// Liebig's methods that implement the paper.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub implemented_by: Vec<String>,
}

fn one() -> usize {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_one(leads: &usize) -> bool {
    *leads == 1
}

impl Paper {
    /// The authors as the list prints them: the first authors, then "et al." if there are more.
    pub fn short_authors(&self) -> String {
        let leads = self.leads.clamp(1, self.authors.len().max(1));
        let names = self
            .authors
            .iter()
            .take(leads)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" & ");
        if self.more_authors || self.authors.len() > leads {
            format!("{names} et al.")
        } else {
            names
        }
    }

    /// Venue and year as the list prints them: `ICML 2023`, `CVPR 2024 Workshop`, or the year of a preprint.
    pub fn when(&self) -> String {
        let default = crate::venue::kind_of(&self.venue);
        match self.kind {
            VenueKind::Preprint => self.year.to_string(),
            VenueKind::Workshop if default != Some(VenueKind::Workshop) => {
                format!("{} {} Workshop", self.venue, self.year)
            }
            _ => format!("{} {}", self.venue, self.year),
        }
    }

    /// All tags of the record: families, modalities and applications.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.families
            .iter()
            .chain(&self.modalities)
            .chain(&self.applications)
            .map(String::as_str)
    }

    /// The links of the record, each with its name.
    pub fn links(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            Some(("paper", self.paper.as_str())),
            self.code.as_ref().map(|code| ("code", code.url.as_str())),
            self.project.as_deref().map(|url| ("project", url)),
        ]
        .into_iter()
        .flatten()
    }
}
