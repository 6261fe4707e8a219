//! A code of the ledger, in words and for programs.

use postern_cli::Catalog;
use postern_core::code::Claims;
use postern_core::products;
use postern_core::record::{Facts, TestKind, TestResult};
use postern_core::time::Time;
use serde_json::{Value, json};

use super::Opened;
use crate::mint::ledger::{Found, LedgerError};

/// A code, with what is told of it besides the ledger's row.
pub(super) struct Answer<'a> {
    pub(super) ledger: &'a Opened<'a>,
    pub(super) found: &'a Found,
    /// The time that it is told by.
    pub(super) at: Time,
    /// What the code says; `None` where the ledger's copy is damaged.
    claims: Option<Claims>,
    /// The place in the status list of what came in its place.
    by: Option<u32>,
}

impl<'a> Answer<'a> {
    pub(super) fn new(ledger: &'a Opened<'a>, found: &'a Found, at: Time) -> Result<Self, LedgerError> {
        let by = match found.replaced {
            Some(replaced) => ledger.reader.index(replaced.by)?,
            None => None,
        };
        Ok(Self {
            ledger,
            found,
            at,
            claims: found.entry.claims(),
            by,
        })
    }

    /// The stable name of its state.
    fn state(&self) -> &'static str {
        match self.found.replaced {
            Some(_) => "replaced",
            // The last second is one at which gates still admit it.
            None if self.at > self.found.entry.expires => "expired",
            None => "current",
        }
    }

    /// For programs.
    pub(super) fn json(&self, text: bool) -> Value {
        let entry = &self.found.entry;
        let replaced = self.found.replaced.map(
            |replaced| json!({ "index": self.by, "reason": replaced.reason.as_str(), "at": replaced.at.to_string() }),
        );
        let mut code = json!({
            "ledger": self.ledger.path.display().to_string(),
            "issuer": self.ledger.summary.owner.issuer,
            "id": entry.id,
            "index": entry.index,
            "state": self.state(),
            "expired": self.at > entry.expires,
            "replaced": replaced,
            "issued": entry.issued.to_string(),
            "expires": entry.expires.to_string(),
            "minted": self.found.minted.to_string(),
            "kid": self.found.kid.to_string(),
            "holder": self.claims.as_ref().map(holder),
            "facts": self.claims.as_ref().map(facts),
        });
        if text {
            code["text"] = entry.text().into();
        }
        json!({ "code": code })
    }

    /// For a person: labels and values.
    pub(super) fn words(&self, catalog: &Catalog) -> Vec<(String, String)> {
        let entry = &self.found.entry;
        let mut rows = Vec::new();
        let mut row = |label: &str, value: String| rows.push((catalog.text(label, &[]), value));
        row("ledger-label-id", entry.id.clone());
        row("ledger-label-index", entry.index.to_string());
        row("ledger-label-state", self.state_in_words(catalog));
        row("ledger-label-issued", entry.issued.to_string());
        row("ledger-label-expires", entry.expires.to_string());
        row("ledger-label-minted", self.found.minted.to_string());
        row("ledger-label-key", self.found.kid.to_string());
        row("ledger-label-issuer", self.ledger.summary.owner.issuer.clone());
        row("ledger-label-ledger", self.ledger.path.display().to_string());
        let Some(claims) = &self.claims else {
            row("ledger-label-name", catalog.text("ledger-code-damaged", &[]));
            return rows;
        };
        let holder = &claims.record.holder;
        if let Some(name) = &holder.name {
            row("ledger-label-name", name.as_str().to_owned());
        }
        if let Some(birth) = holder.birth {
            row("ledger-label-birth", birth.to_string());
        }
        let Facts {
            vaccination,
            test,
            recovery,
        } = claims.record.facts;
        if let Some(v) = vaccination {
            let args = [
                ("product", product(v.product()).into()),
                ("dose", v.dose().into()),
                ("doses", v.doses().into()),
                ("date", v.day().to_string().into()),
            ];
            row("ledger-label-vaccination", catalog.text("ledger-vaccination", &args));
        }
        if let (Some(test), Some(sampled)) = (test, claims.sampled()) {
            let args = [
                ("kind", test_kind(test.kind).into()),
                ("result", test_result(test.result).into()),
                ("sampled", sampled.to_string().into()),
            ];
            row("ledger-label-test", catalog.text("ledger-test", &args));
        }
        if let Some(day) = recovery {
            row("ledger-label-recovery", day.to_string());
        }
        rows
    }

    fn state_in_words(&self, catalog: &Catalog) -> String {
        let Some(replaced) = self.found.replaced else {
            return catalog.text(&format!("ledger-state-{}", self.state()), &[]);
        };
        let args = [
            (
                "index",
                self.by.map_or("-".to_owned(), |index| index.to_string()).into(),
            ),
            ("at", replaced.at.to_string().into()),
            ("reason", replaced.reason.as_str().into()),
        ];
        catalog.text("ledger-state-replaced", &args)
    }
}

fn holder(claims: &Claims) -> Value {
    let holder = &claims.record.holder;
    json!({
        "name": holder.name.as_ref().map(|name| name.as_str()),
        "birth": holder.birth.map(|birth| birth.to_string()),
        "document_tag": holder.tag.map(|tag| postern_core::hex(&tag.0.0)),
    })
}

/// As the gate's program writes them.
fn facts(claims: &Claims) -> Value {
    let facts = &claims.record.facts;
    let vaccination = facts.vaccination.map(|v| {
        json!({
            "product": product(v.product()), "dose": v.dose(), "doses": v.doses(), "date": v.day().to_string(),
        })
    });
    let test = facts.test.map(|test| {
        json!({
            "kind": test_kind(test.kind),
            "result": test_result(test.result),
            "sampled": claims.sampled().map(|time| time.to_string()),
        })
    });
    json!({
        "vaccination": vaccination,
        "test": test,
        "recovery": facts.recovery.map(|day| day.to_string()),
    })
}

/// A vaccine product's name, or the name that rules see for a number without one.
fn product(number: u16) -> String {
    products::by_number(number).map_or_else(|| format!("postern-{number}"), |product| product.name.to_owned())
}

fn test_kind(kind: TestKind) -> &'static str {
    match kind {
        TestKind::Antigen => "antigen",
        TestKind::NucleicAcid => "nucleic-acid",
    }
}

fn test_result(result: TestResult) -> &'static str {
    match result {
        TestResult::Detected => "detected",
        TestResult::NotDetected => "not-detected",
    }
}
