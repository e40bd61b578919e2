//! Every property holds for its seeds, for what was once found, and for variations of both.

use std::path::{Path, PathBuf};

/// Variations of each seed; `make fuzz` looks for as long as one likes.
const VARIATIONS: usize = 300;

fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/seeds")
        .join(target);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|file| (file.clone(), std::fs::read(file).unwrap()))
        .collect()
}

/// Numbers that look random and are the same every time (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

/// A few bytes cut out, doubled, altered, or taken from another seed.
fn vary(seed: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut varied = seed.to_vec();
    for _ in 0..1 + numbers.below(4) {
        let at = numbers.below(varied.len());
        let end = (at + 1 + numbers.below(12)).min(varied.len());
        match numbers.below(5) {
            0 if !varied.is_empty() => drop(varied.drain(at..end)),
            1 if !varied.is_empty() => {
                let piece = varied[at..end].to_vec();
                varied.splice(at..at, piece);
            }
            2 if !varied.is_empty() => varied[at] = u8::try_from(numbers.next() & 255).unwrap(),
            3 if !other.is_empty() => {
                let from = numbers.below(other.len());
                let to = (from + 1 + numbers.below(24)).min(other.len());
                varied.splice(at..at, other[from..to].iter().copied());
            }
            _ => {
                const ODD: [&str; 12] = [
                    "\u{0}",
                    "\r\n",
                    "\u{202e}",
                    "é",
                    "e\u{301}",
                    "\u{ff}",
                    "%2f",
                    "..",
                    "\\",
                    "\"",
                    "{",
                    "9999999999999999999",
                ];
                let piece = ODD[numbers.below(ODD.len())];
                varied.splice(at..at, piece.bytes());
            }
        }
    }
    varied
}

#[test]
fn every_property_holds_for_the_seeds_and_their_variations() {
    for (name, property) in properties::ALL {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "no seeds for {name}");
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
        for (file, seed) in &seeds {
            let all = (0..VARIATIONS).map(|_| {
                let other = &seeds[numbers.below(seeds.len())].1;
                vary(seed, other, &mut numbers)
            });
            for input in std::iter::once(seed.clone()).chain(all) {
                let held = std::panic::catch_unwind(|| property(&input));
                assert!(
                    held.is_ok(),
                    "{name}, from {}: {:?}",
                    file.display(),
                    String::from_utf8_lossy(&input)
                );
            }
        }
    }
}

#[test]
fn every_property_has_a_fuzz_target() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for (name, _) in properties::ALL {
        assert!(
            fuzz.join(format!("fuzz_targets/{name}.rs")).exists(),
            "{name}"
        );
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}
