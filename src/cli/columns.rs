//! Lines in columns, for people and for scripts.

use std::io::{IsTerminal, stdout};

use super::{print, tell};
use crate::domain::Trouble;

/// Lines of `N` cells.
pub struct Columns<const N: usize> {
    titles: [&'static str; N],
    lines: Vec<[String; N]>,
}

impl<const N: usize> Columns<N> {
    /// No line yet, and a title for each column.
    pub fn new(titles: &[&'static str; N]) -> Self {
        Self { titles: *titles, lines: Vec::new() }
    }

    /// Adds a line.
    pub fn line(&mut self, cells: [&str; N]) {
        self.lines.push(cells.map(str::to_owned));
    }

    /// Prints them: in a terminal below their titles and aligned, elsewhere one line each and the
    /// cells parted by tabs, as scripts want it. Where there is no line, standard error says `nothing`.
    ///
    /// # Errors
    /// `output.failed`.
    pub fn print(mut self, nothing: &str) -> Result<(), Trouble> {
        if self.lines.is_empty() {
            tell(nothing);
            return Ok(());
        }
        if !stdout().is_terminal() {
            let lines: Vec<String> = self.lines.iter().map(|line| line.join("\t")).collect();
            return print(&lines.join("\n"));
        }
        self.lines.insert(0, self.titles.map(str::to_owned));
        let widths = self.widths();
        let lines: Vec<String> = self.lines.iter().map(|line| aligned(line, &widths)).collect();
        print(&lines.join("\n"))
    }

    fn widths(&self) -> [usize; N] {
        let mut widths = [0; N];
        for line in &self.lines {
            widths.iter_mut().zip(line).for_each(|(width, cell)| *width = (*width).max(cell.chars().count()));
        }
        widths
    }
}

fn aligned(cells: &[String], widths: &[usize]) -> String {
    let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    padded.join("  ").trim_end().to_owned()
}
