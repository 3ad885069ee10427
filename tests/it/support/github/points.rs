//! The points that a question of GraphQL costs, by the formula of GitHub's documentation ("Rate limits and node limits for
//! the GraphQL API"): the requests that each connection takes if every list is as long as it may be, divided by a hundred.

use std::collections::BTreeMap;

use serde_json::Value;

/// A field, or fields under a condition of type.
struct Selected {
    /// Empty for fields under a condition.
    name: String,
    /// Of a connection.
    limit: Option<u64>,
    /// Its entries are those of the variable `ids`.
    by_ids: bool,
    /// The name of a fragment in place of fields.
    fragment: Option<String>,
    fields: Vec<Selected>,
}

/// The points of a query, at least 1.
pub fn points(query: &str, variables: &Value) -> u32 {
    let mut tokens = tokens(query).into_iter().peekable();
    let (mut root, mut fragments) = (vec![], BTreeMap::new());
    while let Some(word) = tokens.next() {
        let name = tokens.next().unwrap();
        while tokens.peek().is_some_and(|token| token != "{") {
            tokens.next();
        }
        let fields = fields(&mut tokens);
        match word.as_str() {
            "query" => root = fields,
            "fragment" => drop(fragments.insert(name, fields)),
            other => panic!("no query: {other}"),
        }
    }
    let ids = variables["ids"].as_array().map_or(1, |ids| ids.len() as u64);
    let requests = requests(&root, 1, ids, &fragments);
    (requests as f64 / 100.0).round().max(1.0) as u32
}

type Tokens = std::iter::Peekable<std::vec::IntoIter<String>>;

fn tokens(query: &str) -> Vec<String> {
    let mut tokens: Vec<String> = vec![];
    let mut inside = false;
    for letter in query.chars() {
        let part = letter.is_alphanumeric() || letter == '_' || letter == '.';
        match (part, inside) {
            (true, true) => tokens.last_mut().unwrap().push(letter),
            (true, false) => tokens.push(letter.into()),
            (false, _) if letter.is_whitespace() || letter == ',' => {}
            (false, _) => tokens.push(letter.into()),
        }
        inside = part;
    }
    tokens
}

/// The fields between braces.
fn fields(tokens: &mut Tokens) -> Vec<Selected> {
    assert_eq!(tokens.next().as_deref(), Some("{"));
    let mut fields = vec![];
    loop {
        let token = tokens.next().unwrap();
        if token == "}" {
            return fields;
        }
        fields.push(selected(token, tokens));
    }
}

fn selected(token: String, tokens: &mut Tokens) -> Selected {
    let mut found = Selected { name: String::new(), limit: None, by_ids: false, fragment: None, fields: vec![] };
    if token == "..." {
        assert_eq!(tokens.next().as_deref(), Some("on"));
        tokens.next();
        found.fields = fields(tokens);
        return found;
    }
    if let Some(name) = token.strip_prefix("...") {
        found.fragment = Some(name.to_owned());
        return found;
    }
    found.name = token;
    if tokens.next_if(|token| token == ":").is_some() {
        found.name = tokens.next().unwrap();
    }
    while tokens.next_if(|token| token == "@").is_some() {
        tokens.next();
        arguments(tokens, &mut found);
    }
    arguments(tokens, &mut found);
    while tokens.next_if(|token| token == "@").is_some() {
        tokens.next();
        arguments(tokens, &mut found);
    }
    if tokens.peek().is_some_and(|token| token == "{") {
        found.fields = fields(tokens);
    }
    found
}

/// What is between parentheses, if there are any.
fn arguments(tokens: &mut Tokens, of: &mut Selected) {
    if tokens.next_if(|token| token == "(").is_none() {
        return;
    }
    let mut before = [String::new(), String::new()];
    for token in tokens.by_ref() {
        if token == ")" {
            return;
        }
        if before[1] == ":" && ["first", "last"].contains(&before[0].as_str()) {
            of.limit = Some(token.parse().unwrap());
        }
        of.by_ids |= before[1] == "$" && token == "ids";
        before = [std::mem::take(&mut before[1]), token];
    }
}

fn requests(fields: &[Selected], times: u64, ids: u64, fragments: &BTreeMap<String, Vec<Selected>>) -> u64 {
    let of = |field: &Selected| {
        let within = field.fragment.as_ref().map_or(&field.fields, |name| &fragments[name]);
        let is_connection = !field.name.is_empty() && lists(within, fragments);
        let each = if field.by_ids { ids } else { field.limit.unwrap_or(1) };
        u64::from(is_connection) * times + requests(within, times * each, ids, fragments)
    };
    fields.iter().map(of).sum()
}

/// Whether fields are those of a connection.
fn lists(fields: &[Selected], fragments: &BTreeMap<String, Vec<Selected>>) -> bool {
    fields.iter().any(|field| match &field.fragment {
        Some(name) => lists(&fragments[name], fragments),
        None => ["totalCount", "nodes", "edges", "pageInfo"].contains(&field.name.as_str()),
    })
}
