#!/usr/bin/env bash
# Brings the wasm32-wasip2 standard library for the toolchain that rust-toolchain.toml pins.
# Where rustup can download, rustup does it. Elsewhere it is built from Debian's rust-src package of
# exactly the same compiler version (about two minutes on two cores). Safe to run again at any time.
set -euo pipefail
cd "$(dirname "$0")/.."

target=wasm32-wasip2
say() { printf 'toolchain: %s\n' "$*" >&2; }
fail() { printf 'toolchain: %s\n' "$*" >&2; exit 1; }

command -v rustc >/dev/null || fail "no rustc found. Install Rust from https://rustup.rs and run this again."
sysroot=$(rustc --print sysroot)
version=$(rustc --version | cut -d' ' -f2)
lib="$sysroot/lib/rustlib/$target/lib"

works() {
  local probe
  probe=$(mktemp -d)
  printf 'fn main() { println!("ok"); }\n' >"$probe/main.rs"
  rustc --target $target -o "$probe/main.wasm" "$probe/main.rs" >/dev/null 2>"$probe/err"
  local result=$?
  rm -rf "$probe"
  return $result
}

if works; then exit 0; fi

if command -v rustup >/dev/null; then
  say "asking rustup for $target …"
  if timeout 300 rustup target add $target >/dev/null 2>&1 && works; then
    say "installed by rustup."
    exit 0
  fi
  say "rustup could not download it; building it from Debian's sources instead."
fi

command -v apt-get >/dev/null || fail "rustup cannot download $target and this is not Debian. Run 'rustup target add $target' where the network allows it."
command -v dpkg >/dev/null || fail "dpkg is missing; install it, or run 'rustup target add $target' where the network allows it."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch"/{lists/partial,cache/archives/partial,pkg}

mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d/ 2>/dev/null | grep -v snapshot | grep -v security | head -n 1 | tr -d ' ' || true)
mirror=${mirror:-http://deb.debian.org/debian}
for suite in trixie-backports forky sid; do
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
done >"$scratch/sources.list"
apt_options=(-o "Dir::Etc::SourceList=$scratch/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$scratch/lists" -o "Dir::Cache=$scratch/cache" -o APT::Sandbox::User=root)

say "looking for rust-src $version at $mirror …"
apt-get "${apt_options[@]}" update >"$scratch/apt.log" 2>&1 || true
full=$(apt-cache "${apt_options[@]}" madison rust-src 2>/dev/null | awk -F'|' -v v="$version" '{gsub(/ /,"",$2)} index($2, v)==1 {print $2; exit}')
[ -n "$full" ] || { cat "$scratch/apt.log" >&2; fail "no Debian suite has rust-src $version. Run 'rustup target add $target' where the network allows it."; }

say "downloading rust-src $full and wasi-libc …"
(cd "$scratch/pkg" && apt-get "${apt_options[@]}" download "rust-src=$full" wasi-libc >>"$scratch/apt.log" 2>&1) ||
  { cat "$scratch/apt.log" >&2; fail "the download failed; try again."; }
for package in "$scratch"/pkg/*.deb; do dpkg -x "$package" "$scratch/root"; done

mkdir -p "$lib/self-contained"
cp "$scratch"/root/usr/lib/$target/*.o "$scratch"/root/usr/lib/$target/libc.a "$lib/self-contained/"
library=$(echo "$scratch"/root/usr/src/rustc-*/library)
say "building the standard library for $target (about two minutes) …"
(
  cd "$library"
  unset RUSTUP_TOOLCHAIN CARGO_TARGET_DIR CARGO_BUILD_RUSTFLAGS
  RUSTC="$sysroot/bin/rustc" RUSTC_BOOTSTRAP=1 __CARGO_DEFAULT_LIB_METADATA=sysroot CARGO_PROFILE_RELEASE_PANIC=abort \
    RUSTFLAGS="-Cforce-unwind-tables=no -Cembed-bitcode=yes -Zforce-unstable-if-unmarked" \
    "$sysroot/bin/cargo" build --release --target $target --target-dir "$scratch/target" -p sysroot --no-default-features
) >"$scratch/build.log" 2>&1 || { tail -n 40 "$scratch/build.log" >&2; fail "building the standard library failed (above)."; }
cp "$scratch"/target/$target/release/deps/*.rlib "$lib/"

works || fail "the library was built but does not link. Remove $lib and run this again."
say "built and installed for rustc $version."
