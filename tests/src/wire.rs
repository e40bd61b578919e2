//! A network that can swallow everything, as one does that lost a route: connections stay, nothing arrives. Or it
//! keeps everything and delivers it late, as a proxy does that has lost its way on.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A way to a port of this machine. It works as long as the process does.
pub struct Wire {
    port: u16,
    faults: Arc<Faults>,
}

#[derive(Default)]
struct Faults {
    cut: AtomicBool,
    held: AtomicBool,
}

impl Wire {
    /// A way to this port.
    pub fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let faults = Arc::<Faults>::default();
        let shared = faults.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                if let Ok(far) = TcpStream::connect(("127.0.0.1", target)) {
                    join(&near, &far, &shared);
                }
            }
        });
        Self { port, faults }
    }

    /// Where it begins.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Swallows everything from now on.
    pub fn cut(&self) {
        self.faults.cut.store(true, Ordering::SeqCst);
    }

    /// Carries everything again. A connection of which something was swallowed breaks when it is used.
    pub fn mend(&self) {
        self.faults.cut.store(false, Ordering::SeqCst);
    }

    /// Keeps everything from now on.
    pub fn hold(&self) {
        self.faults.held.store(true, Ordering::SeqCst);
    }

    /// Delivers what it has kept, even if who sent it has gone.
    pub fn release(&self) {
        self.faults.held.store(false, Ordering::SeqCst);
    }
}

fn join(near: &TcpStream, far: &TcpStream, faults: &Arc<Faults>) {
    let torn = Arc::new(AtomicBool::new(false));
    for (from, to) in [(near, far), (far, near)] {
        let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        let (faults, torn) = (faults.clone(), torn.clone());
        std::thread::spawn(move || {
            let _ = carry(&from, &to, &faults, &torn);
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}

/// Carries until one of the two ends, or something has been lost on the way.
fn carry(
    mut from: &TcpStream,
    mut to: &TcpStream,
    faults: &Faults,
    torn: &AtomicBool,
) -> std::io::Result<()> {
    let mut bytes = [0; 4096];
    loop {
        let length = from.read(&mut bytes)?;
        while faults.held.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        if faults.cut.load(Ordering::SeqCst) {
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
