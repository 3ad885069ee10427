//! Reads recorded deliveries: NDJSON, plain or gzip, one line at a time.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use flate2::bufread::MultiGzDecoder;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::error::DeliverError;

/// The longest line that is read. GitHub sends no payload over 25 MB, and the rest of a line is short.
const LONGEST_LINE: u64 = 32 * 1024 * 1024;

const BUFFER: usize = 128 * 1024;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// One webhook request as GitHub made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedDelivery {
    /// `X-GitHub-Event`, such as `issues`.
    pub event: String,
    /// `X-GitHub-Delivery`.
    pub delivery: Uuid,
    /// When GitHub sent it.
    pub at: DateTime<Utc>,
    /// The body, byte for byte. The signature covers it.
    pub payload: Bytes,
}

/// A line of the file.
#[derive(Deserialize)]
struct Line<'a> {
    event: String,
    delivery: String,
    at: DateTime<Utc>,
    #[serde(borrow)]
    payload: &'a RawValue,
}

/// Reads the deliveries of a file, in its order, and skips empty lines.
///
/// `-` is the standard input. A gzip file is recognized by its first two bytes, and may have several
/// members one after another. Only one line is in memory at a time.
///
/// # Errors
///
/// Fails at once if the file cannot be opened. An item is an error if its line cannot be read or is
/// not a delivery; nothing follows it.
pub fn read(
    path: &Path,
) -> Result<impl Iterator<Item = Result<RecordedDelivery, DeliverError>> + Send + use<>, DeliverError> {
    let (name, file): (String, Box<dyn Read + Send>) = if path == Path::new("-") {
        ("standard input".to_owned(), Box::new(io::stdin()))
    } else {
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => (name, Box::new(file)),
            Err(source) => return Err(DeliverError::Open { file: name, source }),
        }
    };
    let mut file = BufReader::with_capacity(BUFFER, file);
    let head = match first_bytes(&mut file) {
        Ok(head) => head,
        Err(source) => return Err(DeliverError::Open { file: name, source }),
    };
    let zipped = head == GZIP_MAGIC;
    // Put back the bytes that were looked at.
    let file = BufReader::with_capacity(BUFFER, io::Cursor::new(head).chain(file));
    let lines: Box<dyn BufRead + Send> =
        if zipped { Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(file))) } else { Box::new(file) };
    Ok(Lines { name, lines, number: 0, ended: false })
}

/// Reads up to two bytes, which a pipe may hand over one by one.
fn first_bytes(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(GZIP_MAGIC.len());
    reader.take(GZIP_MAGIC.len() as u64).read_to_end(&mut head)?;
    Ok(head)
}

struct Lines {
    name: String,
    lines: Box<dyn BufRead + Send>,
    number: u64,
    ended: bool,
}

impl Lines {
    /// Reads the next line that is not empty, and counts the lines.
    fn line(&mut self) -> Result<Option<Bytes>, DeliverError> {
        loop {
            self.number += 1;
            let mut line = Vec::new();
            // One byte more than the limit tells a line that is too long from one that just fits.
            (&mut self.lines)
                .take(LONGEST_LINE + 1)
                .read_until(b'\n', &mut line)
                .map_err(|source| DeliverError::Read { file: self.name.clone(), line: self.number, source })?;
            if line.is_empty() {
                return Ok(None);
            }
            if line.len() as u64 > LONGEST_LINE {
                return Err(self.fault("longer than 32 MiB"));
            }
            line.truncate(line.trim_ascii_end().len());
            if !line.is_empty() {
                return Ok(Some(Bytes::from(line)));
            }
        }
    }

    fn fault(&self, fault: impl Into<String>) -> DeliverError {
        DeliverError::Line { file: self.name.clone(), line: self.number, fault: fault.into() }
    }
}

impl Iterator for Lines {
    type Item = Result<RecordedDelivery, DeliverError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = match self.line() {
            Ok(None) => None,
            Ok(Some(line)) => Some(parse(&line).map_err(|fault| self.fault(fault))),
            Err(error) => Some(Err(error)),
        };
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

/// One line into a delivery, or what is wrong with it.
fn parse(line: &Bytes) -> Result<RecordedDelivery, String> {
    let Line { event, delivery, at, payload } = serde_json::from_slice(line).map_err(|error| without_line(&error))?;
    let named = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if event.is_empty() || !event.bytes().all(named) {
        return Err(format!("`event` {event:?} is not the name of a GitHub event"));
    }
    let delivery =
        Uuid::try_parse(&delivery).map_err(|error| format!("`delivery` {delivery:?} is not a GUID: {error}"))?;
    let payload = payload.get().as_bytes();
    if !payload.starts_with(b"{") {
        return Err("`payload` is not a JSON object".to_owned());
    }
    Ok(RecordedDelivery { event, delivery, at, payload: line.slice_ref(payload) })
}

/// serde_json counts lines from the start of what it was given, which is always line 1 here.
fn without_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((fault, _)) => format!("{fault} (column {})", error.column()),
        None => text,
    }
}
