//! What several operations have in common, written once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::headers;

/// Every operation of a description.
pub fn operations(description: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = description["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    let operations = paths.filter_map(Value::as_object_mut).flat_map(|path| path.iter_mut());
    operations.filter(|(method, _)| *method != "parameters").map(|(_, operation)| operation)
}

/// Moves parameters that several operations take, in the same words, to the components.
///
/// They are called after themselves, `account` for example `AccountParam`. Of parameters with one name and different
/// descriptions, the one that most operations take is moved.
pub fn parameters(description: &mut Value) {
    let mut taken: BTreeMap<String, (Value, usize)> = BTreeMap::new();
    for operation in operations(description) {
        for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            taken.entry(parameter.to_string()).or_insert_with(|| (parameter.clone(), 0)).1 += 1;
        }
    }
    let mut moved: BTreeMap<String, (Value, usize)> = BTreeMap::new();
    for (parameter, times) in taken.into_values().filter(|(_, times)| *times > 1) {
        let place = moved.entry(component(&parameter)).or_insert((Value::Null, 0));
        if times > place.1 {
            *place = (parameter, times);
        }
    }
    for operation in operations(description) {
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            let name = component(parameter);
            if moved.get(&name).is_some_and(|(shared, _)| shared == parameter) {
                *parameter = json!({"$ref": format!("#/components/parameters/{name}")});
            }
        }
    }
    let moved = moved.into_iter().map(|(name, (parameter, _))| (name, parameter));
    description["components"]["parameters"] = Value::Object(moved.collect());
}

/// `created_after` is called `CreatedAfterParam`, `If-Match` is called `IfMatchParam`.
fn component(parameter: &Value) -> String {
    let words = parameter["name"].as_str().unwrap_or_default().split(['_', '-']);
    let capitalized =
        |word: &str, first: char| first.to_uppercase().to_string() + &word[first.len_utf8()..].to_lowercase();
    // Case alone makes no two names.
    let words = words.map(|word| word.chars().next().map(|first| capitalized(word, first)));
    words.flatten().chain(["Param".to_owned()]).collect()
}

/// Adds the headers that answers have: to the answers of operations that succeed, and to those that they share.
pub fn headers(description: &mut Value) {
    for operation in operations(description) {
        let asks_token = operation.get("security") != Some(&json!([{}]));
        for response in operation["responses"].as_object_mut().into_iter().flat_map(|found| found.values_mut()) {
            if response.get("$ref").is_none() {
                headers::refer(response, asks_token);
            }
        }
    }
    for (name, response) in description["components"]["responses"].as_object_mut().into_iter().flatten() {
        // It is not known whose limit it would be.
        headers::refer(response, name != "Unauthorized");
    }
    description["components"]["headers"] = headers::components();
}

/// Says of whatever is read that its answer has an ETag, and that nothing is sent to who has it: every answer of `http::etag`
/// is like that, but streams.
pub fn tags(description: &mut Value, if_none_match: &Value) {
    let paths = description["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    for operation in paths.filter_map(|path| path.get_mut("get")) {
        let Some(answer) = operation.pointer_mut("/responses/200") else { continue };
        let streams = ["text/event-stream", "application/x-ndjson"];
        if streams.iter().any(|content_type| answer["content"].get(*content_type).is_some()) {
            continue;
        }
        match answer.get_mut("headers").and_then(Value::as_object_mut) {
            Some(headers) => drop(headers.insert("ETag".to_owned(), Value::Null)),
            None => answer["headers"] = json!({"ETag": null}),
        }
        operation["responses"]["304"] = json!({"$ref": "#/components/responses/NotModified"});
        match operation.get_mut("parameters").and_then(Value::as_array_mut) {
            Some(parameters) if parameters.contains(if_none_match) => {}
            Some(parameters) => parameters.push(if_none_match.clone()),
            None => operation["parameters"] = json!([if_none_match]),
        }
    }
}

/// Makes whatever may be null in an answer required: answers have all of their fields. (A field that an answer may lack
/// is described by a type that cannot be null.)
pub fn always_sent(description: &mut Value) {
    let mut asked = BTreeSet::new();
    for operation in operations(description) {
        operation.get("requestBody").into_iter().for_each(|body| schemas_in(body, &mut asked));
    }
    let schemas = &mut description["components"]["schemas"];
    let mut reached: BTreeSet<String> = BTreeSet::new();
    while let Some(name) = asked.pop_first() {
        if reached.insert(name.clone()) {
            schemas_in(&schemas[name.as_str()], &mut asked);
        }
    }
    let answers = schemas.as_object_mut().into_iter().flatten().filter(|(name, _)| !reached.contains(*name));
    answers.for_each(|(_, schema)| require_nullable(schema));
}

fn require_nullable(schema: &mut Value) {
    for part in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
        require_nullable(part);
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let is_required = |name: &str| required.iter().any(|known| known == name);
    let all = properties.iter().filter(|(name, field)| is_nullable(field) || is_required(name));
    let all: Vec<&str> = all.map(|(name, _)| name.as_str()).collect();
    // OpenAPI 3.0 allows no empty list.
    if !all.is_empty() {
        schema["required"] = all.into();
    }
}

/// Whether a schema allows null.
pub fn is_nullable(schema: &Value) -> bool {
    let has = |list: &Value, value: &Value| list.as_array().is_some_and(|list| list.contains(value));
    has(&schema["type"], &json!("null")) || has(&schema["oneOf"], &json!({"type": "null"}))
}

/// The names of the schemas to which a part of the description refers.
fn schemas_in(part: &Value, found: &mut BTreeSet<String>) {
    match part {
        Value::Object(fields) => {
            let name = fields
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|place| place.strip_prefix("#/components/schemas/"));
            found.extend(name.map(str::to_owned));
            fields.values().for_each(|field| schemas_in(field, found));
        }
        Value::Array(list) => list.iter().for_each(|part| schemas_in(part, found)),
        _ => {}
    }
}
