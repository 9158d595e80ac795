//! A stretch of network between the store and PostgreSQL that can misbehave.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::thread;
use url::Url;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Faithful,
    /// Every connection ends, and none begins.
    Dead,
    /// The next `COMMIT` reaches the server, its answer reaches nobody.
    LoseAnswer,
    /// The next `COMMIT` reaches nobody.
    LoseCommit,
}

pub struct Proxy {
    url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    mood: Mood,
    open: Vec<TcpStream>,
}

impl Proxy {
    pub fn before(server: &str) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let server = Url::parse(server).expect("a database URL");
        let user = server.query_pairs().find(|(name, _)| name == "user").map(|(_, user)| user.into_owned());
        let mut url = Url::parse("postgres://127.0.0.1/").expect("a URL");
        url.set_path(server.path());
        url.set_port(Some(port)).expect("a port");
        url.set_username(user.as_deref().unwrap_or(server.username())).expect("a user");
        url.set_password(server.password()).expect("a password");
        url.set_query(Some("sslmode=disable&gssencmode=disable"));
        let state = Arc::new(Mutex::new(State { mood: Mood::Faithful, open: Vec::new() }));
        let its_state = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let mut state = its_state.lock().expect("nobody panics here");
                if state.mood == Mood::Dead {
                    continue;
                }
                state.open.push(client.try_clone().expect("a handle"));
                drop(state);
                carry(client, &server, &its_state);
            }
        });
        Proxy { url: url.into(), state }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn set(&self, mood: Mood) {
        let mut state = self.state.lock().expect("nobody panics here");
        state.mood = mood;
        if mood == Mood::Dead {
            for connection in state.open.drain(..) {
                let _gone = connection.shutdown(std::net::Shutdown::Both);
            }
        }
    }
}

trait Duplex: Read + Write + Send {}
impl<T: Read + Write + Send> Duplex for T {}

/// Both ends of a connection to the server.
fn connect(server: &Url) -> [Box<dyn Duplex>; 2] {
    let option =
        |wanted: &str| server.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    let port = option("port").and_then(|port| port.parse().ok()).or(server.port()).unwrap_or(5432);
    match option("host") {
        Some(dir) if dir.starts_with('/') => {
            let stream = UnixStream::connect(format!("{dir}/.s.PGSQL.{port}")).expect("the server answers");
            [Box::new(stream.try_clone().expect("a handle")), Box::new(stream)]
        }
        host => {
            let host = host.or(server.host_str().map(str::to_owned)).unwrap_or_else(|| "127.0.0.1".to_owned());
            let stream = TcpStream::connect((host.as_str(), port)).expect("the server answers");
            [Box::new(stream.try_clone().expect("a handle")), Box::new(stream)]
        }
    }
}

fn carry(client: TcpStream, server: &Url, state: &Arc<Mutex<State>>) {
    let [mut to_server, mut from_server] = connect(server);
    let (mut from_client, mut to_client) = (client.try_clone().expect("a handle"), client);
    let losing = Arc::new(Mutex::new(false));
    let (its_losing, state) = (Arc::clone(&losing), Arc::clone(state));
    thread::spawn(move || {
        let mut buffer = [0; 65536];
        while let Ok(read @ 1..) = from_client.read(&mut buffer) {
            let message = &buffer[..read];
            if message.windows(6).any(|word| word == b"COMMIT") {
                let mut state = state.lock().expect("nobody panics here");
                match state.mood {
                    Mood::LoseCommit => {
                        state.mood = Mood::Faithful;
                        break;
                    }
                    Mood::LoseAnswer => {
                        state.mood = Mood::Faithful;
                        *its_losing.lock().expect("nobody panics here") = true;
                    }
                    Mood::Faithful | Mood::Dead => {}
                }
            }
            if to_server.write_all(message).is_err() {
                break;
            }
        }
        let _gone = from_client.shutdown(std::net::Shutdown::Both);
    });
    thread::spawn(move || {
        let mut buffer = [0; 65536];
        while let Ok(read @ 1..) = from_server.read(&mut buffer) {
            if *losing.lock().expect("nobody panics here") || to_client.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        let _gone = to_client.shutdown(std::net::Shutdown::Both);
    });
}
