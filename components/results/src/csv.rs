//! Tables (RFC 4180).

use spin_sdk::http::HeaderMap;

/// Whether the caller wants a table rather than JSON.
pub fn wanted(headers: &HeaderMap) -> bool {
    web::first_header(headers, "accept").is_some_and(|accept| accept.contains("text/csv"))
}

/// A row with its line end.
pub fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(quoted).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell. What a spreadsheet would take for a formula gets an apostrophe in front, as OWASP's "CSV Injection" says:
/// names and destinations come from others.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let plain = !cell.contains(['"', ',', '\r', '\n']);
    match (formula, plain) {
        (false, true) => cell.to_owned(),
        (false, false) => format!("\"{}\"", cell.replace('"', "\"\"")),
        (true, _) => format!("\"'{}\"", cell.replace('"', "\"\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stay_what_they_are_and_start_no_formula() {
        assert_eq!(
            row(["a", "b,c", "say \"x\"", "=1+1", ""]),
            "a,\"b,c\",\"say \"\"x\"\"\",\"'=1+1\",\r\n"
        );
    }
}
