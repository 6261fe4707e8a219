//! The comparison of two languages that each program makes in a test.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

/// Compares the Fluent resources of two languages and lists what differs, one line each: syntax errors, ids that occur
/// twice, messages and attributes that only one language has, placeholders that only one language uses. Empty is good.
///
/// A program's test is `assert_eq!(check(TEXTS.en, TEXTS.zh), Vec::<String>::new())`.
pub fn check(en: &str, zh: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let en = texts("English", en, &mut findings);
    let zh = texts("Chinese", zh, &mut findings);
    for (id, variables) in &en {
        match zh.get(id) {
            None => findings.push(format!("{id}: only in English")),
            Some(others) => {
                findings.extend(
                    variables
                        .difference(others)
                        .map(|name| format!("{id}: ${name} only in English")),
                );
                findings.extend(
                    others
                        .difference(variables)
                        .map(|name| format!("{id}: ${name} only in Chinese")),
                );
            }
        }
    }
    findings.extend(
        zh.keys()
            .filter(|id| !en.contains_key(*id))
            .map(|id| format!("{id}: only in Chinese")),
    );
    findings
}

/// The variables of each text, by `id` or `id.attribute`.
fn texts(language: &str, source: &str, findings: &mut Vec<String>) -> BTreeMap<String, BTreeSet<String>> {
    let resource = parser::parse(source).unwrap_or_else(|(readable_part, errors)| {
        for error in errors {
            let line = source
                .get(..error.pos.start)
                .map_or(0, |before| before.matches('\n').count() + 1);
            findings.push(format!("{language}, line {line}: {error}"));
        }
        readable_part
    });
    let mut texts = BTreeMap::new();
    let mut add = |id: String, pattern: &Pattern<&str>| {
        let mut variables = BTreeSet::new();
        in_pattern(pattern, &mut variables);
        if texts.insert(id.clone(), variables).is_some() {
            findings.push(format!("{id}: twice in {language}"));
        }
    };
    for entry in &resource.body {
        let (id, value, attributes) = match entry {
            Entry::Message(message) => (message.id.name.to_owned(), message.value.as_ref(), &message.attributes),
            Entry::Term(term) => (format!("-{}", term.id.name), Some(&term.value), &term.attributes),
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) | Entry::Junk { .. } => continue,
        };
        for attribute in attributes {
            add(format!("{id}.{}", attribute.id.name), &attribute.value);
        }
        if let Some(value) = value {
            add(id, value);
        }
    }
    texts
}

fn in_pattern(pattern: &Pattern<&str>, variables: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { .. } => {}
            PatternElement::Placeable { expression } => in_expression(expression, variables),
        }
    }
}

fn in_expression(expression: &Expression<&str>, variables: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, variables),
        Expression::Select { selector, variants } => {
            in_inline(selector, variables);
            for variant in variants {
                in_pattern(&variant.value, variables);
            }
        }
    }
}

fn in_inline(inline: &InlineExpression<&str>, variables: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            variables.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => in_expression(expression, variables),
        InlineExpression::FunctionReference { arguments, .. } => {
            for argument in &arguments.positional {
                in_inline(argument, variables);
            }
            for argument in &arguments.named {
                in_inline(&argument.value, variables);
            }
        }
        // A term's arguments are literals and a reference to a message passes none (Fluent 1.0).
        InlineExpression::StringLiteral { .. }
        | InlineExpression::NumberLiteral { .. }
        | InlineExpression::MessageReference { .. }
        | InlineExpression::TermReference { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_catalogues_have_no_findings() {
        let en =
            "a = { $n ->\n    [one] { $n } day by { $who }\n   *[other] { $n } days by { $who }\n}\n    .hint = x\n";
        let zh = "# 注释\na = { $who }：{ $n } 天\n    .hint = 提示\n";
        assert_eq!(check(en, zh), Vec::<String>::new());
    }

    #[test]
    fn what_one_language_lacks_is_named() {
        let findings = check("a = x\n    .hint = y\nb = x\n", "a = x\nc = x\n    .long = z\n");
        assert_eq!(
            findings,
            [
                "a.hint: only in English",
                "b: only in English",
                "c: only in Chinese",
                "c.long: only in Chinese"
            ]
        );
    }

    #[test]
    fn placeholders_must_agree_wherever_they_are() {
        assert_eq!(
            check("a = { $x } { NUMBER($y) }", "a = { $z }"),
            [
                "a: $x only in English",
                "a: $y only in English",
                "a: $z only in Chinese"
            ]
        );
    }

    #[test]
    fn syntax_errors_and_doubles_are_named() {
        let findings = check("a = x\na = y\n", "a = x\n\nb = { $\n");
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert_eq!(findings[0], "a: twice in English");
        assert!(findings[1].starts_with("Chinese, line 3:"), "{findings:?}");
    }
}
