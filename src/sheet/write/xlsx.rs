//! Writes a sheet as XLSX.
//!
//! Formulas carry their value, because some viewers do not calculate. Texts from strangers are written as strings, which no
//! spreadsheet takes for a formula, whatever they begin with.

use rust_xlsxwriter::{
    Color, DocProperties, Format, FormatAlign, FormatBorder, FormatPattern, FormatUnderline, Formula, Workbook,
    Worksheet,
};

use super::filters::conditions;
use super::sheet::{MOST_ROWS, Sheet, SheetRow, Unwritable, Value};
use crate::rank::stale_age;
use crate::sheet::attendance::{self, ScrubAttendance};
use crate::sheet::book::POSITION;
use crate::sheet::columns::{Column, VISIBILITY};

/// The most characters of a tab's name.
const LONGEST_NAME: usize = 31;

/// The height of a line of text in points, and how many lines a row shows before it cuts a text off.
const LINE: f64 = 15.0;
const MOST_LINES: usize = 8;

/// Writes a sheet as XLSX.
pub fn xlsx(sheet: &Sheet) -> Result<Vec<u8>, Unwritable> {
    if sheet.rows.len() > MOST_ROWS {
        return Err(Unwritable::TooManyRows);
    }
    let mut workbook = Workbook::new();
    // Without a given time, the library would read the clock.
    let mut properties = DocProperties::new().set_creation_datetime(&sheet.date);
    if let Some(position) = sheet.position {
        properties = properties.set_custom_property(POSITION, position.to_string());
    }
    if let Some(dealt) = &sheet.dealt {
        properties = properties.set_comment(format!("The deck was dealt {dealt}."));
    }
    workbook.set_properties(&properties);
    items(workbook.add_worksheet(), sheet)?;
    if let Some(attendance) = &sheet.attendance {
        attended(workbook.add_worksheet(), &attendance.rows)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// A name that a tab may have.
fn tab_name(name: &str) -> String {
    let plain = |c: char| if "[]:*?/\\'".contains(c) || c.is_control() { '-' } else { c };
    let name: String = name.chars().map(plain).take(LONGEST_NAME).collect();
    // Two tabs must not have the same name, and Excel reserves `History`.
    let taken = [attendance::TAB, "History", ""].iter().any(|taken| name.eq_ignore_ascii_case(taken));
    if taken { format!("{name}-") } else { name }
}

struct Formats {
    header: Format,
    header_right: Format,
    header_centre: Format,
    text: Format,
    wrapped: Format,
    number: Format,
    ratio: Format,
    date: Format,
    link: Format,
    centre: Format,
}

impl Formats {
    fn new() -> Self {
        let base = Format::new().set_align(FormatAlign::Top);
        let header = Format::new()
            .set_bold()
            .set_align(FormatAlign::VerticalCenter)
            .set_pattern(FormatPattern::Solid)
            .set_background_color(Color::RGB(0x00DC_E6F1))
            .set_border_bottom(FormatBorder::Thin);
        // Keep numbers apart from the text that follows.
        let right = |format: &Format| format.clone().set_align(FormatAlign::Right).set_indent(1);
        Self {
            header_right: right(&header),
            header_centre: header.clone().set_align(FormatAlign::Center),
            header,
            wrapped: base.clone().set_text_wrap(),
            number: right(&base).set_num_format("0"),
            ratio: right(&base).set_num_format("0.000"),
            date: base.clone().set_align(FormatAlign::Left).set_num_format("yyyy-mm-dd"),
            link: base.clone().set_font_color(Color::RGB(0x0005_63C1)).set_underline(FormatUnderline::Single),
            centre: base.clone().set_align(FormatAlign::Center),
            text: base,
        }
    }

    fn header(&self, column: Column) -> &Format {
        match column {
            Column::Number | Column::StaleAge | Column::DaysAge | Column::DaysStale => &self.header_right,
            Column::Read => &self.header_centre,
            _ => &self.header,
        }
    }
}

/// How many lines a text takes in its column, roughly: letters differ in width, and most are narrower than the digits in
/// which widths are given.
fn lines(text: &str, column: Column) -> usize {
    // A small positive number.
    let width = (width(column) * 1.25) as usize;
    text.lines().map(|line| line.chars().count().div_ceil(width).max(1)).sum()
}

/// How many characters a column shows.
fn width(column: Column) -> f64 {
    match column {
        Column::Repository => 26.0,
        Column::Type | Column::State | Column::StaleAge | Column::Read => 12.0,
        Column::Number | Column::Flag => 9.0,
        Column::User => 20.0,
        Column::Link => 18.0,
        Column::Title => 60.0,
        Column::Created | Column::Updated | Column::DaysAge | Column::DaysStale => 12.0,
        Column::RecommendAction => 26.0,
        Column::Url => 50.0,
        Column::Comment => 48.0,
    }
}

fn items(tab: &mut Worksheet, sheet: &Sheet) -> Result<(), Unwritable> {
    let formats = Formats::new();
    tab.set_name(tab_name(&sheet.tab))?;
    tab.set_freeze_panes(1, 0)?;
    for column in Column::ALL {
        tab.write_string_with_format(0, column.place(), column.header(), formats.header(column))?;
        tab.set_column_width(column.place(), width(column))?;
        if column.is_hidden() {
            tab.set_column_hidden(column.place())?;
        }
    }
    let further = Column::Flag.place() + 1;
    let has_visibility = sheet.has_visibility();
    if has_visibility {
        tab.write_string_with_format(0, further, VISIBILITY, &formats.header)?;
        tab.set_column_width(further, 12)?;
    }
    tab.set_row_height(0, 22)?;
    for (line, row) in (1..).zip(&sheet.rows) {
        for column in Column::ALL {
            cell(tab, line, column, row, sheet, &formats)?;
        }
        if has_visibility {
            tab.write_string_with_format(line, further, row.visibility(), &formats.text)?;
        }
        // Excel finds the height of such rows by itself, but LibreOffice does not in a filtered tab.
        let lines = lines(&row.title, Column::Title)
            .max(lines(&row.recommended_action, Column::RecommendAction))
            .max(lines(&row.comment, Column::Comment));
        if lines > 1 {
            // A few lines.
            tab.set_row_height(line, LINE * lines.min(MOST_LINES) as f64)?;
        }
        if !row.shown {
            tab.set_row_hidden(line)?;
        }
    }
    let last = u32::try_from(sheet.rows.len()).map_err(|_| Unwritable::TooManyRows)?;
    tab.autofilter(0, 0, last, Column::Flag.place())?;
    // We hide the rows ourselves, because a filter may contain criteria without a column, such as labels.
    tab.filter_automatic_off();
    for (column, condition) in conditions(sheet) {
        tab.filter_column(column.place(), &condition)?;
    }
    printed(tab)
}

fn cell(
    tab: &mut Worksheet,
    line: u32,
    column: Column,
    row: &SheetRow,
    sheet: &Sheet,
    formats: &Formats,
) -> Result<(), Unwritable> {
    let place = column.place();
    match (column, row.value(column, sheet.zone)) {
        (Column::StaleAge, _) => {
            // The number of the row in the spreadsheet.
            let at = line + 1;
            let (age, stale) = (Column::DaysAge.letter(), Column::DaysStale.letter());
            let formula = Formula::new(format!("=LOG10(({age}{at}+1)*({stale}{at}+1))"));
            let formula = formula.set_result(stale_age(row.days_age, row.days_stale).to_string());
            tab.write_formula_with_format(line, place, formula, &formats.ratio)?;
        }
        (Column::Link, Value::Text(link)) => {
            tab.write_formula_with_format(line, place, link_formula(row, line + 1, &link), &formats.link)?;
        }
        (_, Value::Text(text)) if text.is_empty() => {}
        (_, Value::Text(text)) => {
            let format = match column {
                Column::Title | Column::RecommendAction | Column::Comment => &formats.wrapped,
                Column::Read => &formats.centre,
                _ => &formats.text,
            };
            tab.write_string_with_format(line, place, text, format)?;
        }
        (_, Value::Number(number)) => {
            // Exact up to 2^53; GitHub's numbers are far below.
            tab.write_number_with_format(line, place, number as f64, &formats.number)?;
        }
        (_, Value::Ratio(ratio)) => {
            tab.write_number_with_format(line, place, ratio, &formats.ratio)?;
        }
        (_, Value::Date(date)) => {
            tab.write_date_with_format(line, place, date, &formats.date)?;
        }
    }
    Ok(())
}

/// A link to the address in the column URL. It shows the part after the repository, whatever the host.
fn link_formula(row: &SheetRow, at: u32, link: &str) -> Formula {
    let (url, repository) = (Column::Url.letter(), Column::Repository.letter());
    let named = row.url.to_lowercase().contains(&row.repository.to_lowercase());
    let text = if named {
        format!("REPLACE({url}{at},1,SEARCH({repository}{at},{url}{at})+LEN({repository}{at}),\"\")")
    } else {
        // The text itself: `issues/123`.
        format!("\"{link}\"")
    };
    Formula::new(format!("=HYPERLINK({url}{at},{text})")).set_result(link)
}

fn printed(tab: &mut Worksheet) -> Result<(), Unwritable> {
    tab.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    tab.set_footer("&L&A&RPage &P of &N");
    Ok(())
}

fn attended(tab: &mut Worksheet, rows: &[ScrubAttendance]) -> Result<(), Unwritable> {
    let formats = Formats::new();
    tab.set_name(attendance::TAB)?;
    tab.set_freeze_panes(1, 0)?;
    for ((place, title), width) in (0..).zip(attendance::COLUMNS).zip([10, 12, 22, 80]) {
        tab.write_string_with_format(0, place, title, &formats.header)?;
        tab.set_column_width(place, width)?;
    }
    tab.set_row_height(0, 22)?;
    for (line, row) in (1..).zip(rows) {
        tab.write_string_with_format(line, 0, format!("{:04}", row.scrub), &formats.text)?;
        if let Some(date) = row.date {
            tab.write_date_with_format(line, 1, date, &formats.date)?;
        }
        if let Some(host) = &row.host {
            tab.write_string_with_format(line, 2, host, &formats.text)?;
        }
        tab.write_string_with_format(line, 3, row.attendees.join(", "), &formats.wrapped)?;
    }
    printed(tab)
}
