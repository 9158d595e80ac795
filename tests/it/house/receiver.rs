//! A website's server that we call: what it was sent, and how it behaves. Plain sockets, so that it can misbehave.

use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How the server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Answers(u16),
    Redirects,
    Hangs,
}

/// The server, on loopback.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    manner: Arc<Mutex<Manner>>,
    bodies: Arc<Mutex<Vec<String>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    pub async fn start(manner: Manner) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/logout", listener.local_addr().expect("bound"));
        let receiver =
            Receiver { url, manner: Arc::new(Mutex::new(manner)), bodies: Arc::default(), asked: Arc::default() };
        let accepting = receiver.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(accepting.clone().serve(socket));
            }
        });
        receiver
    }

    pub fn behave(&self, manner: Manner) {
        *self.manner.lock().expect("sound") = manner;
    }

    /// Path and query of each request, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("sound").clone()
    }

    /// The bodies that came, in order.
    pub fn bodies(&self) -> Vec<String> {
        self.bodies.lock().expect("sound").clone()
    }

    async fn serve(self, mut socket: TcpStream) {
        let mut read = Vec::new();
        let body = loop {
            let mut chunk = [0; 4096];
            let count = socket.read(&mut chunk).await.unwrap_or_default();
            read.extend_from_slice(&chunk[..count]);
            let text = String::from_utf8_lossy(&read).into_owned();
            let whole = text.split_once("\r\n\r\n").and_then(|(head, body)| {
                let length = head
                    .lines()
                    .find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
                (body.len() == length.unwrap_or(0)).then(|| body.to_owned())
            });
            match whole {
                Some(body) => break body,
                None if count == 0 => return,
                None => {}
            }
        };
        let head = String::from_utf8_lossy(&read);
        self.asked.lock().expect("sound").push(head.split(' ').nth(1).unwrap_or_default().to_owned());
        self.bodies.lock().expect("sound").push(body);
        let manner = *self.manner.lock().expect("sound");
        let answer = match manner {
            Manner::Answers(status) => format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
            Manner::Redirects => {
                let to = &self.url;
                format!("HTTP/1.1 302 X\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            }
            Manner::Hangs => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                return;
            }
        };
        let _gone = socket.write_all(answer.as_bytes()).await;
    }
}
