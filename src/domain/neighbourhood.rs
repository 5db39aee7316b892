//! What counts as one client where clients are counted by their addresses.

use std::net::{IpAddr, Ipv6Addr};

/// The address itself; of IPv6 addresses, everybody has 2^64.
#[must_use]
pub fn of(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}
