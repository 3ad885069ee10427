//! The tab Attendance: a line a scrub.

use chrono::NaiveDate;

use super::cell::Cell;
use super::limits;
use crate::sheet::Attended;
use crate::sheet::fault::{BadSheet, BadTab};
use crate::sheet::write::ATTENDED;

/// How dates are written where they are texts: as here, and as American and European sheets do.
const DATES: [&str; 4] = ["%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%d.%m.%Y"];

#[derive(Default)]
pub(super) struct Attendees {
    /// Where the columns of [`ATTENDED`] stand.
    places: Option<[Option<usize>; 4]>,
    rows: Vec<Attended>,
}

impl Attendees {
    pub(super) fn row(&mut self, cells: &[Cell]) -> Result<(), BadSheet> {
        let Some(places) = self.places else {
            if cells.iter().any(|cell| !cell.is_blank()) {
                let at = |name: &str| cells.iter().position(|cell| cell.text().eq_ignore_ascii_case(name));
                self.places = Some(ATTENDED.map(at));
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
        let name = |text: &str| Some(text.trim().to_owned()).filter(|name| !name.is_empty());
        self.rows.push(Attended {
            scrub,
            date: date.and_then(date_of),
            host: host.and_then(|cell| name(&cell.text())),
            attendees: attendees
                .map(|cell| cell.text().split([',', ';', '\n']).filter_map(name).collect())
                .unwrap_or_default(),
        });
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Vec<Attended>, BadTab> {
        match self.places {
            None => Err(BadTab::Empty),
            Some([Some(_), _, host, attendees]) if host.or(attendees).is_some() => Ok(self.rows),
            Some(_) => Err(BadTab::NoAttendance),
        }
    }
}

fn date_of(cell: &Cell) -> Option<NaiveDate> {
    match cell {
        Cell::Moment(moment) => Some(moment.date()),
        Cell::Text(text) => DATES.iter().find_map(|form| NaiveDate::parse_from_str(text.trim(), form).ok()),
        _ => None,
    }
}
