//! Which trigger answers a path (Spin: `crates/routes/src/lib.rs`, which leaves the matching to the
//! crate `routefinder`): an exact segment before a `:parameter` before the rest (`/...`), segment by
//! segment, so that the longest prefix wins. A slash at the end of a path does not matter.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};

/// The routes, the most specific first, each with what it leads to.
#[derive(Debug)]
pub(crate) struct Routes<T>(Vec<(Pattern, T)>);

/// A route, parsed.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// As it is in the manifest.
    pub raw: String,
    segments: Vec<Segment>,
    wildcard: bool,
}

// The order of the variants is that of their precedence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Exact(String),
    Parameter(String),
}

/// What a path has in the places of a route that are open.
#[derive(Debug, PartialEq)]
pub(crate) struct Match<'a> {
    /// Names and values of the `:parameters`.
    pub parameters: Vec<(&'a str, &'a str)>,
    /// What `...` stands for, from its slash on; empty for a route without it.
    pub rest: &'a str,
}

impl<T> Routes<T> {
    /// Sorts the routes. Of two equal ones the later wins, as in Spin.
    pub fn new(routes: impl IntoIterator<Item = (String, T)>) -> Result<Self> {
        let mut unique = BTreeMap::new();
        for (route, target) in routes {
            let pattern = Pattern::parse(&route)?;
            let key = (pattern.segments.clone(), pattern.wildcard);
            if let Some((before, _)) = unique.insert(key, (pattern, target)) {
                let before: Pattern = before;
                tracing::warn!(
                    route = before.raw,
                    "a route is there twice, the last one wins"
                );
            }
        }
        let mut routes: Vec<_> = unique.into_values().collect();
        routes.sort_by_key(|(pattern, _)| pattern.precedence());
        Ok(Self(routes))
    }

    /// The route that answers this path.
    pub fn find<'a>(&'a self, path: &'a str) -> Option<(&'a Pattern, &'a T, Match<'a>)> {
        self.0.iter().find_map(|(pattern, target)| {
            let matched = pattern.matches(path)?;
            Some((pattern, target, matched))
        })
    }

    /// Gives every route another target.
    pub fn map<U>(self, change: impl Fn(&Pattern, T) -> Result<U>) -> Result<Routes<U>> {
        let changed = self.0.into_iter().map(|(pattern, target)| {
            let target = change(&pattern, target)?;
            Ok((pattern, target))
        });
        Ok(Routes(changed.collect::<Result<_>>()?))
    }

    /// All routes, the most specific first.
    pub fn iter(&self) -> impl Iterator<Item = (&Pattern, &T)> {
        self.0.iter().map(|(pattern, target)| (pattern, target))
    }
}

impl Pattern {
    fn parse(route: &str) -> Result<Self> {
        let (path, wildcard) = match route.strip_suffix("...").or(route.strip_suffix('*')) {
            Some(path) if path.is_empty() || path.ends_with('/') => (path, true),
            _ => (route, false),
        };
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut segments = Vec::new();
        for text in path.split('/').filter(|_| !path.is_empty()) {
            let segment = match text.strip_prefix(':') {
                Some(name) => Segment::Parameter(name.to_owned()),
                None => Segment::Exact(text.to_owned()),
            };
            let (Segment::Exact(name) | Segment::Parameter(name)) = &segment;
            let plain = !name.is_empty() && !name.contains([':', '*', '[', ']']);
            let parameter = matches!(segment, Segment::Parameter(_));
            ensure!(
                plain && !(parameter && name.contains('.')),
                "route {route:?}: {text:?} is not a segment that this host supports; there are \
                 exact ones, `:name`, and `...` at the end"
            );
            segments.push(segment);
        }
        Ok(Self {
            raw: route.to_owned(),
            segments,
            wildcard,
        })
    }

    /// Segment by segment: exact, parameter, end, rest.
    fn precedence(&self) -> Vec<u8> {
        let kind = |segment: &Segment| match segment {
            Segment::Exact(_) => 0,
            Segment::Parameter(_) => 1,
        };
        let end = if self.wildcard { 3 } else { 2 };
        self.segments.iter().map(kind).chain([end]).collect()
    }

    fn matches<'a>(&'a self, path: &'a str) -> Option<Match<'a>> {
        let mut parameters = Vec::new();
        let mut rest = path;
        for segment in &self.segments {
            let inner = rest.strip_prefix('/')?;
            let end = inner.find('/').unwrap_or(inner.len());
            let (text, after) = inner.split_at_checked(end)?;
            match segment {
                Segment::Exact(expected) if expected == text => {}
                Segment::Parameter(name) if !text.is_empty() => parameters.push((&**name, text)),
                _ => return None,
            }
            rest = after;
        }
        match (self.wildcard, rest) {
            // Not `*`, the target of `OPTIONS *`: that asks about the server, not about a resource.
            (true, rest) if rest.is_empty() || rest.starts_with('/') => {
                Some(Match { parameters, rest })
            }
            (false, "" | "/") => Some(Match {
                parameters,
                rest: "",
            }),
            _ => None,
        }
    }

    /// The route without `/...`, which Spin calls the component's route.
    pub fn prefix(&self) -> &str {
        self.raw.strip_suffix("/...").unwrap_or(&self.raw)
    }

    /// The route with a slash at its start and none at its end (so `/` is empty), which Spin calls
    /// the matched one.
    pub fn based(&self) -> String {
        let route = self.raw.strip_suffix('/').unwrap_or(&self.raw);
        match route {
            "" => String::new(),
            route if route.starts_with('/') => route.to_owned(),
            route => format!("/{route}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find<'a>(routes: &'a Routes<usize>, path: &'a str) -> Option<(&'a str, Match<'a>)> {
        let (pattern, _, matched) = routes.find(path)?;
        Some((&pattern.raw, matched))
    }

    fn routes(patterns: &[&str]) -> Routes<usize> {
        let all = patterns.iter().enumerate();
        Routes::new(all.map(|(index, pattern)| ((*pattern).to_owned(), index))).unwrap()
    }

    #[test]
    fn the_most_specific_route_wins_in_any_order() {
        let routes = routes(&[
            "/...",
            "/a/...",
            "/a/:x",
            "/a/b",
            "/a/b/...",
            "/:x/b",
            "/",
            "/a/:x/c",
            "/pixel.gif",
        ]);
        for (path, expected) in [
            ("/", "/"),
            ("/a", "/a/..."),
            ("/a/", "/a/..."),
            ("/a/b", "/a/b"),
            ("/a/b/", "/a/b"),
            ("/a/b/c", "/a/b/..."),
            ("/a/z", "/a/:x"),
            ("/a/z/c", "/a/:x/c"),
            ("/a/z/d", "/a/..."),
            ("/z/b", "/:x/b"),
            ("/z/c", "/..."),
            ("/ab", "/..."),
            ("/pixel.gif", "/pixel.gif"),
        ] {
            assert_eq!(find(&routes, path).unwrap().0, expected, "{path}");
        }
    }

    #[test]
    fn what_is_open_is_captured_as_in_spin() {
        let routes = routes(&["/l/:link/:token", "/s/...", "/u/:id/..."]);
        let (_, matched) = find(&routes, "/l/abc/x.y%20z").unwrap();
        assert_eq!(matched.parameters, [("link", "abc"), ("token", "x.y%20z")]);
        for (path, rest) in [("/s", ""), ("/s/", "/"), ("/s/a", "/a"), ("/s/a/", "/a/")] {
            assert_eq!(find(&routes, path).unwrap().1.rest, rest, "{path}");
        }
        let (_, matched) = find(&routes, "/u/7/x").unwrap();
        assert_eq!(
            (matched.parameters, matched.rest),
            (vec![("id", "7")], "/x")
        );
        assert_eq!(find(&routes, "/l/abc"), None);
        assert_eq!(find(&routes, "/l//t"), None);
        assert_eq!(find(&self::routes(&["/..."]), "*"), None);
    }

    #[test]
    fn of_two_equal_routes_the_last_wins() {
        let routes = routes(&["/a", "/b", "/a"]);
        assert_eq!(routes.find("/a").map(|(_, target, _)| *target), Some(2));
    }

    #[test]
    fn patterns_that_are_not_supported_are_refused() {
        for pattern in ["/a/:x.json", "/a/*/b", "/a//b", "/[a]", "/:"] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn names_of_a_route() {
        let pattern = Pattern::parse("/a/...").unwrap();
        assert_eq!(
            (pattern.prefix(), pattern.based()),
            ("/a", "/a/...".to_owned())
        );
        assert_eq!(Pattern::parse("a/").unwrap().based(), "/a");
    }
}
