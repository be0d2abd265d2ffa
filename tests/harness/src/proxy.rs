//! A connection to a server that breaks when it is told to.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

use crate::{eventually, listen};

/// What happens to the bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// They are forwarded.
    #[default]
    None,
    /// New connections are reset at once; open ones go on.
    Refuse,
    /// Nothing is forwarded, on new connections and open ones; all stay open.
    Hang,
    /// A client that sends these bytes is cut off before they reach the server.
    CutBefore(Vec<u8>),
    /// The server gets these bytes, and the client is cut off when the server answers them.
    CutAtAnswerTo(Vec<u8>),
    /// The server gets these bytes, and the client never hears of it again.
    SwallowAnswerTo(Vec<u8>),
}

/// A proxy between a client and a server; it ends with this value.
pub struct Proxy {
    address: SocketAddr,
    control: Arc<Control>,
}

#[derive(Default)]
struct Control {
    fault: Mutex<Fault>,
    /// Rises when all connections are cut.
    cuts: AtomicUsize,
    open: AtomicUsize,
    accepted: AtomicUsize,
    /// How often a client sent the bytes that a fault waits for.
    seen: AtomicUsize,
    ended: AtomicBool,
}

/// One client, its server, and what was done to them.
struct Pair {
    control: Arc<Control>,
    /// The cuts there were when it began.
    cuts: usize,
    /// The bytes that a fault waits for went through: how it goes on from there.
    sprung: Mutex<Option<Fault>>,
    ended: AtomicBool,
}

/// How long a pump waits for bytes before it looks whether it is to end.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

impl Proxy {
    /// A proxy to the server at an address.
    ///
    /// # Panics
    /// When this machine has no port left.
    pub fn to(server: SocketAddr) -> Self {
        let (listener, address) = listen("a proxy");
        let control = Arc::<Control>::default();
        let accepting = Arc::clone(&control);
        thread::spawn(move || accept(&listener, server, &accepting));
        Self { address, control }
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What happens from now on.
    pub fn set(&self, fault: Fault) {
        *self.control.fault() = fault;
    }

    /// Resets all open connections, and returns when they are closed.
    pub fn cut(&self) {
        self.control.cuts.fetch_add(1, Ordering::SeqCst);
        eventually("the proxy's connections to close", || {
            (self.control.open.load(Ordering::SeqCst) == 0).then_some(())
        });
    }

    /// How many connections there were, refused ones included.
    pub fn accepted(&self) -> usize {
        self.control.accepted.load(Ordering::SeqCst)
    }

    /// How often a client sent the bytes that a fault waited for.
    pub fn seen(&self) -> usize {
        self.control.seen.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.control.ended.store(true, Ordering::SeqCst);
        self.control.cuts.fetch_add(1, Ordering::SeqCst);
        // Wakes the listener up, which then sees that it is over.
        drop(TcpStream::connect(self.address));
    }
}

impl Control {
    fn fault(&self) -> MutexGuard<'_, Fault> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn accept(listener: &TcpListener, server: SocketAddr, control: &Arc<Control>) {
    for client in listener.incoming().flatten() {
        if control.ended.load(Ordering::SeqCst) {
            return;
        }
        control.accepted.fetch_add(1, Ordering::SeqCst);
        reset_when_closed(&client);
        if *control.fault() == Fault::Refuse {
            continue;
        }
        let Ok(server) = TcpStream::connect(server) else {
            continue;
        };
        reset_when_closed(&server);
        let pair = Arc::new(Pair {
            control: Arc::clone(control),
            cuts: control.cuts.load(Ordering::SeqCst),
            sprung: Mutex::new(None),
            ended: AtomicBool::new(false),
        });
        start(client, server, &pair);
    }
}

/// The other side sees a reset and no orderly end.
pub fn reset_when_closed(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

fn start(client: TcpStream, server: TcpStream, pair: &Arc<Pair>) {
    let (Ok(client_too), Ok(server_too)) = (client.try_clone(), server.try_clone()) else {
        return;
    };
    for (from, to, of_client) in [(client, server, true), (server_too, client_too, false)] {
        let pair = Arc::clone(pair);
        pair.control.open.fetch_add(1, Ordering::SeqCst);
        thread::spawn(move || {
            pump(from, to, of_client, &pair);
            pair.ended.store(true, Ordering::SeqCst);
            pair.control.open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

/// Forwards what one side sends until an end of either, a cut or a fault.
fn pump(mut from: TcpStream, mut to: TcpStream, of_client: bool, pair: &Pair) {
    let _ = from.set_read_timeout(Some(LOOK_AGAIN));
    let _ = to.set_nodelay(true);
    let mut buffer = vec![0; 64 * 1024];
    let mut tail = Vec::new();
    while pair.goes_on() {
        if *pair.control.fault() == Fault::Hang {
            thread::sleep(LOOK_AGAIN);
            continue;
        }
        let count = match from.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                continue;
            }
            Err(_) => return,
        };
        let forwarded = match of_client {
            true => pair.of_client(&buffer[..count], &mut tail, &mut to),
            false => pair.of_server(&buffer[..count], &mut to),
        };
        if !forwarded {
            return;
        }
    }
}

impl Pair {
    fn goes_on(&self) -> bool {
        self.control.cuts.load(Ordering::SeqCst) == self.cuts && !self.ended.load(Ordering::SeqCst)
    }

    fn sprung(&self) -> MutexGuard<'_, Option<Fault>> {
        self.sprung.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forwards what the client sent, unless a fault waits for it; whether the connection goes on.
    fn of_client(&self, bytes: &[u8], tail: &mut Vec<u8>, server: &mut TcpStream) -> bool {
        tail.extend_from_slice(bytes);
        let fault = self.control.fault().clone();
        if let Some(pattern) = fault.pattern() {
            if contains(tail, pattern) {
                self.control.seen.fetch_add(1, Ordering::SeqCst);
                if matches!(fault, Fault::CutBefore(_)) {
                    return false;
                }
                // Before the bytes go out, so that no answer can come first.
                *self.sprung() = Some(fault.clone());
                tail.clear();
            }
            let keep = pattern.len().saturating_sub(1).min(tail.len());
            tail.drain(..tail.len() - keep);
        } else {
            tail.clear();
        }
        server.write_all(bytes).is_ok()
    }

    fn of_server(&self, bytes: &[u8], client: &mut TcpStream) -> bool {
        match &*self.sprung() {
            Some(Fault::CutAtAnswerTo(_)) => return false,
            Some(Fault::SwallowAnswerTo(_)) => return true,
            _ => {}
        }
        client.write_all(bytes).is_ok()
    }
}

impl Fault {
    fn pattern(&self) -> Option<&[u8]> {
        match self {
            Self::CutBefore(pattern)
            | Self::CutAtAnswerTo(pattern)
            | Self::SwallowAnswerTo(pattern) => Some(pattern),
            Self::None | Self::Refuse | Self::Hang => None,
        }
    }
}

fn contains(bytes: &[u8], pattern: &[u8]) -> bool {
    bytes.windows(pattern.len()).any(|part| part == pattern)
}
