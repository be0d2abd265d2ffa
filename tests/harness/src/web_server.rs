//! A web server of files that fails when it is told to.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use crate::listen;
use crate::proxy::reset_when_closed;

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebFault {
    /// It is answered with this status, and asked to come again in so many seconds.
    Status(u16, Option<u64>),
    /// The connection is reset before an answer.
    Reset,
    /// The connection ends in the middle of the answer's body; of an answer without one, at its end.
    CutBody,
    /// Nothing is answered until the server ends.
    Hang,
}

/// What the answers say, and what they ask for.
#[derive(Clone, Debug)]
pub struct WebManners {
    /// What stands before the quoted tag, `W/` for a weak one; `None` for no tag.
    pub tag: Option<&'static str>,
    pub tells_last_modified: bool,
    pub knows_ranges: bool,
    /// The bearer token without which nothing is given.
    pub token: Option<&'static str>,
    /// What these paths begin with is answered with 503.
    pub unavailable: Option<&'static str>,
}

impl Default for WebManners {
    fn default() -> Self {
        Self {
            tag: Some(""),
            tells_last_modified: true,
            knows_ranges: true,
            token: None,
            unavailable: None,
        }
    }
}

/// A server of the files in a folder; it ends with this value.
pub struct WebServer {
    address: SocketAddr,
    control: Arc<Control>,
}

struct Control {
    folder: PathBuf,
    manners: Mutex<WebManners>,
    /// What happens to the next requests, in their order.
    faults: Mutex<Vec<Option<WebFault>>>,
    /// Methods and paths of the requests so far.
    requests: Mutex<Vec<String>>,
    has_ended: AtomicBool,
}

const LOOK_AGAIN: Duration = Duration::from_millis(5);

impl WebServer {
    /// # Panics
    /// When this machine has no port left.
    pub fn of(folder: &Path) -> Self {
        let (listener, address) = listen("a web server");
        let control = Arc::new(Control {
            folder: folder.to_owned(),
            manners: Mutex::default(),
            faults: Mutex::default(),
            requests: Mutex::default(),
            has_ended: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&control);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if accepting.has_ended.load(Ordering::SeqCst) {
                    break;
                }
                let control = Arc::clone(&accepting);
                thread::spawn(move || {
                    let _ = serve(&client, &control);
                });
            }
        });
        Self { address, control }
    }

    /// The URL of the folder.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What happens to the next requests, in their order; `None` lets one through.
    pub fn fail(&self, faults: impl IntoIterator<Item = Option<WebFault>>) {
        *lock(&self.control.faults) = faults.into_iter().collect();
    }

    pub fn behave(&self, manners: WebManners) {
        *lock(&self.control.manners) = manners;
    }

    /// Methods and paths of the requests since this was last asked.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.control.requests))
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        self.control.has_ended.store(true, Ordering::SeqCst);
        // It waits for a client.
        let _ = TcpStream::connect(self.address);
    }
}

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request: the first line, and the headers by their names in small letters.
struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
}

impl Request {
    /// `None` where the client has gone.
    fn read(client: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        client.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next()?, words.next()?);
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            client.read_line(&mut line).ok()?;
            match line.trim_end().split_once(": ") {
                Some((name, value)) => headers.push((name.to_lowercase(), value.to_owned())),
                None => break,
            }
        }
        Some(Self {
            method,
            path,
            headers,
        })
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(found, _)| found == name)
            .map(|(_, value)| &**value)
    }

    /// The bytes that are wanted of so many; `None` for all of them.
    fn range(&self, length: usize) -> Option<(usize, usize)> {
        let (first, last) = self
            .header("range")?
            .strip_prefix("bytes=")?
            .split_once('-')?;
        if first.is_empty() {
            let count: usize = last.parse().ok()?;
            return Some((length.saturating_sub(count), length));
        }
        let last: usize = last.parse().unwrap_or(usize::MAX);
        Some((first.parse().ok()?, length.min(last.saturating_add(1))))
    }
}

fn serve(client: &TcpStream, control: &Control) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let mut reader = BufReader::new(client);
    while let Some(request) = Request::read(&mut reader) {
        lock(&control.requests).push(format!("{} {}", request.method, request.path));
        let fault = {
            let mut faults = lock(&control.faults);
            match faults.is_empty() {
                true => None,
                false => faults.remove(0),
            }
        };
        let answer = match &fault {
            Some(WebFault::Reset) => {
                reset_when_closed(client);
                return Ok(());
            }
            Some(WebFault::Hang) => {
                while !control.has_ended.load(Ordering::SeqCst) {
                    thread::sleep(LOOK_AGAIN);
                }
                return Ok(());
            }
            Some(WebFault::Status(status, retry_after)) => {
                let after = retry_after.map(|seconds| format!("Retry-After: {seconds}\r\n"));
                Answer::empty(*status, after.unwrap_or_default())
            }
            Some(WebFault::CutBody) | None => answer(&request, control),
        };
        let is_cut = fault == Some(WebFault::CutBody);
        answer.write(&request, is_cut, client)?;
        if is_cut {
            break;
        }
    }
    Ok(())
}

struct Answer {
    status: u16,
    /// Whole lines.
    headers: String,
    body: Vec<u8>,
}

impl Answer {
    fn empty(status: u16, headers: String) -> Self {
        Self {
            status,
            headers,
            body: Vec::new(),
        }
    }

    fn write(
        &self,
        request: &Request,
        is_cut: bool,
        mut client: &TcpStream,
    ) -> std::io::Result<()> {
        let length = self.body.len();
        let head = format!(
            "HTTP/1.1 {} Status\r\n{}Content-Length: {length}\r\n\r\n",
            self.status, self.headers
        );
        client.write_all(head.as_bytes())?;
        match (&*request.method, is_cut) {
            ("HEAD", _) => Ok(()),
            (_, true) => client.write_all(&self.body[..length / 2]),
            (_, false) => client.write_all(&self.body),
        }
    }
}

fn answer(request: &Request, control: &Control) -> Answer {
    let manners = lock(&control.manners).clone();
    let token = manners.token.map(|token| format!("Bearer {token}"));
    if token.is_some() && request.header("authorization") != token.as_deref() {
        return Answer::empty(401, String::new());
    }
    if (manners.unavailable).is_some_and(|path| request.path.starts_with(path)) {
        return Answer::empty(503, String::new());
    }
    let path = percent_decode_str(request.path.trim_start_matches('/'));
    let file = control.folder.join(&*path.decode_utf8_lossy());
    let (Ok(content), Ok(modified)) = (
        fs::read(&file),
        fs::metadata(&file).and_then(|metadata| metadata.modified()),
    ) else {
        return Answer::empty(404, String::new());
    };
    let mut headers = String::new();
    if let Some(before) = manners.tag {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        headers += &format!("ETag: {before}\"{:016x}\"\r\n", hasher.finish());
    }
    if manners.tells_last_modified
        && let Ok(modified) = Timestamp::try_from(modified)
    {
        headers += &format!(
            "Last-Modified: {}\r\n",
            modified.strftime("%a, %d %b %Y %H:%M:%S GMT")
        );
    }
    match request
        .range(content.len())
        .filter(|_| manners.knows_ranges)
    {
        None => Answer {
            status: 200,
            headers,
            body: content,
        },
        Some((first, end)) if first < end => Answer {
            status: 206,
            headers: format!(
                "{headers}Content-Range: bytes {first}-{}/{}\r\n",
                end - 1,
                content.len()
            ),
            body: content[first..end].to_vec(),
        },
        Some(_) => Answer::empty(416, String::new()),
    }
}
