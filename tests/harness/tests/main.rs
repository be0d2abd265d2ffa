//! The harness does what the tests that stand on it take for granted.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;

use data_validator_harness::{Fault, Proxy, Server, ServerSettings, eventually};

/// A server that gives back what it gets, in capitals.
fn shouting() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut buffer = [0; 64];
                while let Ok(count @ 1..) = client.read(&mut buffer) {
                    let answer = buffer[..count].to_ascii_uppercase();
                    if client.write_all(&answer).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

fn ask(stream: &mut TcpStream, text: &str) -> std::io::Result<String> {
    stream.write_all(text.as_bytes())?;
    let mut answer = vec![0; text.len()];
    stream.read_exact(&mut answer)?;
    Ok(String::from_utf8(answer).unwrap())
}

#[test]
fn a_cut_resets_open_connections_and_lets_new_ones_through() {
    let proxy = Proxy::to(shouting());
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    assert_eq!(ask(&mut client, "hello").unwrap(), "HELLO");
    proxy.cut();
    assert!(ask(&mut client, "hello").is_err());
    let mut client = TcpStream::connect(proxy.address()).unwrap();
    assert_eq!(ask(&mut client, "again").unwrap(), "AGAIN");
    assert_eq!(proxy.accepted(), 2);
}

#[test]
fn new_connections_can_be_refused_while_an_open_one_goes_on() {
    let proxy = Proxy::to(shouting());
    let mut open = TcpStream::connect(proxy.address()).unwrap();
    assert_eq!(ask(&mut open, "one").unwrap(), "ONE");
    proxy.set(Fault::Refuse);
    let mut refused = TcpStream::connect(proxy.address()).unwrap();
    assert!(ask(&mut refused, "two").is_err());
    assert_eq!(ask(&mut open, "three").unwrap(), "THREE");
}

#[test]
fn bytes_can_be_kept_from_the_server_or_its_answer_from_the_client() {
    let proxy = Proxy::to(shouting());
    for (fault, seen) in [
        (Fault::CutBefore(b"commit".to_vec()), 1),
        (Fault::CutAtAnswerTo(b"commit".to_vec()), 2),
    ] {
        proxy.set(fault);
        let mut client = TcpStream::connect(proxy.address()).unwrap();
        assert_eq!(ask(&mut client, "begin").unwrap(), "BEGIN");
        assert!(ask(&mut client, "commit").is_err());
        assert_eq!(proxy.seen(), seen);
    }
}

#[test]
fn a_server_starts_is_killed_and_comes_back_on_its_port_and_leaves_nothing() {
    let mut server = Server::start_own(&ServerSettings::default());
    let port = server.port();
    let folder = server.socket_folder().to_path_buf();
    let can_be_reached = || TcpStream::connect(("127.0.0.1", port)).is_ok();
    assert!(can_be_reached());
    server.kill();
    eventually("the killed server's port to close", || {
        (!can_be_reached()).then_some(())
    });
    server.restart();
    assert!(can_be_reached());
    assert_eq!(server.port(), port);
    drop(server);
    eventually("the server to end", || (!can_be_reached()).then_some(()));
    assert!(!Path::new(&folder).exists(), "{} is left", folder.display());
}
