//! Checks a zip file before anything else reads it.
//!
//! The libraries believe what a package says about itself: how large its parts are, how many texts it will have (they
//! reserve memory for them at once), that its styles are few. So we first unpack every part into nothing and count its
//! bytes, and then its elements. Whatever passes can be read in bounded memory. A thousand tabs may name the same part, so
//! readers get the file through a [`FileMeter`], which lets a part be read only a few times.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;
use zip::read::ZipFile;

use crate::sheet::fault::BadSheet;
use crate::sheet::limits;

/// The first bytes of an entry in a package's directory.
const ENTRY: &[u8] = b"PK\x01\x02";

/// Elements that a reader keeps in memory, how many of each a part may have, and their name in a sentence.
const KEPT: [(&str, usize, &str); 11] = [
    ("si", 1_000_000, "texts"),
    ("sheet", limits::TABS, "tabs"),
    ("mergeCell", limits::MERGES, "merged cells"),
    ("definedName", 20_000, "names"),
    ("Relationship", 20_000, "relations"),
    ("xf", 66_000, "styles"),
    ("font", 66_000, "fonts"),
    ("fill", 66_000, "fills"),
    ("border", 66_000, "borders"),
    ("numFmt", 66_000, "number formats"),
    ("property", 10_000, "properties"),
];
const XF: usize = 5;

/// How many texts a part may announce, repeated ones included.
const ANNOUNCED: usize = 4_000_000;

/// The most bytes that the longest tag of a part may have, multiplied by the number of its styles. Each style copies the name
/// of its font and its number format.
const COPIES: u64 = 64 << 20;

/// How often all parts together may be read.
const READINGS: u64 = 3;

/// A zip file that was checked.
pub(super) struct Package<'a> {
    bytes: &'a [u8],
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// The unpacked size of each part, by the offset at which it begins.
    sizes: HashMap<u64, u64>,
}

impl<'a> Package<'a> {
    /// Checks a package.
    ///
    /// # Errors
    /// If it is damaged, or larger than [`limits`] allow.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, BadSheet> {
        // The library reserves memory for all entries at once.
        if memchr_count(bytes, ENTRY) > limits::PARTS {
            return Err(BadSheet::TooManyParts);
        }
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        if archive.has_duplicate_names() {
            return Err(BadSheet::Damaged("two of its parts have the same name".to_owned()));
        }
        // Even what it says about itself may be too much.
        let mut said = 0_u64;
        for index in 0..archive.len() {
            said = said.saturating_add(archive.by_index_data(index).map_err(damaged)?.size());
        }
        if said > limits::UNPACKED {
            return Err(BadSheet::TooLargeInside);
        }
        let mut left = limits::UNPACKED;
        let mut sizes = HashMap::new();
        for index in 0..archive.len() {
            let mut part = part_at(&mut archive, index)?;
            let size = unpack(&mut part, left)?;
            if let Some(begins) = part.data_start() {
                let largest = sizes.entry(begins).or_insert(0);
                *largest = size.max(*largest);
            }
            drop(part);
            left -= size;
        }
        let mut elements = limits::ELEMENTS;
        for index in 0..archive.len() {
            count(BufReader::new(part_at(&mut archive, index)?), &mut elements)?;
        }
        Ok(Self { bytes, archive, sizes })
    }

    /// A part; `None` if it is not there.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<impl BufRead>, BadSheet> {
        let Some(index) = self.archive.index_for_name(name) else { return Ok(None) };
        part_at(&mut self.archive, index).map(|part| Some(BufReader::new(part)))
    }

    /// The beginning of a part as text; empty if the part is not there.
    fn beginning(&mut self, name: &str) -> Result<String, BadSheet> {
        const ENOUGH: u64 = 1 << 20;
        let mut text = vec![];
        if let Some(part) = self.part(name)? {
            part.take(ENOUGH).read_to_end(&mut text).map_err(damaged)?;
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    pub(super) fn is_ods(&mut self) -> Result<bool, BadSheet> {
        if !self.beginning("mimetype")?.starts_with("application/vnd.oasis.opendocument.spreadsheet") {
            return Ok(false);
        }
        let manifest = self.beginning("META-INF/manifest.xml")?;
        if manifest.contains("encryption-data") { Err(BadSheet::Encrypted) } else { Ok(true) }
    }

    pub(super) fn is_xlsx(&mut self) -> Result<bool, BadSheet> {
        let types = self.beginning("[Content_Types].xml")?;
        if types.contains("sheet.binary.macroEnabled") {
            return Err(BadSheet::BinaryExcel);
        }
        Ok(types.contains("spreadsheetml") || types.contains("ms-excel"))
    }

    /// The file for another reader.
    pub(super) fn metered(&self) -> FileMeter<'a> {
        let left = READINGS * self.sizes.values().sum::<u64>();
        FileMeter { file: Cursor::new(self.bytes), sizes: self.sizes.clone(), left }
    }
}

fn part_at<'a, 'b>(
    archive: &'a mut ZipArchive<Cursor<&'b [u8]>>,
    index: usize,
) -> Result<ZipFile<'a, Cursor<&'b [u8]>>, BadSheet> {
    archive.by_index(index).map_err(|error| match error {
        zip::result::ZipError::UnsupportedArchive(zip::result::ZipError::PASSWORD_REQUIRED) => BadSheet::Encrypted,
        error => damaged(error),
    })
}

pub(super) fn damaged(error: impl std::fmt::Display) -> BadSheet {
    BadSheet::Damaged(error.to_string())
}

fn memchr_count(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).filter(|window| *window == needle).count()
}

/// Unpacks a part and returns its size; keeps nothing.
///
/// # Errors
/// If it is larger than `left`.
fn unpack(part: &mut impl Read, left: u64) -> Result<u64, BadSheet> {
    let mut chunk = vec![0; 64 << 10];
    let mut size = 0;
    loop {
        match part.read(&mut chunk) {
            Ok(0) => return Ok(size),
            Ok(read) => size += read as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(damaged(error)),
        }
        if size > left {
            return Err(BadSheet::TooLargeInside);
        }
    }
}

/// Counts a part's elements, of which at most `left` more are allowed. It stops where the part is no longer XML, because a
/// reader will stop there too. A picture is not XML from its first byte on.
fn count(part: impl BufRead, left: &mut usize) -> Result<(), BadSheet> {
    let mut reader = Reader::from_reader(PartMeter::new(part));
    let config = reader.config_mut();
    config.check_end_names = false;
    config.expand_empty_elements = true;
    let mut counts = [0; KEPT.len()];
    let mut longest = 0;
    let mut is_root = true;
    let mut buffer = vec![];
    loop {
        buffer.clear();
        reader.get_mut().begin();
        let element = match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(element)) => element,
            Ok(Event::Eof) => break,
            Ok(_) => continue,
            Err(_) if reader.get_ref().is_spent() => return Err(BadSheet::OneText),
            Err(_) => break,
        };
        *left = left.checked_sub(1).ok_or(BadSheet::TooMany("cells"))?;
        let name = element.local_name();
        if name.as_ref() == "sst" {
            announced(element.attributes_raw())?;
        }
        if let Some(kind) = KEPT.iter().position(|(kept, ..)| *kept == name.as_ref()) {
            counts[kind] += 1;
            if counts[kind] > KEPT[kind].1 {
                return Err(BadSheet::TooMany(KEPT[kind].2));
            }
        }
        // The root names many namespaces, but nothing copies it.
        if !std::mem::take(&mut is_root) {
            longest = longest.max(element.len() as u64);
        }
    }
    if longest * counts[XF] as u64 > COPIES { Err(BadSheet::TooMany("styles")) } else { Ok(()) }
}

/// Checks how many texts a part announces, because a reader reserves memory for all of them. No number in that tag needs to
/// be larger, whatever its name.
fn announced(attributes: &str) -> Result<(), BadSheet> {
    let mut numbers = attributes.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let too_many = |digits: &str| digits.parse::<usize>().map_or(true, |number| number > ANNOUNCED);
    if numbers.any(too_many) { Err(BadSheet::TooMany("texts")) } else { Ok(()) }
}

/// A part in which a single tag, text or remark may not exceed [`limits::ONE`], because a reader holds it in memory.
struct PartMeter<R> {
    part: R,
    left: usize,
}

impl<R> PartMeter<R> {
    fn new(part: R) -> Self {
        Self { part, left: limits::ONE }
    }

    /// Begins the next tag or text.
    fn begin(&mut self) {
        self.left = limits::ONE;
    }

    /// Whether the current one was too long.
    fn is_spent(&self) -> bool {
        self.left == 0
    }
}

impl<R: BufRead> Read for PartMeter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for PartMeter<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.is_spent() { Err(io::Error::other("too long")) } else { self.part.fill_buf() }
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.part.consume(amount);
    }
}

/// The file, whose parts can be read only [`READINGS`] times in all.
pub(super) struct FileMeter<'a> {
    file: Cursor<&'a [u8]>,
    sizes: HashMap<u64, u64>,
    /// How many unpacked bytes may still be read.
    left: u64,
}

impl Read for FileMeter<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A reader that comes to the beginning of a part is assumed to read all of it.
        if let Some(size) = self.sizes.get(&self.file.position()) {
            let left = self.left.checked_sub(*size);
            self.left = left.ok_or_else(|| io::Error::other("its parts are used too often"))?;
        }
        self.file.read(buffer)
    }
}

impl Seek for FileMeter<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
