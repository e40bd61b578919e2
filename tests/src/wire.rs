//! A network that can swallow everything, as one does that lost a route: connections stay, nothing arrives.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A way to a port of this machine. It works as long as the process does.
pub struct Wire {
    port: u16,
    cut: Arc<AtomicBool>,
}

impl Wire {
    /// A way to this port.
    pub fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = Arc::new(AtomicBool::new(false));
        let shared = cut.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                if let Ok(far) = TcpStream::connect(("127.0.0.1", target)) {
                    join(&near, &far, &shared);
                }
            }
        });
        Self { port, cut }
    }

    /// Where it begins.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Swallows everything from now on.
    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }

    /// Carries everything again. A connection of which something was swallowed breaks when it is used.
    pub fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}

fn join(near: &TcpStream, far: &TcpStream, cut: &Arc<AtomicBool>) {
    let torn = Arc::new(AtomicBool::new(false));
    for (from, to) in [(near, far), (far, near)] {
        let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        let (cut, torn) = (cut.clone(), torn.clone());
        std::thread::spawn(move || {
            let _ = carry(&from, &to, &cut, &torn);
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}

/// Carries until one of the two ends, or something has been lost on the way.
fn carry(
    mut from: &TcpStream,
    mut to: &TcpStream,
    cut: &AtomicBool,
    torn: &AtomicBool,
) -> std::io::Result<()> {
    let mut bytes = [0; 4096];
    loop {
        let length = from.read(&mut bytes)?;
        if cut.load(Ordering::SeqCst) {
            torn.store(true, Ordering::SeqCst);
        } else if torn.load(Ordering::SeqCst) {
            return Ok(());
        } else {
            to.write_all(&bytes[..length])?;
        }
        if length == 0 {
            return Ok(());
        }
    }
}
