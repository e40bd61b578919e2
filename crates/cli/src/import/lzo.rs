//! Reads what `lzop` writes: its container, and LZO1X, which is what is in it. There is no decoder in Rust alone that
//! is kept up (2026).
//!
//! Sources: lzop 1.04, `src/lzop.c` (container); the Linux kernel's `Documentation/staging/lzo.rst` (stream).

use std::io::{self, Read};

const MAGIC: [u8; 9] = [0x89, b'L', b'Z', b'O', 0, 0x0d, 0x0a, 0x1a, 0x0a];
/// The largest block that lzop writes or reads.
const LARGEST_BLOCK: u32 = 64 << 20;

const ADLER_UNPACKED: u32 = 0x1;
const ADLER_PACKED: u32 = 0x2;
const EXTRA_FIELD: u32 = 0x40;
const CRC_UNPACKED: u32 = 0x100;
const CRC_PACKED: u32 = 0x200;
const MULTIPART: u32 = 0x400;
const FILTER: u32 = 0x800;

fn broken(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// The bytes of an lzop file, unpacked block by block.
pub struct LzopReader<R> {
    inner: R,
    flags: u32,
    block: Vec<u8>,
    read: usize,
    ended: bool,
}

impl<R: Read> LzopReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// When this is no lzop file, or one of a kind that nobody writes.
    pub fn new(mut inner: R) -> io::Result<Self> {
        let mut magic = [0; 9];
        inner.read_exact(&mut magic)?;
        if magic != MAGIC {
            return Err(broken("this is no file of lzop"));
        }
        let version = u16_of(&mut inner)?;
        let _library = u16_of(&mut inner)?;
        let is_new = version >= 0x0940;
        if is_new {
            let _needed = u16_of(&mut inner)?;
        }
        let method = u8_of(&mut inner)?;
        if !(1..=3).contains(&method) {
            return Err(broken("this is not packed with LZO1X"));
        }
        if is_new {
            let _level = u8_of(&mut inner)?;
        }
        let flags = u32_of(&mut inner)?;
        if flags & (FILTER | MULTIPART) != 0 {
            return Err(broken("this file of lzop has a filter or several parts"));
        }
        let (_mode, _time) = (u32_of(&mut inner)?, u32_of(&mut inner)?);
        if is_new {
            let _time = u32_of(&mut inner)?;
        }
        let name = u8_of(&mut inner)?;
        skip(&mut inner, u64::from(name))?;
        let _checksum = u32_of(&mut inner)?;
        if flags & EXTRA_FIELD != 0 {
            let length = u32_of(&mut inner)?;
            skip(&mut inner, u64::from(length).saturating_add(4))?;
        }
        Ok(Self {
            inner,
            flags,
            block: Vec::new(),
            read: 0,
            ended: false,
        })
    }

    fn next_block(&mut self) -> io::Result<()> {
        self.read = 0;
        self.block.clear();
        let unpacked = u32_of(&mut self.inner)?;
        if unpacked == 0 {
            self.ended = true;
            return Ok(());
        }
        let packed = u32_of(&mut self.inner)?;
        if unpacked > LARGEST_BLOCK || packed > unpacked {
            return Err(broken("a block of this file is too large"));
        }
        let adler = self.checksum(ADLER_UNPACKED)?;
        let crc = self.checksum(CRC_UNPACKED)?;
        if packed < unpacked {
            self.checksum(ADLER_PACKED)?;
            self.checksum(CRC_PACKED)?;
        }
        let mut data = Vec::new();
        self.inner
            .by_ref()
            .take(u64::from(packed))
            .read_to_end(&mut data)?;
        if u32::try_from(data.len()) != Ok(packed) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let length = usize::try_from(unpacked).map_err(|_| broken("too large"))?;
        self.block = if packed == unpacked {
            data
        } else {
            unpack(&data, length).ok_or_else(|| broken("a block of this file is damaged"))?
        };
        let sound = adler.is_none_or(|sum| sum == adler32(&self.block))
            && crc.is_none_or(|sum| sum == crc32fast::hash(&self.block))
            && self.block.len() == length;
        if sound {
            Ok(())
        } else {
            Err(broken("a block of this file is damaged"))
        }
    }

    fn checksum(&mut self, flag: u32) -> io::Result<Option<u32>> {
        (self.flags & flag != 0)
            .then(|| u32_of(&mut self.inner))
            .transpose()
    }
}

impl<R: Read> Read for LzopReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.read == self.block.len() && !self.ended {
            self.next_block()?;
        }
        let rest = self.block.get(self.read..).unwrap_or_default();
        let length = rest.len().min(into.len());
        for (to, from) in into.iter_mut().zip(rest) {
            *to = *from;
        }
        self.read = self.read.saturating_add(length);
        Ok(length)
    }
}

fn bytes<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn u8_of(from: &mut impl Read) -> io::Result<u8> {
    bytes::<1>(from).map(u8::from_be_bytes)
}

fn u16_of(from: &mut impl Read) -> io::Result<u16> {
    bytes(from).map(u16::from_be_bytes)
}

fn u32_of(from: &mut impl Read) -> io::Result<u32> {
    bytes(from).map(u32::from_be_bytes)
}

fn skip(from: &mut impl Read, length: u64) -> io::Result<()> {
    let skipped = io::copy(&mut from.take(length), &mut io::sink())?;
    if skipped == length {
        Ok(())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

fn adler32(data: &[u8]) -> u32 {
    const BASE: u32 = 65_521;
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in data {
        a = a.saturating_add(u32::from(*byte)) % BASE;
        b = b.saturating_add(a) % BASE;
    }
    (b << 16) | a
}

/// The input of a block, and where it is read.
struct Input<'a>(std::slice::Iter<'a, u8>);

impl Input<'_> {
    fn byte(&mut self) -> Option<usize> {
        self.0.next().map(|byte| usize::from(*byte))
    }

    /// Little-endian.
    fn two(&mut self) -> Option<usize> {
        let (low, high) = (self.byte()?, self.byte()?);
        Some(low | (high << 8))
    }

    /// A length in the low bits, or, where those are 0, in the bytes after: each 0 stands for 255 more.
    fn length(&mut self, bits: usize, most: usize) -> Option<usize> {
        if bits != 0 {
            return Some(bits);
        }
        let mut length = most;
        loop {
            match self.byte()? {
                0 => length = length.checked_add(255)?,
                last => return length.checked_add(last),
            }
        }
    }
}

/// Unpacks a block of LZO1X into at most `limit` bytes; nothing if it is damaged.
pub fn unpack(packed: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut input = Input(packed.iter());
    let mut output = Vec::with_capacity(limit.min(1 << 20));
    let literals = |input: &mut Input<'_>, output: &mut Vec<u8>, count: usize| {
        if output.len().checked_add(count)? > limit {
            return None;
        }
        for _ in 0..count {
            output.push(u8::try_from(input.byte()?).ok()?);
        }
        Some(())
    };
    // How many literals came last: 0 to 3, or 4 for a long run.
    let mut state = 0;
    let mut first = None;
    match input.byte()? {
        byte @ 18.. => {
            let count = byte.checked_sub(17)?;
            literals(&mut input, &mut output, count)?;
            state = count.min(4);
        }
        byte => first = Some(byte),
    }
    loop {
        let byte = match first.take() {
            Some(byte) => byte,
            None => input.byte()?,
        };
        let (length, distance, after) = match byte {
            0..16 if state == 0 => {
                let count = input.length(byte, 15)?.checked_add(3)?;
                literals(&mut input, &mut output, count)?;
                state = 4;
                continue;
            }
            0..16 => {
                let (length, nearest) = if state == 4 { (3, 2049) } else { (2, 1) };
                let distance = (byte >> 2) | (input.byte()? << 2);
                (length, distance.checked_add(nearest)?, byte & 3)
            }
            16..32 => {
                let length = input.length(byte & 7, 7)?.checked_add(2)?;
                let two = input.two()?;
                let distance = ((byte & 8) << 11) | (two >> 2);
                if distance == 0 {
                    // The end; nothing may come after it.
                    return input.byte().is_none().then_some(output);
                }
                (length, distance.checked_add(16_384)?, two & 3)
            }
            32..64 => {
                let length = input.length(byte & 31, 31)?.checked_add(2)?;
                let two = input.two()?;
                (length, (two >> 2).checked_add(1)?, two & 3)
            }
            _ => {
                let distance = ((byte >> 2) & 7) | (input.byte()? << 3);
                let length = (byte >> 5).checked_add(1)?;
                (length, distance.checked_add(1)?, byte & 3)
            }
        };
        if output.len().checked_add(length)? > limit {
            return None;
        }
        let mut from = output.len().checked_sub(distance)?;
        for _ in 0..length {
            output.push(*output.get(from)?);
            from = from.checked_add(1)?;
        }
        literals(&mut input, &mut output, after)?;
        state = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    /// Files that lzop 1.04 wrote, and the SHA-256 of what is in them.
    const FILES: [(&[u8], &str); 4] = [
        (
            include_bytes!("fixtures/level-3.lzo"),
            "926d722be88b2be0f0dd7f3c6a00d1b89adf050156480ae81d40d38cfc01f423",
        ),
        (
            include_bytes!("fixtures/level-9.lzo"),
            "926d722be88b2be0f0dd7f3c6a00d1b89adf050156480ae81d40d38cfc01f423",
        ),
        (
            include_bytes!("fixtures/no-checksum.lzo"),
            "837aa5f8ab980e181edb2539fa1588bad8e2e82bdcce9fca9100927934e08208",
        ),
        (
            include_bytes!("fixtures/random.lzo"),
            "937d284d73d0af10c7d974d2004438a781c56c51b9853cdfd04ce55b37b30afd",
        ),
    ];

    fn read(file: &[u8]) -> io::Result<Vec<u8>> {
        let mut unpacked = Vec::new();
        LzopReader::new(file)?.read_to_end(&mut unpacked)?;
        Ok(unpacked)
    }

    #[test]
    fn what_lzop_writes_is_read() {
        for (file, digest) in FILES {
            let unpacked = read(file).unwrap();
            let mut found = String::new();
            for byte in Sha256::digest(&unpacked) {
                found.push_str(&format!("{byte:02x}"));
            }
            assert_eq!(found, digest);
        }
    }

    #[test]
    fn a_cut_or_altered_file_is_an_error_and_never_something_else() {
        for (file, _) in FILES {
            let whole = read(file).unwrap();
            for length in (0..file.len()).step_by(7) {
                assert!(read(&file[..length]).is_err(), "cut at {length}");
            }
            for place in (0..file.len()).step_by(7) {
                let mut altered = file.to_vec();
                altered[place] ^= 0x41;
                // Name, time and the like do not matter; without checksums literals may be others.
                if let Ok(found) = read(&altered) {
                    assert!(found == whole || file == FILES[2].0, "byte {place}");
                }
            }
        }
    }

    #[test]
    fn no_block_is_larger_than_it_says() {
        // A run of literals, then a match that repeats itself for ever longer.
        let mut packed = vec![18, b'a', 0x20];
        packed.extend([0; 1000]);
        packed.extend([1, 0, 0, 0x11, 0, 0]);
        assert_eq!(unpack(&packed, 1000), None);
        let longest = unpack(&packed, 1 << 20).map(|unpacked| unpacked.len());
        assert_eq!(longest, Some(1 + 31 + 1000 * 255 + 1 + 2));
    }
}
