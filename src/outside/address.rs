//! Which addresses on the internet are somebody else's: everything but those that RFC 6890 and its registries set apart.
//!
//! A server that fetches what a stranger names is a way into its own network (OWASP SSRF). Whatever is not plainly public
//! is refused: private, shared, loopback, link-local (cloud metadata lives there), documentation, multicast, reserved, and
//! IPv6 forms that carry an IPv4 address inside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether a website may be reached at this address.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        // RFC 6598: shared by carriers.
        || (a == 100 && (64..128).contains(&b))
        // RFC 6890 §2.2.2, RFC 7526: protocol assignments, 6to4 relays.
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        // RFC 2544: benchmarks.
        || (a == 198 && (18..20).contains(&b))
        || a >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // Global unicast is 2000::/3 (RFC 4291 §2.4); the rest is loopback, mapped, translated, unique-local, link-local, multicast.
    let global = segments[0] & 0xe000 == 0x2000;
    global
        // RFC 2928 and its neighbours (Teredo, ORCHID, benchmarks), RFC 3849, RFC 9637: documentation.
        && !(segments[0] == 0x2001 && segments[1] < 0x0200)
        && !(segments[0] == 0x2001 && segments[1] == 0x0db8)
        && !(segments[0] == 0x3fff && segments[1] < 0x1000)
        // RFC 3056: 6to4 carries an IPv4 address.
        && segments[0] != 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OWASP: Server-Side Request Forgery Prevention.
    #[test]
    fn only_public_addresses_are_reached() {
        let public = |text: &str| is_public(text.parse().unwrap());
        for good in ["1.1.1.1", "93.184.216.34", "100.63.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::8a"] {
            assert!(public(good), "{good}");
        }
        for bad in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:1.1.1.1",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
        ] {
            assert!(!public(bad), "{bad}");
        }
    }
}
