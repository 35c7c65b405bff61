//! `liebig frontier`: methods by the accuracy that they reach in some minutes.

mod cell;
mod chart;
mod summary;

use anyhow::{Context, Result};
use liebig::atomic;
use liebig::run::Interrupt;

use crate::args::FrontierArguments;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::Voice;
use crate::theme::{DARK, LIGHT};
use cell::Cell;

pub fn run(arguments: &FrontierArguments, printer: &Printer, voice: Voice) -> Result<ExitStatus> {
    let cells = cells(arguments)?;
    if arguments.dry_run {
        let names: Vec<String> = cells.iter().map(Cell::name).collect();
        printer.print(&names, || names.join("\n"))?;
        return Ok(ExitStatus::Success);
    }
    let folder = &arguments.output;
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let interrupt = Interrupt::on_ctrl_c()?;
    let mine = || {
        let mine = |&(index, _): &(usize, _)| arguments.shard.is_none_or(|part| part.has(index));
        cells.iter().enumerate().filter(mine).map(|(_, cell)| cell)
    };
    super::threads(arguments.threads)?.install(|| -> Result<()> {
        // Tests need no quiet machine, so they come last.
        for cell in mine() {
            let distilled = cell.distil(arguments, &interrupt, voice);
            distilled.with_context(|| cell.name())?;
        }
        for cell in mine().take_while(|_| arguments.repeats > 0) {
            let tested = cell.test(arguments, &interrupt, voice);
            tested.with_context(|| cell.name())?;
        }
        Ok(())
    })?;
    let points = summary::points(folder)?;
    let json = serde_json::to_vec_pretty(&points)?;
    atomic::write(&folder.join("frontier.json"), &json)?;
    for theme in [LIGHT, DARK] {
        let svg = chart::svg(&points, &theme)?;
        let name = format!("frontier-{}.svg", theme.name);
        atomic::write(&folder.join(name), svg.as_bytes())?;
    }
    printer.print(&points, || summary::text(&points))?;
    Ok(ExitStatus::Success)
}

/// The runs, the shortest ones first, so that there is something to see early.
fn cells(arguments: &FrontierArguments) -> Result<Vec<Cell>> {
    super::check_methods(&arguments.methods)?;
    let mut minutes: Vec<_> = arguments.minutes.iter().copied().map(Some).collect();
    minutes.sort_unstable();
    let mut cells = Vec::new();
    for minutes in std::iter::once(None).chain(minutes) {
        for data in &arguments.data {
            for &ipc in &arguments.ipc {
                for method in &arguments.methods {
                    if cell::iterates(method) == minutes.is_some() {
                        cells.extend((0..arguments.seeds).map(|seed| Cell {
                            data: data.clone(),
                            ipc,
                            method: method.clone(),
                            minutes,
                            seed,
                        }));
                    }
                }
            }
        }
    }
    Ok(cells)
}
