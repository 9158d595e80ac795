//! A website's own server, as far as a provider calls it: what it answers under each path, and how often it was asked.

use hufu::flow::{Bounds, Fetch, Fetched, Fetching};
use hufu::outside::{Fetcher, Reach, Trust};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// How a path answers.
#[derive(Clone, Debug)]
pub enum Answers {
    With(String),
    Status(u16),
    /// Status 302 to this place.
    Redirect(String),
    /// Never.
    Silence,
    /// A body without end.
    Flood,
    /// A head that promises little, and a body that holds more.
    Liar(usize),
    /// A head at once, and then a byte now and then, for ever: never still for long.
    Drip,
}

#[derive(Default)]
struct Shelf {
    answers: HashMap<String, Answers>,
    asked: HashMap<String, usize>,
}

/// The server; it ends with the test's runtime.
#[derive(Clone)]
pub struct Documents {
    address: String,
    shelf: Arc<Mutex<Shelf>>,
}

impl Documents {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let shelf = Arc::<Mutex<Shelf>>::default();
        let served = Arc::clone(&shelf);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&served)));
            }
        });
        Self { address, shelf }
    }

    /// Puts a document up, or another in its place.
    pub fn put(&self, path: &str, answers: Answers) -> String {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).answers.insert(path.to_owned(), answers);
        self.uri(path)
    }

    pub fn uri(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).asked.get(path).copied().unwrap_or_default()
    }
}

/// An internet on which every https host is this one server.
pub struct Behind {
    fetcher: Fetcher,
    address: Url,
    /// What part of the time that a fetch may take it is given.
    hurry: u32,
}

impl Behind {
    pub fn all(documents: &Documents) -> Arc<dyn Fetch> {
        Self::hurried(documents, 1)
    }

    /// The same where each fetch is given a part of the time that it may take, so that a test waits no longer.
    pub fn hurried(documents: &Documents, hurry: u32) -> Arc<dyn Fetch> {
        let fetcher = Fetcher::new(Reach::Loopback, Trust::System).expect("TLS");
        Arc::new(Self { fetcher, address: Url::parse(&documents.address).expect("a URL"), hurry })
    }

    fn within(&self, bounds: Bounds) -> Bounds {
        Bounds { time: bounds.time / self.hurry, ..bounds }
    }

    fn led_here(&self, url: &Url) -> Url {
        self.address.join(&url[url::Position::BeforePath..]).expect("a path")
    }
}

impl Fetch for Behind {
    fn get<'a>(&'a self, url: &'a Url, bounds: Bounds) -> Fetching<'a, Fetched> {
        Box::pin(async move { self.fetcher.get(&self.led_here(url), self.within(bounds)).await })
    }

    fn post<'a>(&'a self, url: &'a Url, form: String, bounds: Bounds) -> Fetching<'a, u16> {
        Box::pin(async move { self.fetcher.post(&self.led_here(url), form, self.within(bounds)).await })
    }
}

async fn serve(mut stream: TcpStream, shelf: Arc<Mutex<Shelf>>) {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut some = [0; 1024];
        match stream.read(&mut some).await {
            Ok(0) | Err(_) => return,
            Ok(read) => head.extend_from_slice(&some[..read]),
        }
    }
    let path = String::from_utf8_lossy(&head).split(' ').nth(1).unwrap_or_default().to_owned();
    let answers = {
        let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
        *shelf.asked.entry(path.clone()).or_default() += 1;
        shelf.answers.get(&path).cloned().unwrap_or(Answers::Status(404))
    };
    // Whoever hangs up on us has had enough; that is what some of these are for.
    let _gone = answer(&mut stream, answers).await;
}

async fn answer(stream: &mut TcpStream, answers: Answers) -> std::io::Result<()> {
    let head = |status: u16, more: &str| format!("HTTP/1.1 {status} x\r\nconnection: close\r\n{more}\r\n");
    match answers {
        Answers::With(body) => {
            let more = format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
            stream.write_all(format!("{}{body}", head(200, &more)).as_bytes()).await
        }
        Answers::Status(status) => stream.write_all(head(status, "content-length: 0\r\n").as_bytes()).await,
        Answers::Redirect(to) => {
            let more = format!("location: {to}\r\ncontent-length: 0\r\n");
            stream.write_all(head(302, &more).as_bytes()).await
        }
        Answers::Silence => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok(())
        }
        Answers::Flood => {
            stream.write_all(head(200, "").as_bytes()).await?;
            loop {
                stream.write_all(&[b'a'; 4096]).await?;
            }
        }
        Answers::Drip => {
            stream.write_all(head(200, "").as_bytes()).await?;
            loop {
                stream.write_all(b"a").await?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Answers::Liar(bytes) => {
            stream.write_all(head(200, "transfer-encoding: chunked\r\n").as_bytes()).await?;
            for _ in 0..bytes.div_ceil(4096) {
                stream.write_all(format!("1000\r\n{}\r\n", "a".repeat(4096)).as_bytes()).await?;
            }
            stream.write_all(b"0\r\n\r\n").await
        }
    }
}
