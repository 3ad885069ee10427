//! What Citus' router would not take of a statement, found by reading it. Rules of the router that no statement of
//! ours comes near are left out.
//!
//! A statement stays on one server if every table of accounts in it is bound to one account, in the same SELECT,
//! UPDATE or DELETE: by its `account_id` being equal to a parameter or a number, or to the `account_id` of a table that
//! is. What a subquery is told from outside does not count. The rest is about what is evaluated where: Citus evaluates
//! what it changes with before it hands a statement on.

mod changes;

use std::collections::{BTreeMap, BTreeSet};

use sqlparser::ast::{
    BinaryOperator, Expr, JoinConstraint, JoinOperator, ObjectName, Query, Select, SelectItem, SetExpr, Statement,
    TableFactor, TableWithJoins, Value, Visit,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::reading::look;

/// How the tables lie, views included.
#[derive(Default)]
pub struct Schema {
    /// Those that are spread by `account_id`.
    pub accounts: BTreeSet<String>,
    /// Those that each server has a copy of.
    pub copied: BTreeSet<String>,
}

/// What the router would not take; nothing if it takes the statement whole.
pub fn faults(sql: &str, schema: &Schema) -> BTreeSet<String> {
    // The parser does not know this lock. To the router it is as good as the one without the two words.
    let known = sql.replace("FOR NO KEY UPDATE", "FOR UPDATE");
    let parsed = Parser::parse_sql(&PostgreSqlDialect {}, &known).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let [statement] = parsed.as_slice() else { return BTreeSet::from(["several statements in one".to_owned()]) };
    let mut reader = Reader { schema, faults: BTreeSet::new(), ctes: BTreeSet::new(), keys: BTreeSet::new() };
    reader.statement(statement, Place::Top);
    let Reader { mut faults, keys, .. } = reader;
    if keys.len() > 1 {
        faults.insert(format!("more than one account: {keys:?}"));
    }
    faults
}

/// Where a query stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Top,
    With,
    Inside,
}

struct Reader<'a> {
    schema: &'a Schema,
    faults: BTreeSet<String>,
    ctes: BTreeSet<String>,
    /// What accounts are bound to.
    keys: BTreeSet<String>,
}

/// The tables of one FROM, and what is said of them there.
#[derive(Default)]
struct Level<'q> {
    /// By what it is called there.
    accounts: BTreeMap<String, String>,
    copied: bool,
    conditions: Vec<&'q Expr>,
    /// Tables that are joined USING (account_id).
    alike: Vec<BTreeSet<String>>,
}

impl Reader<'_> {
    fn fault(&mut self, what: impl Into<String>) {
        self.faults.insert(what.into());
    }

    fn statement(&mut self, statement: &Statement, place: Place) {
        match statement {
            Statement::Query(query) => self.query(query, place),
            Statement::Insert(insert) => self.insert(insert, place, false),
            Statement::Update(update) => self.update(update, place),
            Statement::Delete(delete) => self.delete(delete, place),
            other => self.fault(format!("no kind of statement that is known here: {other}")),
        }
    }

    fn query(&mut self, query: &Query, place: Place) {
        if let Some(with) = &query.with {
            self.ctes.extend(with.cte_tables.iter().map(|cte| cte.alias.name.value.clone()));
            for cte in &with.cte_tables {
                self.query(&cte.query, Place::With);
            }
        }
        if !query.locks.is_empty() && place == Place::With && self.reads_copied(query) {
            self.fault("FOR UPDATE of a copied table in a WITH");
        }
        let before = self.faults.len();
        match query.body.as_ref() {
            SetExpr::Insert(Statement::Insert(insert)) => self.insert(insert, place, query.with.is_some()),
            body => self.body(body, place),
        }
        if !query.locks.is_empty() && self.faults.len() > before {
            self.fault("a lock across accounts");
        }
        // What stands beside the body: ORDER BY and LIMIT.
        for inside in look(&query.order_by).queries.into_iter().chain(look(&query.limit_clause).queries) {
            self.query(&inside, Place::Inside);
        }
    }

    fn body(&mut self, body: &SetExpr, place: Place) {
        match body {
            SetExpr::Select(select) => drop(self.select(select)),
            SetExpr::Query(query) => self.query(query, Place::Inside),
            SetExpr::SetOperation { left, right, .. } => {
                self.body(left, place);
                self.body(right, place);
            }
            SetExpr::Insert(statement) | SetExpr::Update(statement) | SetExpr::Delete(statement) => {
                self.statement(statement, place);
            }
            SetExpr::Values(values) => self.queries(values),
            other => self.fault(format!("no kind of query that is known here: {other}")),
        }
    }

    /// Reads the queries in a node, each by itself.
    fn queries(&mut self, node: &impl Visit) {
        for query in look(node).queries {
            self.query(&query, Place::Inside);
        }
    }

    fn select(&mut self, select: &Select) -> BTreeSet<String> {
        let mut level = self.level(&select.from);
        level.conditions.extend(&select.selection);
        let bound = self.bound(&level);
        self.queries(select);
        bound
    }

    fn level<'q>(&mut self, from: &'q [TableWithJoins]) -> Level<'q> {
        let mut level = Level::default();
        for table in from {
            self.factor(&table.relation, &mut level);
            for join in &table.joins {
                let before: BTreeSet<String> = level.accounts.keys().cloned().collect();
                self.factor(&join.relation, &mut level);
                let (JoinOperator::Join(constraint)
                | JoinOperator::Inner(constraint)
                | JoinOperator::Left(constraint)
                | JoinOperator::LeftOuter(constraint)
                | JoinOperator::FullOuter(constraint)
                | JoinOperator::CrossJoin(constraint)) = &join.join_operator
                else {
                    self.fault("a join that is not known here");
                    continue;
                };
                match constraint {
                    JoinConstraint::On(condition) => level.conditions.push(condition),
                    JoinConstraint::Using(by) if by.iter().any(|by| last(by) == "account_id") => {
                        // The columns of both sides are one.
                        let mut alike: BTreeSet<String> = level.accounts.keys().cloned().collect();
                        alike.extend(before);
                        level.alike.push(alike);
                    }
                    _ => {}
                }
            }
        }
        level
    }

    fn factor<'q>(&mut self, factor: &'q TableFactor, level: &mut Level<'q>) {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let name = last(name);
                let called = alias.as_ref().map_or(&name, |alias| &alias.name.value).clone();
                if self.ctes.contains(&name) {
                } else if self.schema.accounts.contains(&name) {
                    level.accounts.insert(called, name);
                } else if self.schema.copied.contains(&name) {
                    level.copied = true;
                }
            }
            TableFactor::NestedJoin { table_with_joins, .. } => {
                let inner = self.level(std::slice::from_ref(table_with_joins));
                level.accounts.extend(inner.accounts);
                level.conditions.extend(inner.conditions);
                level.alike.extend(inner.alike);
            }
            _ => {}
        }
    }

    /// The tables of a level that are bound to an account; the others are faults.
    fn bound(&mut self, level: &Level<'_>) -> BTreeSet<String> {
        let mut alike = level.alike.clone();
        let mut bound: BTreeSet<String> = BTreeSet::new();
        for condition in level.conditions.iter().flat_map(|condition| conjuncts(condition)) {
            let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = condition else { continue };
            match (side(left, level), side(right, level)) {
                (Some(Side::Of(one)), Some(Side::Key(key))) | (Some(Side::Key(key)), Some(Side::Of(one))) => {
                    self.keys.insert(key);
                    bound.insert(one);
                }
                (Some(Side::Of(one)), Some(Side::Of(other))) => alike.push(BTreeSet::from([one, other])),
                _ => {}
            }
        }
        for _ in 0..level.accounts.len() {
            for group in &alike {
                if !group.is_disjoint(&bound) {
                    bound.extend(group.iter().cloned());
                }
            }
        }
        for (called, name) in &level.accounts {
            if !bound.contains(called) {
                self.fault(format!("{name} without its account_id"));
            }
        }
        bound
    }

    fn reads_copied(&mut self, query: &Query) -> bool {
        match query.body.as_ref() {
            SetExpr::Select(select) => self.level(&select.from).copied,
            _ => false,
        }
    }
}

/// One side of an equation: the account of a table of the level, or what it is bound to.
enum Side {
    Of(String),
    Key(String),
}

fn side(expression: &Expr, level: &Level<'_>) -> Option<Side> {
    match expression {
        Expr::Nested(inner) => side(inner, level),
        Expr::Identifier(column) if column.value == "account_id" => {
            // Without a name it is that of the only table, or of those that are joined by it.
            let first = level.accounts.keys().next()?;
            let joined = level.alike.iter().any(|alike| alike.len() == level.accounts.len());
            (level.accounts.len() == 1 || joined).then(|| Side::Of(first.clone()))
        }
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [table, column] if column.value == "account_id" && level.accounts.contains_key(&table.value) => {
                Some(Side::Of(table.value.clone()))
            }
            _ => None,
        },
        other => key(other).map(Side::Key),
    }
}

/// The parameter or number that an expression is.
fn key(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Value(value) => match &value.value {
            Value::Placeholder(name) => Some(name.clone()),
            Value::Number(number, _) => Some(number.clone()),
            _ => None,
        },
        Expr::Cast { expr, .. } | Expr::Nested(expr) => key(expr),
        _ => None,
    }
}

fn is_account_of(given: &SelectItem, bound: &BTreeSet<String>) -> bool {
    let SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) = given else { return false };
    matches!(parts.as_slice(), [table, column] if column.value == "account_id" && bound.contains(&table.value))
}

fn conjuncts(condition: &Expr) -> Vec<&Expr> {
    match condition {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            let mut both = conjuncts(left);
            both.extend(conjuncts(right));
            both
        }
        Expr::Nested(inner) => conjuncts(inner),
        other => vec![other],
    }
}

pub fn last(name: &ObjectName) -> String {
    name.0.last().and_then(|part| part.as_ident()).map(|ident| ident.value.to_lowercase()).unwrap_or_default()
}
