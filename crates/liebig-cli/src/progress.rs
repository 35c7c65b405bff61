//! What the program says while it works, on standard error: notes, and bars where that is a terminal.

use std::sync::Mutex;
use std::time::Duration;

use anstream::eprintln;
use indicatif::{ProgressBar, ProgressStyle};
use liebig::session::{Event, Observer};

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Voice {
    /// Errors alone.
    Quiet,
    /// Notes and progress.
    Normal,
    /// More.
    Verbose,
}

impl Voice {
    /// As the flags say.
    pub fn new(quiet: bool, verbose: bool) -> Self {
        match (quiet, verbose) {
            (true, _) => Self::Quiet,
            (false, true) => Self::Verbose,
            (false, false) => Self::Normal,
        }
    }

    /// Says something, unless the voice is quiet.
    pub fn say(self, text: &str) {
        if self > Self::Quiet {
            eprintln!("{text}");
        }
    }

    /// Says something if more is wanted than usual.
    pub fn detail(self, text: &str) {
        if self == Self::Verbose {
            eprintln!("{text}");
        }
    }
}

/// Shows what happens in a session.
pub struct Terminal {
    voice: Voice,
    bar: Mutex<ProgressBar>,
}

impl Terminal {
    /// With that voice.
    pub fn new(voice: Voice) -> Self {
        Self {
            voice,
            bar: Mutex::new(ProgressBar::hidden()),
        }
    }

    fn with_bar(&self, change: impl FnOnce(&mut ProgressBar)) {
        // A panic elsewhere is no reason to stop the bar.
        let mut bar = self
            .bar
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        change(&mut bar);
    }

    fn begin(&self, what: &'static str, done: u64, total: u64) {
        if self.voice == Voice::Quiet || total == 0 {
            return;
        }
        self.with_bar(|bar| {
            *bar = new_bar(what, total);
            bar.set_position(done);
            // A resumed run is not that fast.
            bar.reset_eta();
        });
    }
}

impl Observer for Terminal {
    fn observe(&self, event: Event<'_>) {
        match event {
            Event::Note(text) => {
                self.with_bar(|bar| bar.suspend(|| self.voice.say(&format!("note: {text}"))));
            }
            Event::Folder(path) => self.voice.say(&format!("run folder: {}", path.display())),
            Event::Distilling { done, iterations } => self.begin("distil", done, iterations),
            Event::Iterated { done, loss } => self.with_bar(|bar| {
                bar.set_position(done);
                bar.set_message(format!("loss {loss:.4}"));
            }),
            Event::Evaluating { networks } => self.begin("evaluate", 0, networks as u64),
            Event::Evaluated => self.with_bar(|bar| {
                bar.inc(1);
                if Some(bar.position()) == bar.length() {
                    bar.finish();
                }
            }),
            Event::Distilled => self.with_bar(|bar| bar.finish()),
            _ => {}
        }
    }
}

/// A bar for `total` steps of something that takes a while.
fn new_bar(what: &'static str, total: u64) -> ProgressBar {
    let bar = ProgressBar::new(total);
    let template = "{prefix:<10} [{bar:30}] {pos}/{len}  {msg}  {per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_prefix(what);
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}
