//! A zip file, looked through before anything else reads it.
//!
//! The libraries behind believe what a package says of itself: how large its parts are, how many
//! texts it is going to have (room for them is taken at once), that its styles are few. So every
//! part is unpacked here first, into nothing, and counted; then its elements are counted. What
//! passes can be read in bounded memory. A reader gets
//! the file as [`Metered`]: a thousand tabs may name one part, which is read a few times only.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;
use zip::read::ZipFile;

use super::limits;
use crate::sheet::fault::BadSheet;

/// What an entry's place in a package's directory begins with.
const ENTRY: &[u8] = b"PK\x01\x02";

/// Elements of a part that a reader keeps in memory, how many it may have of each, and what they
/// are called in a sentence.
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

/// Texts that a part may announce, repeated ones too.
const ANNOUNCED: usize = 4_000_000;

/// Bytes of a part's longest tag times its number of styles: each has copies of its font's name
/// and of its number format.
const COPIES: u64 = 64 << 20;

/// How often all parts may be read over.
const READINGS: u64 = 3;

pub(super) struct Package<'a> {
    bytes: &'a [u8],
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Where a part begins, and its size.
    sizes: HashMap<u64, u64>,
}

impl<'a> Package<'a> {
    /// Looks through all of it.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, BadSheet> {
        // Before the library makes room for them.
        if memchr_count(bytes, ENTRY) > limits::PARTS {
            return Err(BadSheet::TooManyParts);
        }
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        if archive.has_duplicate_names() {
            return Err(BadSheet::Damaged("two of its parts have one name".to_owned()));
        }
        // What it says of itself, if that is too much already.
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

    /// A part, if it is there.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<impl BufRead>, BadSheet> {
        let Some(index) = self.archive.index_for_name(name) else { return Ok(None) };
        part_at(&mut self.archive, index).map(|part| Some(BufReader::new(part)))
    }

    /// The beginning of a part as text, empty if it is not there.
    fn beginning(&mut self, name: &str) -> Result<String, BadSheet> {
        const ENOUGH: u64 = 1 << 20;
        let mut text = vec![];
        if let Some(part) = self.part(name)? {
            part.take(ENOUGH).read_to_end(&mut text).map_err(damaged)?;
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    pub(super) fn is_opendocument(&mut self) -> Result<bool, BadSheet> {
        if !self.beginning("mimetype")?.starts_with("application/vnd.oasis.opendocument.spreadsheet") {
            return Ok(false);
        }
        let manifest = self.beginning("META-INF/manifest.xml")?;
        if manifest.contains("encryption-data") { Err(BadSheet::Encrypted) } else { Ok(true) }
    }

    pub(super) fn is_workbook(&mut self) -> Result<bool, BadSheet> {
        let types = self.beginning("[Content_Types].xml")?;
        if types.contains("sheet.binary.macroEnabled") {
            return Err(BadSheet::BinaryExcel);
        }
        Ok(types.contains("spreadsheetml") || types.contains("ms-excel"))
    }

    /// The file for a reader of its own.
    pub(super) fn metered(&self) -> Metered<'a> {
        let left = READINGS * self.sizes.values().sum::<u64>();
        Metered { file: Cursor::new(self.bytes), sizes: self.sizes.clone(), left }
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

/// A part's size. Nothing of it is kept.
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

/// Counts a part's elements, of which `left` more may come. Where it is no XML any more a reader
/// will stop as well; a picture is none from its first bytes on.
fn count(part: impl BufRead, left: &mut usize) -> Result<(), BadSheet> {
    let mut reader = Reader::from_reader(Paced::new(part));
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
        // The root names namespaces at length; nothing is copied from it.
        if !std::mem::take(&mut is_root) {
            longest = longest.max(element.len() as u64);
        }
    }
    if longest * counts[XF] as u64 > COPIES { Err(BadSheet::TooMany("styles")) } else { Ok(()) }
}

/// How many texts a part says that it has: room for as many is taken before the first is read. No
/// number in that tag need be larger, whatever it is called.
fn announced(attributes: &str) -> Result<(), BadSheet> {
    let mut numbers = attributes.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let too_many = |digits: &str| digits.parse::<usize>().map_or(true, |number| number > ANNOUNCED);
    if numbers.any(too_many) { Err(BadSheet::TooMany("texts")) } else { Ok(()) }
}

/// A part of which one tag, text or remark may have so many bytes: a reader has it in memory at
/// once.
struct Paced<R> {
    part: R,
    left: usize,
}

impl<R> Paced<R> {
    fn new(part: R) -> Self {
        Self { part, left: limits::ONE }
    }

    /// The next one begins.
    fn begin(&mut self) {
        self.left = limits::ONE;
    }

    /// Whether this one had too many.
    fn is_spent(&self) -> bool {
        self.left == 0
    }
}

impl<R: BufRead> Read for Paced<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Paced<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.is_spent() { Err(io::Error::other("too long")) } else { self.part.fill_buf() }
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.part.consume(amount);
    }
}

/// The file, whose parts can be read only so often.
pub(super) struct Metered<'a> {
    file: Cursor<&'a [u8]>,
    sizes: HashMap<u64, u64>,
    /// Unpacked bytes that may still be read.
    left: u64,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Where a part begins all of it is taken to be read.
        if let Some(size) = self.sizes.get(&self.file.position()) {
            let left = self.left.checked_sub(*size);
            self.left = left.ok_or_else(|| io::Error::other("its parts are used too often"))?;
        }
        self.file.read(buffer)
    }
}

impl Seek for Metered<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
