//! `GET /v1/messages/{id}/chart.svg`: opens and clicks over time. It draws what the breakdown by hour shows and nothing
//! else; a day is the sum of its hours that are shown, so it tells no more than they do.

use std::collections::BTreeMap;
use std::fmt::Write;

use domain::Timestamp;

use crate::stats::{Counted, StatsView};

const HOUR: i64 = 3_600_000_000;
/// More hours than this are drawn as days, more days as weeks.
const MOST_BARS: i64 = 72;
/// The whole drawing, in the units of its `viewBox`: as wide as a phone, so that its letters are legible there.
const WIDTH: i64 = 380;
const LEFT: i64 = 8;
const PLOT: i64 = WIDTH - 2 * LEFT;
const PANEL: i64 = 132;
const BARS: i64 = 78;
const TOP: i64 = 54;

const STYLE: &str = "\
:root{color-scheme:light dark}\
svg{font:13px system-ui,sans-serif}\
.page{fill:#fff}.text{fill:#1c2420}.quiet{fill:#4c5a52}\
.named{fill:#14532d}.unnamed{fill:#7d9484}.axis{stroke:#4c5a52}\
@media(prefers-color-scheme:dark){.page{fill:#141a17}.text{fill:#e8efe9}.quiet{fill:#aebbb2}\
.named{fill:#86d99b}.unnamed{fill:#6f8577}.axis{stroke:#aebbb2}}";

/// Numbers of one bar.
#[derive(Clone, Copy, Default)]
struct Bar {
    named: u64,
    unnamed: u64,
}

/// The drawing, as a document of its own.
pub fn svg(view: &StatsView) -> String {
    let (step, first, count) = scale(view);
    let height = TOP + 2 * PANEL + 8;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-labelledby=\"chart-title chart-desc\"><title id=\"chart-title\">{}</title>\
         <desc id=\"chart-desc\">{}</desc><style>{STYLE}</style>\
         <rect class=\"page\" width=\"{WIDTH}\" height=\"{height}\"/>",
        escape(&format!("Opens and clicks: {}", view.name)),
        escape(&description(view)),
    );
    legend(&mut text);
    for (number, (kind, name, total)) in (0_i64..).zip([
        (Counted::Open, "Opens", view.opens.total),
        (Counted::Click, "Clicks", view.clicks.total),
    ]) {
        let bars = bars(view, kind, step, first);
        let top = TOP.saturating_add(number.saturating_mul(PANEL));
        panel(&mut text, &format!("{name}: {total}"), top, &bars, count);
        let times = [first, first.saturating_add(count.saturating_sub(1))];
        axis(
            &mut text,
            top,
            times.map(|place| place.saturating_mul(step)),
            step,
        );
    }
    text.push_str("</svg>");
    text
}

/// Microseconds of a bar, the number of the first since the epoch, and how many there are.
fn scale(view: &StatsView) -> (i64, i64, i64) {
    let times = || view.interaction_hours().map(|hour| hour.hour.micros());
    let (Some(from), Some(to)) = (times().min(), times().max()) else {
        return (HOUR, 0, 1);
    };
    let span = |step: i64| {
        let (first, last) = (from.div_euclid(step), to.div_euclid(step));
        (step, first, last.saturating_sub(first).saturating_add(1))
    };
    let fitting = [HOUR, 24 * HOUR].map(span);
    fitting
        .into_iter()
        .find(|(_, _, count)| *count <= MOST_BARS)
        .unwrap_or_else(|| span(7 * 24 * HOUR))
}

fn bars(view: &StatsView, kind: Counted, step: i64, first: i64) -> BTreeMap<i64, Bar> {
    let mut bars: BTreeMap<i64, Bar> = BTreeMap::new();
    for hour in view.hours.iter().filter(|hour| hour.kind == kind) {
        let place = hour.hour.micros().div_euclid(step).saturating_sub(first);
        let bar = bars.entry(place).or_default();
        bar.named = bar.named.saturating_add(hour.row.identified);
        bar.unnamed = bar
            .unnamed
            .saturating_add(hour.row.anonymous.unwrap_or_default());
    }
    bars
}

fn legend(text: &mut String) {
    for (x, class, name) in [(LEFT, "named", "by name"), (96, "unnamed", "not by name")] {
        let _ = write!(
            text,
            "<rect class=\"{class}\" x=\"{x}\" y=\"14\" width=\"12\" height=\"12\"/>\
             <text class=\"text\" x=\"{}\" y=\"25\">{name}</text>",
            x.saturating_add(18)
        );
    }
}

fn panel(text: &mut String, name: &str, top: i64, bars: &BTreeMap<i64, Bar>, count: i64) {
    let highest = bars
        .values()
        .map(|bar| bar.named.saturating_add(bar.unnamed))
        .max()
        .unwrap_or(0);
    let label = |text: &mut String, class, anchor, x: i64, what: &str| {
        let y = top.saturating_add(4);
        let _ = write!(
            text,
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{what}</text>"
        );
    };
    label(text, "text", "start", LEFT, name);
    let right = WIDTH.saturating_sub(LEFT);
    label(text, "quiet", "end", right, &format!("highest {highest}"));
    let ground = top.saturating_add(12 + BARS);
    for (place, bar) in bars {
        // In tenths, so that bars of a long time are as wide as each other.
        let left = tenths(*place, count);
        let width = tenths(place.saturating_add(1), count).saturating_sub(left);
        let width = width.saturating_sub((width / 6).min(20)).max(5);
        let named = height(bar.named, highest);
        let unnamed = height(bar.unnamed, highest);
        let mut y = ground;
        for (class, tall) in [("named", named), ("unnamed", unnamed)] {
            y = y.saturating_sub(tall);
            if tall > 0 {
                let x = LEFT.saturating_mul(10).saturating_add(left);
                let _ = write!(
                    text,
                    "<rect class=\"{class}\" x=\"{}\" y=\"{y}\" width=\"{}\" height=\"{tall}\"/>",
                    decimal(x),
                    decimal(width)
                );
            }
        }
    }
    let _ = write!(text, "<path class=\"axis\" d=\"M{LEFT} {ground}h{PLOT}\"/>");
}

fn tenths(place: i64, count: i64) -> i64 {
    place
        .saturating_mul(PLOT * 10)
        .checked_div(count)
        .unwrap_or(0)
}

fn decimal(tenths: i64) -> String {
    format!("{}.{}", tenths.div_euclid(10), tenths.rem_euclid(10))
}

/// What there is is at least a line.
fn height(n: u64, highest: u64) -> i64 {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    let highest = i64::try_from(highest).unwrap_or(i64::MAX);
    let tall = n.saturating_mul(BARS).checked_div(highest).unwrap_or(0);
    if n > 0 { tall.max(1) } else { 0 }
}

fn axis(text: &mut String, top: i64, [from, to]: [i64; 2], step: i64) {
    let y = top.saturating_add(12 + BARS + 16);
    let right = WIDTH.saturating_sub(LEFT);
    for (x, anchor, at) in [(LEFT, "start", from), (right, "end", to)] {
        if anchor == "end" && from == to {
            break;
        }
        let when = when(at, step);
        let _ = write!(
            text,
            "<text class=\"quiet\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{when}</text>"
        );
    }
}

/// In UTC, as everything else.
fn when(micros: i64, step: i64) -> String {
    let text = Timestamp::from_micros(micros).to_rfc3339();
    let day = text.get(..10).unwrap_or_default();
    match text.get(11..16) {
        Some(time) if step == HOUR => format!("{day} {time}"),
        _ => day.to_owned(),
    }
}

fn description(view: &StatsView) -> String {
    let said = [("opens", &view.opens), ("clicks", &view.clicks)].map(|(name, tally)| {
        format!(
            "{} {name}, {} by name and {} not.",
            tally.total, tally.identified, tally.anonymous
        )
    });
    let hidden = view
        .interaction_hours()
        .filter(|hour| hour.row.anonymous.is_none());
    let hidden = match hidden.count() {
        0 => String::new(),
        n => format!(" Of {n} hours the anonymous ones are not drawn, because there are few."),
    };
    format!("{}{hidden} Times are in UTC.", said.join(" "))
}

/// For XML.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // XML has no way to write these.
            c if c.is_control() && !c.is_whitespace() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
