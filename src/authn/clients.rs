//! Which websites a session has visited, as far as signing out must reach them (PROTOCOL 5).
//!
//! One sealed list on the session's row, extended on the first visit to a client that has a logout URI. Sealing pads it to
//! few lengths, so that the row does not tell how many websites there were.

use crate::keys::Sealable;
use crate::spec::ClientId;
use serde::{Deserialize, Serialize};

/// Client ids in a list. A browser that visits more in one session signs out of the latest ones.
const MOST: usize = 256;

/// The websites to tell when the session ends, in the order of the first visit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientList(Vec<String>);

/// Whether the row must be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    First,
    Again,
}

impl ClientList {
    /// Notes a visit.
    pub fn visit(&mut self, client: &ClientId) -> Visit {
        if self.0.iter().any(|known| known == client.as_str()) {
            return Visit::Again;
        }
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(client.as_str().to_owned());
        Visit::First
    }

    pub fn iter(&self) -> impl Iterator<Item = ClientId> {
        self.0.iter().cloned().map(ClientId::new)
    }
}

impl Sealable for ClientList {
    const PURPOSE: &'static str = "session-clients";
    const CLASSES: &'static [usize] = &[512, 1024, 2048, 4096];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(count: usize) -> ClientList {
        let mut list = ClientList::default();
        for n in 0..count {
            assert_eq!(list.visit(&ClientId::new(format!("client-{n}"))), Visit::First);
        }
        list
    }

    #[test]
    fn a_client_is_noted_at_its_first_visit_only() {
        let mut list = list(3);
        assert_eq!(list.visit(&ClientId::new("client-1".into())), Visit::Again);
        assert_eq!(list.iter().count(), 3);
    }

    #[test]
    fn a_list_is_bounded() {
        assert_eq!(list(MOST + 9).iter().count(), MOST);
        assert_eq!(list(MOST + 9).iter().next().map(|id| id.to_string()), Some("client-9".into()));
    }
}
