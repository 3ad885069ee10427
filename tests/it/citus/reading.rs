//! What stands in a part of a statement: its queries, its expressions, and what of them changes with time.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, DataType, Expr, Query, Value, Visit, Visitor};

use super::router::last;

/// Functions that may answer otherwise each time, and those that do so from one statement to the next.
const VOLATILE: [&str; 6] = ["clock_timestamp", "timeofday", "random", "gen_random_uuid", "nextval", "setval"];
const STABLE: [&str; 6] =
    ["now", "statement_timestamp", "transaction_timestamp", "current_timestamp", "current_setting", "age"];

/// What stands in a node.
#[derive(Default)]
pub struct Found {
    depth: usize,
    /// The queries that stand in no other one.
    pub queries: Vec<Query>,
    /// Expressions that stand in none of the queries.
    pub expressions: Vec<Expr>,
    /// Functions that are called, in the queries too.
    functions: Vec<String>,
}

impl Visitor for Found {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if self.depth == 0 {
            self.queries.push(query.clone());
        }
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        if self.depth == 0 {
            self.expressions.push(expression.clone());
        }
        if let Expr::Function(function) = expression {
            self.functions.push(last(&function.name));
        }
        ControlFlow::Continue(())
    }
}

impl Found {
    /// A function that may answer otherwise each time.
    pub fn volatile_anywhere(&self) -> Option<&str> {
        self.functions.iter().map(String::as_str).find(|name| VOLATILE.contains(name))
    }

    /// Whether it is a span of time: what is added of it depends on the session's time zone.
    pub fn is_interval(&self) -> bool {
        self.expressions.iter().any(|expression| match expression {
            Expr::Interval(_) => true,
            Expr::Function(function) => last(&function.name) == "make_interval",
            _ => false,
        })
    }
}

/// Looks into a node.
pub fn look(node: &impl Visit) -> Found {
    let mut found = Found::default();
    let _ = node.visit(&mut found);
    found
}

/// Whether an expression has a column, but for those in subqueries.
pub fn columns(expression: &Expr) -> bool {
    // Arguments have names, too.
    let is_column = |part: &Expr| match part {
        Expr::Identifier(name) => !["secs", "days"].contains(&name.value.as_str()),
        other => matches!(other, Expr::CompoundIdentifier(_)),
    };
    look(expression).expressions.iter().any(is_column)
}

/// Whether an expression may have another value in another statement or session, but for what is in subqueries.
pub fn is_changing(expression: &Expr) -> bool {
    let found = look(expression);
    found.is_interval()
        || found.expressions.iter().any(|part| match part {
            Expr::Function(function) => {
                let name = last(&function.name);
                VOLATILE.contains(&name.as_str()) || STABLE.contains(&name.as_str())
            }
            // What is read of a text, unless it is written there.
            Expr::Cast { expr, data_type, .. } => is_read_by_session(data_type) && !is_written(expr),
            Expr::BinaryOp { op: BinaryOperator::Plus | BinaryOperator::Minus, left, right } => {
                look(left.as_ref()).is_interval() || look(right.as_ref()).is_interval()
            }
            _ => false,
        })
}

fn is_read_by_session(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::JSON | DataType::JSONB | DataType::Timestamp(..) | DataType::Date | DataType::Array(_)
    )
}

fn is_written(expression: &Expr) -> bool {
    matches!(expression, Expr::Value(value) if !matches!(value.value, Value::Null))
}
