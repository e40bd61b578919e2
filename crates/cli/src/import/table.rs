//! Workbooks (Excel and others) as CSV.

use std::path::Path;

use anyhow::{Context, Result};
use calamine::{Data, Reader, open_workbook_auto};

/// The first sheet of a workbook. Its first row with anything in it is the header; empty rows stay, so that the number
/// of a line is that of the row.
pub fn csv_of_workbook(path: &Path) -> Result<Vec<u8>> {
    let mut workbook = open_workbook_auto(path)?;
    let sheet = workbook
        .worksheet_range_at(0)
        .context("it has no sheet")??;
    let (first, _) = sheet.start().unwrap_or_default();
    let mut csv = String::new();
    for _ in 0..first {
        csv.push('\n');
    }
    for row in sheet.rows() {
        let cells: Vec<String> = row.iter().map(cell).collect();
        csv.push_str(&cells.join(","));
        csv.push('\n');
    }
    Ok(csv.into_bytes())
}

/// Every text in quotes, line ends as spaces: a row is one line.
fn cell(data: &Data) -> String {
    let text = match data {
        Data::DateTime(time) => time
            .as_datetime()
            .map(|time| time.format("%Y-%m-%d %H:%M:%S%.6f").to_string())
            .unwrap_or_default(),
        Data::Error(_) => "error".to_owned(),
        other => other.to_string(),
    };
    if text.is_empty() {
        return text;
    }
    format!(
        "\"{}\"",
        text.replace('"', "\"\"").replace(['\r', '\n'], " ")
    )
}
