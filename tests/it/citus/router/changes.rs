//! What the router would not take of an UPDATE, a DELETE or an INSERT.

use sqlparser::ast::{
    AssignmentTarget, BinaryOperator, Delete, Expr, FromTable, Insert, OnConflictAction, OnInsert, SelectItem, SetExpr,
    TableObject, Update, UpdateTableFromKind,
};

use super::super::reading::{Found, columns, is_changing, look};
use super::{Level, Place, Reader, is_account_of, key, last};

impl Reader<'_> {
    pub(super) fn update(&mut self, update: &Update, place: Place) {
        let mut level = self.level(std::slice::from_ref(&update.table));
        let target = level.copied;
        if let Some(UpdateTableFromKind::AfterSet(from) | UpdateTableFromKind::BeforeSet(from)) = &update.from {
            let joined = self.level(from);
            level.accounts.extend(joined.accounts);
            level.conditions.extend(joined.conditions);
            level.alike.extend(joined.alike);
        }
        level.conditions.extend(&update.selection);
        self.bound(&level);
        self.queries(update);
        let values: Vec<&Expr> = update.assignments.iter().map(|assignment| &assignment.value).collect();
        for assignment in &update.assignments {
            if let AssignmentTarget::ColumnName(column) = &assignment.target
                && last(column) == "account_id"
            {
                self.fault("a row that moves to another account");
            }
        }
        self.change(&look(update), place, target, &level);
        self.evaluated(values.into_iter().chain(&update.selection));
        self.returned(update.returning.as_deref());
    }

    pub(super) fn delete(&mut self, delete: &Delete, place: Place) {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        let mut level = self.level(from);
        let target = level.copied;
        if let Some(using) = &delete.using {
            let joined = self.level(using);
            level.accounts.extend(joined.accounts);
            level.conditions.extend(joined.conditions);
        }
        level.conditions.extend(&delete.selection);
        self.bound(&level);
        self.queries(delete);
        self.change(&look(delete), place, target, &level);
        self.evaluated(delete.selection.iter());
        self.returned(delete.returning.as_deref());
    }

    /// What holds for UPDATE and DELETE alike.
    fn change(&mut self, whole: &Found, place: Place, copied: bool, level: &Level<'_>) {
        if let Some(name) = whole.volatile_anywhere() {
            self.fault(format!("{name}() where something is changed"));
        }
        if copied && place == Place::With {
            self.fault("a copied table is changed in a WITH");
        }
        if copied && !level.accounts.is_empty() {
            self.fault("a copied table is changed by what is in an account");
        }
    }

    pub(super) fn insert(&mut self, insert: &Insert, place: Place, with: bool) {
        let TableObject::TableName(name) = &insert.table else { return self.fault("INSERT into no table") };
        let name = last(name);
        let spread = self.schema.accounts.contains(&name);
        if place == Place::With {
            self.fault("INSERT in a WITH");
        }
        if with {
            self.fault("WITH before an INSERT");
        }
        let column = insert.columns.iter().position(|column| last(column) == "account_id");
        match insert.source.as_deref().map(|source| (source, source.body.as_ref())) {
            Some((_, SetExpr::Values(values))) => {
                for row in values.rows.iter().filter(|_| spread) {
                    match column.and_then(|at| key(&row[at])) {
                        Some(key) => drop(self.keys.insert(key)),
                        None => self.fault(format!("{name} without its account_id")),
                    }
                }
                if !look(values).queries.is_empty() {
                    self.fault("a query in VALUES");
                }
            }
            Some((source, SetExpr::Select(select))) => {
                let bound = self.select(select);
                let given = column.and_then(|at| select.projection.get(at));
                if spread && !given.is_some_and(|given| is_account_of(given, &bound)) {
                    self.fault("INSERT ... SELECT whose account_id is no column of a table of the account");
                }
                if !spread && !bound.is_empty() {
                    self.fault("a copied table is changed by what is in an account");
                }
                if let Some(volatile) = look(source).volatile_anywhere() {
                    self.fault(format!("{volatile}() in INSERT ... SELECT"));
                }
            }
            Some((source, _)) => {
                self.query(source, Place::Inside);
                self.fault("INSERT of neither VALUES nor one SELECT");
            }
            None => self.fault("INSERT of nothing"),
        }
        if let Some(OnInsert::OnConflict(conflict)) = &insert.on
            && let OnConflictAction::DoUpdate(update) = &conflict.action
        {
            for expression in update.assignments.iter().map(|assignment| &assignment.value).chain(&update.selection) {
                if !look(expression).queries.is_empty() {
                    self.fault("a query in ON CONFLICT");
                }
                if is_changing(expression) {
                    self.fault("what changes with time in ON CONFLICT");
                }
            }
        }
        self.returned(insert.returning.as_deref());
    }

    /// What is evaluated before the statement is handed on, but for subqueries, which are evaluated first.
    fn evaluated<'e>(&mut self, expressions: impl Iterator<Item = &'e Expr>) {
        for expression in expressions {
            for part in look(expression).expressions {
                let choice = match &part {
                    Expr::Case { .. } => true,
                    Expr::Function(function) => last(&function.name) == "coalesce",
                    _ => false,
                };
                if choice && is_changing(&part) {
                    self.fault("what changes with time in CASE or COALESCE");
                }
                let applied = match &part {
                    Expr::BinaryOp { op: BinaryOperator::Plus | BinaryOperator::Minus, left, right } => {
                        look(left.as_ref()).is_interval() || look(right.as_ref()).is_interval()
                    }
                    Expr::Cast { .. } => is_changing(&part),
                    _ => false,
                };
                if applied && columns(&part) {
                    self.fault("a column with what depends on the session");
                }
            }
        }
    }

    fn returned(&mut self, returning: Option<&[SelectItem]>) {
        for item in returning.unwrap_or_default() {
            if let SelectItem::UnnamedExpr(expression) | SelectItem::ExprWithAlias { expr: expression, .. } = item
                && is_changing(expression)
            {
                self.fault("what changes with time in RETURNING");
            }
        }
    }
}
