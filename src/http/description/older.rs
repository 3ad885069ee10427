//! The description in OpenAPI 3.0, for generators that do not read 3.1: those of Go and Rust, for example.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::shared::is_nullable;

/// The same description, said in the older way.
pub fn older(mut description: Value) -> Value {
    description["openapi"] = json!("3.0.3");
    if let Some(license) = description["info"]["license"].as_object_mut() {
        license.remove("identifier");
        license.insert("url".to_owned(), json!("https://www.apache.org/licenses/LICENSE-2.0"));
    }
    let texts = description["components"]["schemas"].as_object().into_iter().flatten();
    let texts = texts.filter(|(_, schema)| schema["type"] == "string");
    let texts: BTreeSet<String> = texts.map(|(name, _)| format!("#/components/schemas/{name}")).collect();
    rewrite(&mut description, &texts);
    description
}

/// `texts` are the places of schemas that are texts; the others are objects.
fn rewrite(part: &mut Value, texts: &BTreeSet<String>) {
    match part {
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| rewrite(field, texts));
            say_nullable(fields, texts);
            // What 3.0 does not know.
            if fields.get("type").is_some_and(|name| name == "array") {
                fields.remove("contains");
            }
            // Nothing stands beside a reference.
            if fields.get("$ref").is_some_and(Value::is_string) {
                fields.retain(|name, _| name == "$ref");
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|part| rewrite(part, texts)),
        _ => {}
    }
}

/// `"type": ["string", "null"]` is `"type": "string", "nullable": true`; one of null and a schema is that schema, nullable.
fn say_nullable(schema: &mut Map<String, Value>, texts: &BTreeSet<String>) {
    if !is_nullable(&Value::Object(schema.clone())) {
        return;
    }
    let null = |value: &Value| *value == json!("null") || *value == json!({"type": "null"});
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|name| !null(name));
        schema["type"] = types.remove(0);
    } else if let Some(Value::Array(mut any)) = schema.remove("oneOf") {
        any.retain(|schema| !null(schema));
        let is_text = any.iter().any(|schema| schema["$ref"].as_str().is_some_and(|place| texts.contains(place)));
        // `nullable` says nothing beside no type.
        schema.insert("type".to_owned(), json!(if is_text { "string" } else { "object" }));
        let name = if any.len() == 1 { "allOf" } else { "oneOf" };
        schema.insert(name.to_owned(), Value::Array(any));
    }
    schema.insert("nullable".to_owned(), json!(true));
}
