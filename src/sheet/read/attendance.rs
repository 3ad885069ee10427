//! Reads the tab Attendance: one line for each scrub.

use chrono::{Datelike, NaiveDate};

use super::cell::Cell;
use crate::scrub::input::{bare_name, person_name};
use crate::sheet::attendance::{COLUMNS, ScrubAttendance};
use crate::sheet::fault::{AttendanceFault, BadSheet, BadTab, excerpt};
use crate::sheet::limits;

/// The forms of dates that are texts: as we write them, and as American and European sheets do. The name of a month may be
/// cut to three letters.
const DATES: [&str; 11] = [
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%m/%d/%y",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%Y/%m/%d",
    "%B %d, %Y",
    "%B %d %Y",
    "%d %B %Y",
    "%A, %B %d, %Y",
    "%A, %d %B %Y",
];
/// No scrub was held before this year. It tells a year of two digits from one of four.
const FIRST_YEAR: i32 = 1990;
/// The most faults that are reported.
const FAULTS: usize = 20;

/// The lines of the tab, as they come.
#[derive(Default)]
pub(super) struct AttendanceReader {
    /// The indexes of the columns [`COLUMNS`].
    places: Option<[Option<usize>; 4]>,
    rows: Vec<ScrubAttendance>,
    faults: Vec<AttendanceFault>,
}

impl AttendanceReader {
    /// Reads the next line.
    pub(super) fn row(&mut self, cells: &[Cell]) -> Result<(), BadSheet> {
        let Some(places) = self.places else {
            if cells.iter().any(|cell| !cell.is_blank()) {
                let at = |name: &str| cells.iter().position(|cell| cell.text().eq_ignore_ascii_case(name));
                self.places = Some(COLUMNS.map(at));
            }
            return Ok(());
        };
        let [scrub, date, host, attendees] = places.map(|place| place.and_then(|place| cells.get(place)));
        // A line without a number is about no scrub.
        let Some(scrub) = scrub.and_then(|cell| cell.item_number()).and_then(|number| number.try_into().ok()) else {
            return Ok(());
        };
        if self.rows.len() == limits::ATTENDED {
            return Err(BadSheet::TooManyRows);
        }
        let host = host.map(|cell| cell.text()).unwrap_or_default();
        let attendees = attendees.map(|cell| cell.text()).unwrap_or_default();
        let host = self.names(scrub, std::iter::once(host.as_str())).pop();
        let attendees = self.names(scrub, attendees.split([',', ';', '\n']));
        let date = date.filter(|cell| !cell.is_blank());
        let read = date.and_then(date_of);
        if let (Some(cell), None) = (date, read) {
            self.faults.push(AttendanceFault::Date(scrub, excerpt(&cell.text())));
        }
        self.rows.push(ScrubAttendance { scrub, date: read, host, attendees });
        Ok(())
    }

    /// The names in some texts, without the `@` that people put in front.
    fn names<'a>(&mut self, scrub: i32, texts: impl Iterator<Item = &'a str>) -> Vec<String> {
        let mut names = vec![];
        for text in texts {
            match person_name(text) {
                Some(name) => names.push(name),
                None if bare_name(text).is_empty() => {}
                None => self.faults.push(AttendanceFault::Name(scrub, excerpt(bare_name(text)))),
            }
        }
        names
    }

    /// The lines, and what cannot be read in them.
    pub(super) fn finish(mut self) -> Result<(Vec<ScrubAttendance>, Vec<AttendanceFault>), BadTab> {
        self.faults.truncate(FAULTS);
        match self.places {
            None => Err(BadTab::Empty),
            Some([Some(_), _, host, attendees]) if host.or(attendees).is_some() => Ok((self.rows, self.faults)),
            Some(_) => Err(BadTab::NoAttendance),
        }
    }
}

fn date_of(cell: &Cell) -> Option<NaiveDate> {
    match cell {
        Cell::Moment(moment) => Some(moment.date()),
        Cell::Text(text) => {
            let read = |form: &&str| NaiveDate::parse_from_str(text.trim(), form).ok();
            DATES.iter().filter_map(read).find(|date| date.year() >= FIRST_YEAR)
        }
        _ => None,
    }
}
