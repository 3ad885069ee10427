//! Reading without a token, where `BUGSCRUB_PUBLIC` lets anybody do so: limited by the address that they come from.
//!
//! Behind a proxy that address stands in `X-Forwarded-For`, to which each proxy appends the one that it saw. Anybody can
//! send such a header. So it is read from its end, and an entry counts only if a proxy that we believe wrote it
//! (`BUGSCRUB_TRUSTED_PROXIES`). `Forwarded` (RFC 7239) is not read for this: a proxy that appends to the one header
//! passes on the other as a client wrote it.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method};
use chrono::{DateTime, Utc};
use ipnet::IpNet;

use super::limit::Limits;
use super::problem::Problem;
use crate::service::Viewer;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What may be read without a token, and how often an address asks that nobody vouches for.
#[derive(Clone, Debug, Default)]
pub struct PublicSettings {
    /// Whether anybody reads what is public.
    pub on: bool,
    /// Requests a minute and address; 0 for no limit. It counts for [`super::strangers`] too, whether it is on or not.
    pub per_minute: u32,
    pub proxies: TrustedProxies,
}

/// The proxies whose word about their clients is believed. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let networks: Vec<String> = self.0.iter().map(IpNet::to_string).collect();
        f.write_str(if networks.is_empty() { "none" } else { "" })?;
        f.write_str(&networks.join(", "))
    }
}

/// Why a text names no network.
#[derive(Debug, thiserror::Error)]
#[error("BUGSCRUB_TRUSTED_PROXIES: {0} is no network: write addresses such as 10.0.0.0/8, fd00::/8 or 192.0.2.7")]
pub struct BadNetwork(String);

impl TrustedProxies {
    /// # Errors
    /// [`BadNetwork`] for the first text that is neither a network nor an address.
    pub fn new(networks: &[String]) -> Result<Self, BadNetwork> {
        let read = |text: &String| {
            let text = text.trim();
            let address = || text.parse::<IpAddr>().map(IpNet::from);
            text.parse::<IpNet>().or_else(|_| address()).map_err(|_| BadNetwork(text.to_owned()))
        };
        Ok(Self(networks.iter().map(read).collect::<Result<Vec<_>, _>>()?.into()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether anybody is believed, wherever they come from.
    pub fn believe_anybody(&self) -> bool {
        self.0.iter().any(|network| network.prefix_len() == 0)
    }

    fn believes(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The address of a request's client: that of the connection, or where that is of a proxy that we believe, the
    /// last one in `X-Forwarded-For` that is of none.
    pub fn client(&self, connection: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = connection.to_canonical();
        let lines: Vec<&str> =
            headers.get_all(FORWARDED_FOR).iter().map(|line| line.to_str().unwrap_or_default()).collect();
        for entry in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            if !self.believes(client) {
                break;
            }
            // What is no address was not written by a proxy that we believe: its own is the last one that is known.
            let Some(address) = address(entry) else { break };
            client = address;
        }
        client
    }

    /// What the client of a request has for themselves: an IPv4 address, or the first 64 bits of an IPv6 address.
    ///
    /// # Errors
    /// 500 if the server has not told where the connection comes from.
    pub fn reader(&self, parts: &Parts) -> Result<IpAddr, Problem> {
        let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let connection = connection.ok_or_else(Problem::internal)?;
        Ok(network(self.client(connection, &parts.headers)))
    }
}

/// An address as proxies write it: alone, in brackets, or with a port.
fn address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']')).unwrap_or(entry);
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse::<IpAddr>().ok().or_else(with_port).map(|address| address.to_canonical())
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    }
}

/// Lets readers in who have no token.
pub struct PublicReading {
    proxies: TrustedProxies,
    limits: Limits<IpAddr>,
    guests: Limits<IpAddr>,
}

/// Names that people leave a minute and address.
const GUESTS_A_MINUTE: u32 = 10;

impl PublicReading {
    /// `None` unless it is on.
    pub fn new(settings: &PublicSettings) -> Option<Self> {
        let PublicSettings { on, per_minute, proxies } = settings;
        on.then(|| Self {
            proxies: proxies.clone(),
            limits: Limits::new(*per_minute),
            guests: Limits::new(GUESTS_A_MINUTE),
        })
    }

    /// Somebody who reads without a token, once the request is counted.
    ///
    /// # Errors
    /// 401 for anything but reading, 429 after too many requests from the address.
    pub fn admit(&self, parts: &Parts, now: DateTime<Utc>) -> Result<Viewer, Problem> {
        if ![Method::GET, Method::HEAD].contains(&parts.method) {
            return Err(Problem::unauthorized().detail("Without a token you can only read."));
        }
        self.visit(parts, now)
    }

    /// Somebody who says that they are there.
    ///
    /// # Errors
    /// 429 after too many requests from the address.
    pub fn visit(&self, parts: &Parts, now: DateTime<Utc>) -> Result<Viewer, Problem> {
        let from = self.proxies.reader(parts)?;
        self.limits.count(from, now, &parts.extensions)?;
        Ok(Viewer::nobody(from))
    }

    /// Somebody who leaves a name.
    ///
    /// # Errors
    /// 429 after too many names from the address.
    pub fn greet(&self, parts: &Parts, now: DateTime<Utc>) -> Result<Viewer, Problem> {
        let from = self.proxies.reader(parts)?;
        self.guests.count(from, now, &parts.extensions)?;
        Ok(Viewer::nobody(from))
    }
}
