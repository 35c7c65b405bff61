//! Link checks against a local server.
#![cfg(feature = "links")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use liebig_papers::links::{LinkOptions, LinkReport, LinkState, check_links};

type Asked = Arc<Mutex<Vec<(String, Instant)>>>;

/// A server whose answer depends on the path, and the log of its requests.
fn serve() -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked: Asked = Arc::default();
    let log = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut first = String::new();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            reader.read_line(&mut first).unwrap();
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let (method, path) = first.trim_end().split_once(' ').unwrap();
            let path = path.split(' ').next().unwrap().to_owned();
            let before = log
                .lock()
                .unwrap()
                .iter()
                .filter(|(p, _)| p.ends_with(&path))
                .count();
            log.lock()
                .unwrap()
                .push((format!("{method} {path}"), Instant::now()));
            let status = match (path.as_str(), method, before) {
                ("/gone", ..) => "404 Not Found",
                ("/head", "HEAD", _) => "405 Method Not Allowed",
                ("/flaky", _, 0 | 1) | ("/busy", ..) => "503 Service Unavailable",
                ("/moved", ..) => "301 Moved Permanently\r\nLocation: /fine",
                ("/forbidden", ..) => "403 Forbidden",
                ("/drop", ..) => continue,
                _ => "200 OK",
            };
            let _ = stream.write_all(
                format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .as_bytes(),
            );
        }
    });
    (format!("http://{address}"), asked)
}

fn ask(
    links: &BTreeMap<String, Vec<String>>,
    options: &LinkOptions,
) -> BTreeMap<String, LinkReport> {
    let reports = check_links(links, options, |_, _| {}).unwrap();
    reports
        .into_iter()
        .map(|report| (report.url.rsplit('/').next().unwrap().to_owned(), report))
        .collect()
}

fn options() -> LinkOptions {
    LinkOptions {
        delay: Duration::from_millis(30),
        retries: 2,
        timeout: Duration::from_secs(5),
        ..LinkOptions::default()
    }
}

#[test]
fn each_link_is_asked_once_politely_and_kept() {
    let (server, asked) = serve();
    let folder = tempfile::tempdir().unwrap();
    let options = LinkOptions {
        cache: Some(folder.path().join("deep/links.json")),
        ..options()
    };
    let paths = [
        "fine",
        "gone",
        "head",
        "flaky",
        "busy",
        "moved",
        "forbidden",
        "drop",
    ];
    let links: BTreeMap<String, Vec<String>> = paths
        .iter()
        .map(|path| {
            (
                format!("{server}/{path}"),
                vec!["a".to_owned(), "b".to_owned()],
            )
        })
        .collect();

    let reports = ask(&links, &options);
    assert_eq!(reports["fine"].state, LinkState::Alive { status: 200 });
    assert_eq!(reports["gone"].state, LinkState::Dead { status: 404 });
    assert_eq!(reports["head"].state, LinkState::Alive { status: 200 });
    assert_eq!(reports["flaky"].state, LinkState::Alive { status: 200 });
    assert_eq!(reports["busy"].state, LinkState::Refused { status: 503 });
    assert_eq!(reports["moved"].state, LinkState::Alive { status: 200 });
    assert_eq!(
        reports["forbidden"].state,
        LinkState::Refused { status: 403 }
    );
    assert!(matches!(
        reports["drop"].state,
        LinkState::Unreachable { .. }
    ));
    assert!(
        reports
            .values()
            .all(|report| !report.cached && report.papers.len() == 2)
    );

    let first = asked.lock().unwrap().clone();
    let times = |path: &str| {
        first
            .iter()
            .filter(|(asked, _)| asked.ends_with(path))
            .count()
    };
    assert_eq!(
        (
            times("/gone"),
            times("/head"),
            times("/flaky"),
            times("/busy")
        ),
        (1, 2, 3, 3)
    );
    // Of two requests for different links to the same host, the second one waits.
    let gap = first.windows(2).filter(|pair| {
        pair[0].0 != pair[1].0 && !pair[0].0.ends_with("/moved") && pair[1].0.starts_with("HEAD")
    });
    assert!(gap.clone().count() > 3);
    for pair in gap {
        assert!(
            pair[1].1 - pair[0].1 >= Duration::from_millis(25),
            "{:?}",
            pair
        );
    }

    // Definite answers are cached; the other links are requested again.
    let again = ask(&links, &options);
    assert!(
        ["fine", "gone", "head", "flaky", "moved"]
            .iter()
            .all(|path| again[*path].cached)
    );
    assert!(
        ["busy", "forbidden", "drop"]
            .iter()
            .all(|path| !again[*path].cached)
    );
    assert_eq!(again["gone"].state, LinkState::Dead { status: 404 });
    let second = asked.lock().unwrap().clone();
    assert!(
        second[first.len()..]
            .iter()
            .all(|(asked, _)| !asked.ends_with("/fine") && !asked.ends_with("/gone"))
    );
}

#[test]
fn old_answers_are_asked_again_and_a_broken_cache_is_named() {
    let (server, asked) = serve();
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("links.json");
    let url = format!("{server}/fine");
    let links = BTreeMap::from([(url.clone(), vec!["a".to_owned()])]);
    std::fs::write(
        &cache,
        format!("{{\"{url}\": {{\"status\": 404, \"checked\": 1}}}}"),
    )
    .unwrap();
    let options = LinkOptions {
        cache: Some(cache.clone()),
        ..options()
    };
    assert_eq!(
        ask(&links, &options)["fine"].state,
        LinkState::Alive { status: 200 }
    );
    assert_eq!(asked.lock().unwrap().len(), 1);
    std::fs::write(&cache, "[").unwrap();
    let error = check_links(&links, &options, |_, _| {})
        .unwrap_err()
        .to_string();
    assert!(error.contains("links.json"), "{error}");
    assert_eq!(
        std::fs::read_to_string(&cache).unwrap(),
        "[",
        "a broken cache must not be overwritten"
    );
}

#[test]
fn the_catalogues_links_are_asked_once_each() {
    let catalogue = liebig_papers::Catalogue::shipped().unwrap();
    let links = liebig_papers::links::links(&catalogue);
    assert!(links.len() > 500 && links.keys().all(|url| !url.contains('#')));
    let shared = &links["https://github.com/VICO-UoE/DatasetCondensation"];
    assert!(shared.len() >= 3, "{shared:?}");
}
