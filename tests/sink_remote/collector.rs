//! A collector that answers as a test wants.

use raudit_remote::protocol::{self, kind, push_message};
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// A message of a sender's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    pub kind: u32,
    pub sequence: u32,
    pub text: String,
}

/// What is done about a message. Only what is acknowledged counts as stored.
#[derive(Clone, Copy, Debug)]
pub enum Reply {
    Ack,
    /// An answer of this type with this text.
    Other(u32, &'static str),
    /// An acknowledgement of another message.
    WrongSequence,
    Garbage,
    /// Nothing; the connection stays.
    Silence,
    Close,
    /// A part of an acknowledgement, and then the end.
    CloseWithin,
    /// An acknowledgement in pieces.
    Slow,
}

/// What has been received.
#[derive(Debug, Default)]
pub struct Heard {
    /// All messages, in order.
    pub messages: Vec<Message>,
    /// The records that were acknowledged.
    pub stored: Vec<String>,
    /// The senders' ports.
    pub ports: Vec<u16>,
    /// The bytes of each connection.
    pub streams: Vec<Vec<u8>>,
}

/// A running collector.
pub struct Collector {
    pub port: u16,
    heard: Arc<Mutex<Heard>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Collector {
    /// On any port; `reply` gets the message and its number, from 0.
    pub fn start(reply: impl FnMut(usize, &Message) -> Reply + Send + 'static) -> Self {
        Self::start_on(0, Arc::default(), reply)
    }

    /// On a port, adding to what another has heard.
    pub fn start_on(
        port: u16,
        heard: Arc<Mutex<Heard>>,
        mut reply: impl FnMut(usize, &Message) -> Reply + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let port = listener.local_addr().unwrap().port();
        listener.set_nonblocking(true).unwrap();
        let (stop, shared) = (Arc::new(AtomicBool::new(false)), Arc::clone(&heard));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((stream, from)) => {
                        shared.lock().unwrap().ports.push(from.port());
                        serve(stream, &shared, &stopped, &mut reply);
                    }
                    Err(_) => std::thread::sleep(Duration::from_millis(2)),
                }
            }
        });
        Self { port, heard, stop, thread: Some(thread) }
    }

    pub fn heard<T>(&self, look: impl FnOnce(&Heard) -> T) -> T {
        look(&self.heard.lock().unwrap())
    }

    pub fn stored(&self) -> Vec<String> {
        self.heard(|heard| heard.stored.clone())
    }

    /// Ends it: neither the port nor a connection is there any more.
    pub fn stop(mut self) -> Arc<Mutex<Heard>> {
        self.end();
        Arc::clone(&self.heard)
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.end();
    }
}

fn serve(
    mut stream: TcpStream,
    heard: &Mutex<Heard>,
    stop: &AtomicBool,
    reply: &mut impl FnMut(usize, &Message) -> Reply,
) {
    stream.set_nonblocking(false).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    heard.lock().unwrap().streams.push(Vec::new());
    let mut unused = Vec::new();
    let mut bytes = [0; 65536];
    while !stop.load(Ordering::Relaxed) {
        match stream.read(&mut bytes) {
            Ok(0) => return,
            Ok(n) => {
                heard.lock().unwrap().streams.last_mut().unwrap().extend_from_slice(&bytes[..n]);
                unused.extend_from_slice(&bytes[..n]);
            }
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {}
            Err(_) => return,
        }
        while let Some((message, len)) = parse(&unused) {
            unused.drain(..len);
            let count = {
                let mut heard = heard.lock().unwrap();
                heard.messages.push(message.clone());
                heard.messages.len() - 1
            };
            let answer = reply(count, &message);
            let is_record = message.kind == kind::MESSAGE;
            let is_stored = is_record && matches!(answer, Reply::Ack | Reply::Slow | Reply::Other(kind::DISK_LOW, _));
            if is_stored {
                heard.lock().unwrap().stored.push(message.text.clone());
            }
            if !send(&mut stream, &message, answer) {
                return;
            }
        }
    }
}

/// False when the connection is to be closed.
fn send(stream: &mut TcpStream, message: &Message, reply: Reply) -> bool {
    let mut out = Vec::new();
    match reply {
        Reply::Ack | Reply::Slow | Reply::CloseWithin => push_message(&mut out, kind::ACK, message.sequence, b""),
        Reply::Other(kind, text) => push_message(&mut out, kind, message.sequence, text.as_bytes()),
        Reply::WrongSequence => push_message(&mut out, kind::ACK, message.sequence + 7, b""),
        Reply::Garbage => out.extend_from_slice(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        Reply::Silence => return true,
        Reply::Close => return false,
    }
    match reply {
        Reply::CloseWithin => {
            drop(stream.write_all(&out[..9]));
            false
        }
        Reply::Slow => out.chunks(5).all(|part| {
            std::thread::sleep(Duration::from_millis(20));
            stream.write_all(part).is_ok()
        }),
        _ => stream.write_all(&out).is_ok(),
    }
}

/// A sender's message, if it is whole.
pub fn parse(bytes: &[u8]) -> Option<(Message, usize)> {
    let header = bytes.get(..protocol::HEADER)?;
    assert_eq!(header[..6], [0xfe, 0, 0, 0xff, 0, 0], "no header: {header:?}");
    let number = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().unwrap());
    let end = protocol::HEADER + usize::from(u16::from_le_bytes([header[10], header[11]]));
    let text = String::from_utf8(bytes.get(protocol::HEADER..end)?.to_vec()).unwrap();
    Some((Message { kind: number(6), sequence: number(12), text }, end))
}
