//! A validator for the part of JSON Schema that the description uses. It is stricter in one point:
//! a field that the schema does not name is a fault.

use chrono::{DateTime, NaiveDate};
use serde_json::{Value, json};

/// The faults of `value` under `schema`, each with its place.
pub fn faults(description: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = vec![];
    check(description, schema, value, "", &mut found);
    found
}

fn check(description: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        match keyword.as_str() {
            "$ref" => {
                let pointer = rule.as_str().unwrap().strip_prefix('#').expect("references stay in the document");
                let target = description.pointer(pointer).unwrap_or_else(|| panic!("{rule} leads nowhere"));
                check(description, target, value, at, found);
            }
            "oneOf" => {
                let fits = |schema: &&Value| faults(description, schema, value).is_empty();
                if rule.as_array().unwrap().iter().filter(fits).count() != 1 {
                    found.push(format!("{at} is not one of {rule}: {value}"));
                }
            }
            "allOf" => check(description, &merged(description, rule), value, at, found),
            "type" => {
                let types = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
                if !types.iter().any(|name| is_a(name.as_str().unwrap(), value)) {
                    found.push(format!("{at} is no {rule}: {value}"));
                }
            }
            "enum" => {
                if !rule.as_array().unwrap().contains(value) {
                    found.push(format!("{at} is none of {rule}: {value}"));
                }
            }
            "format" => check_format(rule.as_str().unwrap(), value, at, found),
            "minimum" => at_bound(value, |number| number >= rule.as_f64().unwrap(), at, found),
            "maximum" => at_bound(value, |number| number <= rule.as_f64().unwrap(), at, found),
            "required" => {
                for name in rule.as_array().unwrap().iter().map(|name| name.as_str().unwrap()) {
                    if value.as_object().is_some_and(|fields| !fields.contains_key(name)) {
                        found.push(format!("{at} lacks {name}"));
                    }
                }
            }
            "properties" => {
                for (name, field) in value.as_object().into_iter().flatten() {
                    let at = format!("{at}/{name}");
                    match rule.get(name) {
                        Some(schema) => check(description, schema, field, &at, found),
                        None => found.push(format!("{at} is not in the schema")),
                    }
                }
            }
            "items" => {
                for (index, element) in value.as_array().into_iter().flatten().enumerate() {
                    check(description, rule, element, &format!("{at}/{index}"), found);
                }
            }
            // Whatever is not among the properties is a fault anyway.
            "additionalProperties" if rule == false => {}
            // Bounds of what may be asked: parsers are held to them by Schemathesis.
            "pattern" | "maxItems" => {}
            "description" | "example" | "title" => {}
            other => panic!("this validator does not know {other}; teach it"),
        }
    }
}

/// Merges the parts of an `allOf` into one object, so that none has to name the others' fields.
fn merged(description: &Value, parts: &Value) -> Value {
    let mut whole = json!({"type": "object", "required": [], "properties": {}});
    for part in parts.as_array().unwrap() {
        let pointer = part["$ref"].as_str().map(|pointer| pointer.strip_prefix('#').unwrap());
        let part = pointer.map_or(part, |pointer| description.pointer(pointer).unwrap());
        whole["required"].as_array_mut().unwrap().extend(part["required"].as_array().unwrap().iter().cloned());
        whole["properties"].as_object_mut().unwrap().extend(part["properties"].as_object().unwrap().clone());
    }
    whole
}

fn is_a(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("there is no type {other}"),
    }
}

/// Checks the format of texts and numbers. A format says nothing about null.
fn check_format(format: &str, value: &Value, at: &str, found: &mut Vec<String>) {
    let fits = match (format, value) {
        ("date", Value::String(text)) => text.len() == 10 && text.parse::<NaiveDate>().is_ok(),
        ("date-time", Value::String(text)) => DateTime::parse_from_rfc3339(text).is_ok(),
        ("int32", Value::Number(number)) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        ("int64", Value::Number(number)) => number.as_i64().is_some(),
        ("date" | "date-time" | "int32" | "int64" | "double" | "uri-reference", _) => true,
        (other, _) => panic!("this validator does not know the format {other}; teach it"),
    };
    if !fits {
        found.push(format!("{at} is no {format}: {value}"));
    }
}

fn at_bound(value: &Value, within: impl Fn(f64) -> bool, at: &str, found: &mut Vec<String>) {
    if value.as_f64().is_some_and(|number| !within(number)) {
        found.push(format!("{at} is out of bounds: {value}"));
    }
}
