//! Why GitHub cannot be reached: the cause in a sentence that says what to do.

use std::error::Error;
use std::io::ErrorKind;

use super::proxy;

/// What is wrong if the connection is there.
pub(super) const NO_ANSWER: &str =
    "no answer came within 60 s: check what is in between, and whether GitHub has an outage";

/// Why a request got no answer, and what to do. `plain`: its address begins with `http://`, so that a proxy would be asked
/// as GitHub itself is.
pub fn why(error: &(dyn Error + 'static), plain: bool) -> String {
    let (mut chain, mut source) = (vec![], Some(error));
    while let Some(error) = source {
        chain.push(error);
        source = error.source();
    }
    let says = |words: &str| chain.iter().any(|error| error.to_string().contains(words));
    let why = cause(&chain);
    if says("proxy authorization required") {
        return "the proxy asks for a user and a password: write them into its address (HTTPS_PROXY), as \
                http://USER:PASSWORD@HOST:PORT"
            .to_owned();
    }
    if says("tunnel error: failed to create") {
        return format!("the proxy that HTTPS_PROXY or ALL_PROXY names cannot be reached: {why}");
    }
    if says("socks") {
        return "the SOCKS proxy that HTTPS_PROXY or ALL_PROXY names cannot be reached, or makes no connection to it: check its \
                host and port, what it allows, and whether NO_PROXY should name the host"
            .to_owned();
    }
    if says("tunnel error") {
        return "the proxy that HTTPS_PROXY or ALL_PROXY names makes no connection to it: check what the proxy allows, and \
                whether NO_PROXY should name the host"
            .to_owned();
    }
    match proxy::for_plain().filter(|_| plain) {
        Some(variable) => format!("{why}. Unless NO_PROXY names the host, it is the proxy of {variable} that is asked"),
        None => why,
    }
}

fn cause(chain: &[&(dyn Error + 'static)]) -> String {
    let says = |words: &str| chain.iter().any(|error| error.to_string().contains(words));
    if says("dns error") {
        return "the name cannot be resolved: check the host, and DNS".to_owned();
    }
    if let Some(fault) = chain.iter().find_map(|error| error.downcast_ref::<reqwest::Error>())
        && fault.is_timeout()
    {
        return match fault.is_connect() {
            true => "no connection was made within 10 s: check firewalls and network policies in between",
            false => NO_ANSWER,
        }
        .to_owned();
    }
    for error in chain {
        if let Some(mut fault) = error.downcast_ref::<std::io::Error>() {
            // One may be wrapped in another, which is not its source.
            while let Some(inner) = fault.get_ref().and_then(|inner| inner.downcast_ref()) {
                fault = inner;
            }
            return of_io(fault);
        }
    }
    if says("connection closed before message completed") {
        return CLOSED.to_owned();
    }
    if says("invalid HTTP") {
        return "what answers there speaks no HTTP: check host and port".to_owned();
    }
    "the request failed".to_owned()
}

const CLOSED: &str =
    "the connection was closed before an answer came: check that nothing in between cuts connections off";

fn of_io(fault: &std::io::Error) -> String {
    match fault.kind() {
        ErrorKind::ConnectionRefused => {
            "nothing listens there: check host and port, and whether a firewall refuses connections".to_owned()
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            "the network has no way there: check routes and network policies".to_owned()
        }
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => CLOSED.to_owned(),
        ErrorKind::TimedOut => {
            "no connection was made in time: check firewalls and network policies in between".to_owned()
        }
        ErrorKind::InvalidData | ErrorKind::InvalidInput => format!(
            "TLS failed ({fault}): check that it speaks TLS, and that this machine trusts the certificate, which may be that of \
             a proxy in between"
        ),
        _ => format!("the connection failed ({fault})"),
    }
}
