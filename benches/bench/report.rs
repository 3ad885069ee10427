//! The table and `target/bench.json`.

use comfy_table::{Table, presets};
use serde_json::{Map, Value, json};

#[derive(Default)]
pub struct Report {
    rows: Map<String, Value>,
}

impl Report {
    /// `must` is `>= N` or `<= N`; `reference` says what the value was set against.
    pub fn row(&mut self, name: &str, value: f64, unit: &str, must: &str, reference: Value) {
        let value = (value * 100.0).round() / 100.0;
        eprintln!("{name}: {value} {unit}");
        let row = json!({"value": value, "unit": unit, "reference": reference, "must": must});
        self.rows.insert(name.to_owned(), row);
    }

    /// Prints the table and writes the file.
    pub fn finish(self) {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED).set_header(["row", "value", "unit", "must", "holds"]);
        for (name, row) in &self.rows {
            let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
            let holds = if holds(&row["value"], &text("must")) { "yes" } else { "NO" };
            table.add_row([name.clone(), row["value"].to_string(), text("unit"), text("must"), holds.to_owned()]);
        }
        println!("{table}");
        let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
        let path = std::path::Path::new(&target).join("bench.json");
        std::fs::write(&path, serde_json::to_string_pretty(&self.rows).expect("JSON")).expect("a file under target");
        println!("written to {}", path.display());
    }
}

fn holds(value: &Value, must: &str) -> bool {
    let (Some(value), Some((sign, bound))) = (value.as_f64(), must.split_once(' ')) else { return false };
    let bound: f64 = bound.parse().unwrap_or(f64::NAN);
    if sign == ">=" { value >= bound } else { value <= bound }
}

pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
