//! Links: their parts, their validity, and the repair of mistyped ones.

use serde::{Deserialize, Serialize};

/// The code of a paper. In TOML only the URL is written, in JSON the URL and its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "CodeForm")]
pub struct Code {
    /// The whole URL.
    pub url: String,
    /// The host, e.g. `github.com`.
    pub host: String,
    /// The owner of the repository; empty if the URL names none.
    pub owner: String,
    /// The name of the repository; empty if the URL names none.
    pub name: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum CodeForm {
    Url(String),
    Parts { url: String },
}

impl From<CodeForm> for Code {
    fn from(form: CodeForm) -> Self {
        let (CodeForm::Url(url) | CodeForm::Parts { url }) = form;
        Code::new(url)
    }
}

impl Code {
    /// Reads host, owner and name from the URL.
    pub fn new(url: impl Into<String>) -> Self {
        let url = url.into();
        let mut parts = url
            .split_once("://")
            .map_or("", |(_, rest)| rest)
            .split(['/', '?', '#']);
        let host = parts.next().unwrap_or_default().to_lowercase();
        let owner = parts.next().unwrap_or_default().to_owned();
        let name = parts
            .next()
            .unwrap_or_default()
            .trim_end_matches(".git")
            .to_owned();
        Code {
            url,
            host,
            owner,
            name,
        }
    }
}

/// The arXiv id in a link to arXiv, without the version: `2006.05929`, or `cs/0501001` in the old scheme.
pub fn arxiv_id(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("arxiv.org/")?;
    let id = rest
        .strip_prefix("abs/")
        .or_else(|| rest.strip_prefix("pdf/"))?;
    let id = id
        .split(['?', '#'])
        .next()?
        .trim_end_matches(".pdf")
        .trim_end_matches('/');
    let id = match id.rsplit_once('v') {
        Some((before, version))
            if !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit()) =>
        {
            before
        }
        _ => id,
    };
    is_arxiv_id(id).then(|| id.to_owned())
}

/// Whether a text has the form of an arXiv id.
pub fn is_arxiv_id(id: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match (id.split_once('.'), id.split_once('/')) {
        (Some((month, number)), None) => {
            month.len() == 4 && digits(month) && (4..=5).contains(&number.len()) && digits(number)
        }
        (_, Some((_, number))) => number.len() == 7 && digits(number),
        _ => false,
    }
}

/// Whether a link is an `http` or `https` URL with a host and without spaces.
pub fn is_well_formed(url: &str) -> bool {
    let Some(rest) = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
    else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let label = |l: &str| {
        !l.is_empty()
            && l.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    (host.contains('.') || host == "localhost")
        && host.split('.').all(label)
        && !url.chars().any(|c| {
            c.is_whitespace()
                || c.is_control()
                || matches!(c, '<' | '>' | '"' | '`' | '{' | '}' | '|' | '\\' | '^')
        })
}

/// Adds missing slashes or a missing scheme: `http:www.x.org` becomes `http://www.x.org`.
/// Returns `None` if the link is already well formed or cannot be repaired.
pub fn repair(url: &str) -> Option<String> {
    let compact: String = url.split_whitespace().collect();
    if is_well_formed(url) {
        return None;
    }
    let repaired = match compact.split_once(':') {
        Some((scheme, rest))
            if matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") =>
        {
            format!(
                "{}://{}",
                scheme.to_ascii_lowercase(),
                rest.trim_start_matches('/')
            )
        }
        _ => format!("https://{}", compact.trim_start_matches('/')),
    };
    is_well_formed(&repaired).then_some(repaired)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_code_link() {
        let code = Code::new("https://github.com/VILA-Lab/SRe2L/tree/main/CDA");
        assert_eq!(
            (code.host.as_str(), code.owner.as_str(), code.name.as_str()),
            ("github.com", "VILA-Lab", "SRe2L")
        );
        let both: Vec<Code> = serde_json::from_str(
            r#"["https://a.org/b/c.git", {"url": "https://a.org/b/c", "host": "x"}]"#,
        )
        .unwrap();
        assert_eq!(
            (both[0].name.as_str(), both[1].host.as_str()),
            ("c", "a.org")
        );
    }

    #[test]
    fn arxiv_ids() {
        assert_eq!(
            arxiv_id("https://www.arxiv.org/abs/2412.16895v2").as_deref(),
            Some("2412.16895")
        );
        assert_eq!(
            arxiv_id("https://arxiv.org/pdf/1502.03492.pdf").as_deref(),
            Some("1502.03492")
        );
        assert_eq!(
            arxiv_id("https://arxiv.org/abs/cs/0501001").as_deref(),
            Some("cs/0501001")
        );
        assert_eq!(arxiv_id("https://openreview.net/forum?id=x"), None);
        assert_eq!(arxiv_id("https://arxiv.org/abs/what"), None);
    }

    #[test]
    fn slips_are_repaired() {
        assert_eq!(
            repair("http:www.arxiv.org/abs/1").as_deref(),
            Some("http://www.arxiv.org/abs/1")
        );
        assert_eq!(repair("https:/a.org/x").as_deref(), Some("https://a.org/x"));
        assert_eq!(repair(" www.a.org ").as_deref(), Some("https://www.a.org"));
        assert_eq!(repair("https://a.org"), None);
        assert_eq!(repair("nowhere"), None);
        assert!(
            !is_well_formed("https://a b.org")
                && !is_well_formed("ftp://a.org")
                && !is_well_formed("https://")
        );
    }

    proptest::proptest! {
        #[test]
        fn a_repaired_link_is_well_formed(url in ".{0,40}") {
            if let Some(fixed) = repair(&url) {
                proptest::prop_assert!(is_well_formed(&fixed));
            }
            arxiv_id(&url);
            Code::new(url);
        }
    }
}
