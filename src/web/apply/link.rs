//! Where the reader of a chip begins: the ticket's own address (docs/ports/reader.md); in the sandbox, the page of a reader that is
//! played beside it.

use super::address;
use crate::flow::Provider;
use crate::web::page::Locale;
use url::form_urlencoded::byte_serialize;

/// On which device the reader is opened: the sandbox's has to know whether it leads back to the application or the person does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    /// The one with the application, by the link.
    Here,
    /// Another, by its camera.
    Elsewhere,
}

pub(super) fn chip_reader(provider: &Provider, locale: Locale, ticket: &str, opened: Opened) -> String {
    let ticket = address(provider, &format!("/reader/{ticket}"));
    match &provider.twins {
        Some(twins) => page_of(twins, locale, &ticket, opened),
        None => ticket,
    }
}

fn page_of(twins: &str, locale: Locale, ticket: &str, opened: Opened) -> String {
    let ticket: String = byte_serialize(ticket.as_bytes()).collect();
    let device = match opened {
        Opened::Here => "this",
        Opened::Elsewhere => "other",
    };
    format!("{twins}/reader?device={device}&lang={}&ticket={ticket}", locale.tag())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandboxes_reader_is_told_the_ticket_the_language_and_the_device() {
        let page = |opened| page_of("http://localhost:8082", Locale::Zh, "http://localhost:8080/reader/a-b", opened);
        let ticket = "ticket=http%3A%2F%2Flocalhost%3A8080%2Freader%2Fa-b";
        assert_eq!(page(Opened::Here), format!("http://localhost:8082/reader?device=this&lang=zh-CN&{ticket}"));
        assert_eq!(page(Opened::Elsewhere), format!("http://localhost:8082/reader?device=other&lang=zh-CN&{ticket}"));
    }
}
