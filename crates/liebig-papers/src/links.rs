//! Checks links over HTTP, with a delay between requests, retries and a cache. Never done by default.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::files;
use crate::link;

/// Settings of a link check.
#[derive(Debug, Clone)]
pub struct LinkOptions {
    /// Time between two requests to the same host. Default: 3 s, as arXiv asks for.
    pub delay: Duration,
    /// Number of times a failed request is repeated. Default: 2.
    pub retries: u32,
    /// How long to wait for an answer. Default: 20 s.
    pub timeout: Duration,
    /// File that caches answers. Default: `None`, no cache.
    pub cache: Option<PathBuf>,
    /// How long a cached answer is valid. Default: 30 days.
    pub max_age: Duration,
}

impl Default for LinkOptions {
    fn default() -> Self {
        LinkOptions {
            delay: Duration::from_secs(3),
            retries: 2,
            timeout: Duration::from_secs(20),
            cache: None,
            max_age: Duration::from_secs(30 * 24 * 3600),
        }
    }
}

/// The state of a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum LinkState {
    /// The link works: the server answers with a status from 200 to 399.
    Alive {
        /// The HTTP status after redirections.
        status: u16,
    },
    /// The page is gone: 404 or 410.
    Dead {
        /// The HTTP status.
        status: u16,
    },
    /// The server answers, but refuses the page, perhaps only to programs or only for now (401, 403, 429, 5xx).
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// There is no answer.
    Unreachable {
        /// The reason.
        message: String,
    },
}

/// A link and its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkReport {
    /// The link.
    pub url: String,
    /// The ids of the records that contain it.
    pub papers: Vec<String>,
    /// Its state.
    #[serde(flatten)]
    pub state: LinkState,
    /// Whether the answer came from the cache.
    pub cached: bool,
}

/// A cached answer.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Kept {
    status: u16,
    /// Seconds since 1970.
    checked: u64,
}

/// The distinct well-formed links of a catalogue, each with the ids of the records that contain it.
pub fn links(catalogue: &Catalogue) -> BTreeMap<String, Vec<String>> {
    let mut links: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for paper in catalogue.papers() {
        for (_, url) in paper.links().filter(|(_, url)| link::is_well_formed(url)) {
            // The part after `#` is not sent to the server.
            let url = url.split('#').next().unwrap_or(url);
            links
                .entry(url.to_owned())
                .or_default()
                .insert(paper.id.clone());
        }
    }
    links
        .into_iter()
        .map(|(url, papers)| (url, papers.into_iter().collect()))
        .collect()
}

/// Checks each link once. `progress` is called before each link that is not cached, with the number of links done.
///
/// # Errors
/// [`Error::Json`] if the cache file is malformed; [`Error::Io`] if it cannot be read or written.
pub fn check_links(
    links: &BTreeMap<String, Vec<String>>,
    options: &LinkOptions,
    mut progress: impl FnMut(usize, &str),
) -> Result<Vec<LinkReport>, Error> {
    let mut cache = options
        .cache
        .as_deref()
        .map(read_cache)
        .transpose()?
        .unwrap_or_default();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(options.timeout))
        .http_status_as_error(false)
        .user_agent(concat!(
            "liebig-papers/",
            env!("CARGO_PKG_VERSION"),
            " (link check)"
        ))
        .build()
        .into();
    let mut asked: BTreeMap<String, Instant> = BTreeMap::new();
    let mut reports = Vec::new();
    let mut unsaved = 0;
    for (done, (url, papers)) in links.iter().enumerate() {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let kept = cache
            .get(url)
            .filter(|kept| now.saturating_sub(kept.checked) <= options.max_age.as_secs())
            .copied();
        let state = if let Some(kept) = kept {
            state_of(kept.status)
        } else {
            progress(done, url);
            let state = ask(&agent, url, options, &mut asked);
            if let LinkState::Alive { status } | LinkState::Dead { status } = state {
                cache.insert(
                    url.clone(),
                    Kept {
                        status,
                        checked: now,
                    },
                );
                unsaved += 1;
            }
            state
        };
        reports.push(LinkReport {
            url: url.clone(),
            papers: papers.clone(),
            state,
            cached: kept.is_some(),
        });
        if unsaved >= 20 {
            write_cache(options.cache.as_deref(), &cache)?;
            unsaved = 0;
        }
    }
    if unsaved > 0 {
        write_cache(options.cache.as_deref(), &cache)?;
    }
    Ok(reports)
}

/// Checks one link, repeating failed requests and keeping to the delay.
fn ask(
    agent: &ureq::Agent,
    url: &str,
    options: &LinkOptions,
    asked: &mut BTreeMap<String, Instant>,
) -> LinkState {
    let host = url
        .split("://")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .unwrap_or_default()
        .to_owned();
    let mut state = LinkState::Unreachable {
        message: "not requested".into(),
    };
    for attempt in 0..=options.retries {
        // The wait doubles with each repetition.
        let wait = options.delay * 2_u32.saturating_pow(attempt.min(6));
        let due = asked
            .get(&host)
            .map_or(Duration::ZERO, |last| wait.saturating_sub(last.elapsed()));
        std::thread::sleep(due);
        state = match question(agent, url) {
            Ok(status) => state_of(status),
            Err(error) => LinkState::Unreachable {
                message: error.to_string(),
            },
        };
        asked.insert(host.clone(), Instant::now());
        let again = match state {
            LinkState::Refused { status } => status == 429 || status >= 500,
            LinkState::Unreachable { .. } => true,
            _ => false,
        };
        if !again {
            break;
        }
    }
    state
}

/// The status of a `HEAD` request, or of a `GET` request for servers that do not accept `HEAD`.
fn question(agent: &ureq::Agent, url: &str) -> Result<u16, ureq::Error> {
    let status = agent.head(url).call()?.status().as_u16();
    if matches!(status, 403 | 405 | 501) {
        return Ok(agent.get(url).call()?.status().as_u16());
    }
    Ok(status)
}

fn state_of(status: u16) -> LinkState {
    match status {
        200..=399 => LinkState::Alive { status },
        404 | 410 => LinkState::Dead { status },
        _ => LinkState::Refused { status },
    }
}

fn read_cache(path: &Path) -> Result<BTreeMap<String, Kept>, Error> {
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    serde_json::from_slice(&files::read(path)?).map_err(|source| Error::Json {
        path: path.into(),
        source,
    })
}

fn write_cache(path: Option<&Path>, cache: &BTreeMap<String, Kept>) -> Result<(), Error> {
    let Some(path) = path else { return Ok(()) };
    let text = serde_json::to_vec_pretty(cache).map_err(|source| Error::Json {
        path: path.into(),
        source,
    })?;
    files::write(path, &text)
}
