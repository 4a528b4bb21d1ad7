//! Socket addresses: the hex of `saddr=` and what it says.

use crate::text::{decode_hex_into, push_decimal, push_signed};
use nom::IResult;
use nom::Parser;
use nom::bytes::complete::take;
use nom::number::complete::{be_u16, be_u32, be_u128, le_u32};
use raudit_tables::family::FAMILY;
use std::fmt::Display;
use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

const AF_LOCAL: u16 = 1;
const AF_INET: u16 = 2;
const AF_INET6: u16 = 10;
const AF_NETLINK: u16 = 16;

/// A `struct sockaddr` as the caller passed it to the kernel, borrowed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "the fields are named and the variants say what they are")]
pub enum SockAddr<'a> {
    /// IPv4: address and port.
    Inet { address: Ipv4Addr, port: u16 },
    /// IPv6: address, port and scope (interface index, 0 for none).
    Inet6 { address: Ipv6Addr, port: u16, scope: u32 },
    /// A path, or a name in the abstract namespace.
    Local { path: &'a [u8], is_abstract: bool },
    /// Netlink: the port id (a process id, mostly).
    Netlink { family: u16, pid: u32 },
    /// A family this project does not look into.
    Other { family: u16 },
    /// Fewer bytes than the family's structure has.
    TooShort { family: u16 },
}

impl<'a> SockAddr<'a> {
    /// Reads the bytes of a socket address (host byte order, as the log does not say which machine wrote it).
    pub fn decode(bytes: &'a [u8]) -> Self {
        let family = match *bytes {
            [low, high, ..] => u16::from_ne_bytes([low, high]),
            [low] => u16::from(low),
            [] => 0,
        };
        let rest = bytes.get(2..).unwrap_or_default();
        let read = match family {
            // Two bytes of family, and at least a name of two: auditd calls less too short.
            AF_LOCAL if bytes.len() >= 4 => Ok((rest, local(rest))),
            AF_INET if bytes.len() >= 16 => inet(rest),
            AF_INET6 if bytes.len() >= 28 => inet6(rest),
            AF_NETLINK if bytes.len() >= 12 => netlink(family, rest),
            AF_LOCAL | AF_INET | AF_INET6 | AF_NETLINK => return Self::TooShort { family },
            _ => return Self::Other { family },
        };
        read.map_or(Self::TooShort { family }, |(_, address)| address)
    }

    /// The number of the family (`AF_*`).
    pub fn family(&self) -> u16 {
        match *self {
            Self::Inet { .. } => AF_INET,
            Self::Inet6 { .. } => AF_INET6,
            Self::Local { .. } => AF_LOCAL,
            Self::Netlink { family, .. } | Self::Other { family } | Self::TooShort { family } => family,
        }
    }

    /// Appends an address of the internet as getnameinfo(3) writes it, such as `::1%2`: the scope (interface index) stays a number,
    /// since the log may be another machine's. Other families have none.
    pub fn push_host(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Inet { address, .. } => push_display(out, address),
            Self::Inet6 { address, scope, .. } => {
                push_inet6(out, address);
                if scope != 0 {
                    out.push(b'%');
                    push_decimal(out, u64::from(scope));
                }
            }
            _ => {}
        }
    }

    /// Appends what auditd prints: `{ saddr_fam=inet laddr=127.0.0.1 lport=80 }`.
    pub fn push(&self, out: &mut Vec<u8>) {
        let Some(name) = FAMILY.name(u32::from(self.family())) else {
            out.extend_from_slice(b"unknown-family(");
            push_decimal(out, u64::from(self.family()));
            return out.push(b')');
        };
        out.extend_from_slice(b"{ saddr_fam=");
        out.extend_from_slice(name.as_bytes());
        match *self {
            Self::Inet { port, .. } | Self::Inet6 { port, .. } => {
                out.extend_from_slice(b" laddr=");
                self.push_host(out);
                out.extend_from_slice(b" lport=");
                push_decimal(out, u64::from(port));
            }
            Self::Local { path, .. } => {
                out.extend_from_slice(b" path=");
                out.extend_from_slice(path);
            }
            Self::Netlink { family, pid } => {
                out.extend_from_slice(b" nlnk-fam=");
                push_decimal(out, u64::from(family));
                out.extend_from_slice(b" nlnk-pid=");
                push_signed(out, i64::from(pid));
            }
            Self::Other { .. } => out.extend_from_slice(b" (unsupported)"),
            Self::TooShort { family } => out.extend_from_slice(match family {
                AF_INET6 => b" sockaddr6 len too short",
                AF_NETLINK => b" len too short",
                _ => b" sockaddr len too short".as_slice(),
            }),
        }
        out.extend_from_slice(b" }");
    }
}

/// `struct sockaddr_storage`, the most the kernel logs; twice that in case it grows.
const LONGEST: usize = 256;

/// Appends the meaning of a `saddr=` value; what is not hex is called malformed, as auditd does.
pub fn push_saddr(out: &mut Vec<u8>, value: &[u8]) {
    // An odd last digit has no partner; auditd ignores it as well.
    let even = value.get(..value.len() & !1).unwrap_or_default();
    match decode_hex_into(even, &mut [0; LONGEST]) {
        Some(bytes) => SockAddr::decode(bytes).push(out),
        None => {
            out.extend_from_slice(b"malformed-host(");
            out.extend_from_slice(value);
            out.push(b')');
        }
    }
}

/// `struct sockaddr_in` behind the family.
fn inet(input: &[u8]) -> IResult<&[u8], SockAddr<'_>> {
    let (input, (port, address)) = (be_u16, be_u32).parse(input)?;
    Ok((input, SockAddr::Inet { address: Ipv4Addr::from_bits(address), port }))
}

/// `struct sockaddr_in6` behind the family: port, flow label, address, scope.
fn inet6(input: &[u8]) -> IResult<&[u8], SockAddr<'_>> {
    let (input, (port, _, address, scope)) = (be_u16, be_u32, be_u128, le_u32).parse(input)?;
    Ok((input, SockAddr::Inet6 { address: Ipv6Addr::from_bits(address), port, scope }))
}

/// `struct sockaddr_nl` behind the family: padding, port id, groups.
fn netlink(family: u16, input: &[u8]) -> IResult<&[u8], SockAddr<'_>> {
    let (input, (_, pid)) = (take(2_usize), le_u32).parse(input)?;
    Ok((input, SockAddr::Netlink { family, pid }))
}

/// `sun_path`: up to its NUL; a leading one marks the abstract namespace.
fn local(path: &[u8]) -> SockAddr<'_> {
    let (is_abstract, path) = match path {
        [0, name @ ..] => (true, name),
        _ => (false, path),
    };
    let end = memchr::memchr(0, path).unwrap_or(path.len());
    SockAddr::Local { path: path.get(..end).unwrap_or(path), is_abstract }
}

fn push_display(out: &mut Vec<u8>, value: impl Display) {
    // Writing into a Vec cannot fail.
    write!(out, "{value}").ok();
}

/// IPv6 as the C library prints it, which differs from Rust's in `::1.2.3.4`.
fn push_inet6(out: &mut Vec<u8>, address: Ipv6Addr) {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => {
            out.extend_from_slice(b"::");
            push_display(out, Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
        }
        _ => push_display(out, address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(hex: &str) -> String {
        let mut out = Vec::new();
        push_saddr(&mut out, hex.as_bytes());
        String::from_utf8_lossy(&out).into_owned()
    }

    /// The right column is what auditd 3.0.9's library prints.
    #[test]
    fn prints_what_auditd_prints() {
        for (hex, text) in [
            ("020000507F0000010000000000000000", "{ saddr_fam=inet laddr=127.0.0.1 lport=80 }"),
            ("020000507F000001", "{ saddr_fam=inet sockaddr len too short }"),
            ("02", "{ saddr_fam=inet sockaddr len too short }"),
            (
                "0A0001BB0000000020010DB800000000000000000000000103000000",
                "{ saddr_fam=inet6 laddr=2001:db8::1%3 lport=443 }",
            ),
            (
                "0A0001BB00000000000000000000000000000000010203040000000000",
                "{ saddr_fam=inet6 laddr=::1.2.3.4 lport=443 }",
            ),
            ("0A0001BB000000000000000000", "{ saddr_fam=inet6 sockaddr6 len too short }"),
            ("01002F72756E2F78006A756E6B", "{ saddr_fam=local path=/run/x }"),
            ("01000061627374726163740078", "{ saddr_fam=local path=abstract }"),
            ("0100", "{ saddr_fam=local sockaddr len too short }"),
            ("010000000000", "{ saddr_fam=local path= }"),
            ("10000000D204000001000000", "{ saddr_fam=netlink nlnk-fam=16 nlnk-pid=1234 }"),
            ("10000000D2040000", "{ saddr_fam=netlink len too short }"),
            ("110008000200", "{ saddr_fam=packet (unsupported) }"),
            ("0000", "unknown-family(0)"),
            ("63000102", "unknown-family(99)"),
            ("zz", "malformed-host(zz)"),
            ("?", "malformed-host(?)"),
        ] {
            assert_eq!(shown(hex), text, "{hex}");
        }
    }

    #[test]
    fn tells_abstract_names_from_paths() {
        assert_eq!(SockAddr::decode(b"\x01\x00\x00bus"), SockAddr::Local { path: b"bus", is_abstract: true });
        assert_eq!(SockAddr::decode(b"\x01\x00/bus"), SockAddr::Local { path: b"/bus", is_abstract: false });
        assert_eq!(SockAddr::decode(b""), SockAddr::Other { family: 0 });
    }
}
