//! A document in words: exactly what is being signed, decoded from its bytes.

use std::io::{self, Write};

use postern_cli::Session;
use postern_cli::terminal::printable;
use postern_core::keys::PublicKey;
use postern_core::text::Names;
use postern_core::time::Time;
use postern_core::trust::{DiskFull, Document, Emergency, Keys, Otherwise, Pack, Payload, Root, Snapshot, Windows};

/// Lines of a rendering: how deep, what, and its value.
pub(crate) struct Lines<'a> {
    session: &'a Session,
    lines: Vec<(usize, String, String)>,
}

impl Lines<'_> {
    fn add(&mut self, depth: usize, label: &str, value: impl ToString) {
        let label = self.session.catalog.text(&format!("show-{label}"), &[]);
        self.lines
            .push((depth, label, printable(&value.to_string()).into_owned()));
    }

    fn times(&mut self, depth: usize, times: [(&str, Time); 2]) {
        for (label, time) in times {
            self.add(depth, label, time);
        }
    }

    fn names(&mut self, depth: usize, label: &str, names: &Names) {
        self.add(depth, label, format!("{} / {}", names.en(), names.zh()));
    }

    fn key(&mut self, depth: usize, label: &str, key: &PublicKey) {
        self.hex(depth, label, &key.thumbprint());
    }

    /// 32 bytes in two lines of eight groups, to be read aloud and compared.
    fn hex(&mut self, depth: usize, label: &str, bytes: &[u8; 32]) {
        let groups: Vec<_> = bytes.chunks(2).map(postern_core::hex).collect();
        self.add(depth, label, groups[..8].join(" "));
        self.lines.push((depth, String::new(), groups[8..].join(" ")));
    }

    fn windows(&mut self, depth: usize, windows: Windows) {
        let hours = |seconds: u64| match seconds % 3600 {
            0 => format!("{} h", seconds / 3600),
            _ => format!("{seconds} s"),
        };
        let windows = [windows.fresh, windows.aging, windows.stale].map(hours);
        self.add(depth, "windows", windows.join(" / "));
    }

    fn emergency(&mut self, emergency: &Emergency) {
        self.names(1, "emergency", &emergency.reason);
        self.times(2, [("from", emergency.from), ("until", emergency.until)]);
        self.windows(2, emergency.windows);
        let scopes = [("issuer", &emergency.issuers), ("set-aside", &emergency.rules)];
        for (label, id) in scopes
            .iter()
            .flat_map(|(label, ids)| ids.iter().map(move |id| (label, id)))
        {
            self.add(2, label, id);
        }
        for gate in &emergency.gates {
            self.add(2, "gate", gate);
        }
    }

    fn keys(&mut self, label: &str, keys: &Keys) {
        self.add(1, label, format!("{} / {}", keys.threshold(), keys.keys().len()));
        for key in keys.keys() {
            self.key(2, "key", key);
        }
    }
}

/// A payload that can be shown to the people who sign it: every member of it.
pub(crate) trait Render: Payload {
    /// Adds all that the payload says.
    fn lines(&self, lines: &mut Lines<'_>);
}

const DAY: u64 = 86_400;

/// Prints a document.
pub(crate) fn document<P: Render>(document: &Document<P>, session: &Session, out: &mut dyn Write) -> io::Result<()> {
    if session.json {
        return Ok(());
    }
    let mut lines = Lines {
        session,
        lines: Vec::new(),
    };
    lines.add(0, P::KIND.as_str(), document.payload().version());
    document.payload().lines(&mut lines);
    lines.hex(1, "digest", &document.digest());
    lines.add(1, "signatures", document.signatures().len());
    for entry in document.signatures() {
        lines.add(2, "kid", entry.kid);
    }
    let widest = lines
        .lines
        .iter()
        .map(|(depth, label, _)| 2 * depth + postern_cli::terminal::width(label))
        .max();
    for (depth, label, value) in lines.lines {
        let indented = format!("{:1$}{label}", "", 2 * depth);
        let gap = widest.unwrap_or(0) - postern_cli::terminal::width(&indented) + 2;
        writeln!(out, "{}", format!("{indented}{:gap$}{value}", "").trim_end())?;
    }
    Ok(())
}

impl Render for Root {
    fn lines(&self, lines: &mut Lines<'_>) {
        lines.names(1, "name", &self.name);
        lines.times(1, [("issued", self.issued), ("expires", self.expires)]);
        lines.keys("role-root", &self.roles.root);
        lines.keys("role-publisher", &self.roles.publisher);
        lines.keys("role-snapshot", &self.roles.snapshot);
    }
}

impl Render for Pack {
    fn lines(&self, lines: &mut Lines<'_>) {
        lines.names(1, "name", &self.name);
        lines.times(1, [("issued", self.issued), ("expires", self.expires)]);
        lines.windows(1, self.windows);
        if let Some(disk_full) = self.disk_full {
            let action = match disk_full {
                DiskFull::ByHand => "show-disk-full-by-hand",
                DiskFull::Close => "show-disk-full-close",
            };
            lines.add(1, "disk-full", lines.session.catalog.text(action, &[]));
        }
        if let Some(retention) = self.retention {
            lines.add(1, "retention", retention.div_euclid(DAY));
        }
        for auditor in &self.auditors {
            lines.add(1, "auditor", &auditor.name);
            lines.key(2, "key-auditor", &auditor.key);
            lines.add(2, "age", auditor.age.as_str());
            lines.times(2, [("from", auditor.from), ("until", auditor.until)]);
        }
        if let Some(emergency) = &self.emergency {
            lines.emergency(emergency);
        }
        for tag in &self.tags {
            lines.add(1, "tag", tag.epoch);
            lines.times(2, [("from", tag.from), ("until", tag.until)]);
            lines.hex(2, "sha256", &tag.digest.0);
        }
        for issuer in &self.issuers {
            lines.add(1, "issuer", &issuer.id);
            lines.names(2, "name", &issuer.name);
            lines.times(2, [("from", issuer.from), ("until", issuer.until)]);
            if let Some(list) = &issuer.list {
                lines.add(2, "list", list);
            }
            for column in &issuer.columns {
                lines.add(2, "column", column);
            }
            if let Some(windows) = issuer.windows {
                lines.windows(2, windows);
            }
            for rule in &issuer.rules {
                lines.add(2, "rule", rule);
            }
            for key in &issuer.keys {
                lines.key(
                    2,
                    if key.role.as_str() == "code" {
                        "key-code"
                    } else {
                        "key-status"
                    },
                    &key.key,
                );
                lines.times(3, [("from", key.from), ("until", key.until)]);
            }
        }
        for rule in &self.rules {
            lines.add(1, "rule", &rule.id);
            lines.names(2, "name", &rule.name);
            let otherwise = match rule.otherwise {
                Otherwise::Refer => "show-refer",
                Otherwise::Refuse => "show-refuse",
            };
            lines.add(2, "otherwise", lines.session.catalog.text(otherwise, &[]));
            lines.add(2, "logic", serde_json::to_string(&rule.logic).unwrap_or_default());
        }
        for (id, values) in &self.value_sets {
            lines.add(1, "value-set", id);
            for value in values {
                lines.add(2, "value", value);
            }
        }
    }
}

impl Render for Snapshot {
    fn lines(&self, lines: &mut Lines<'_>) {
        lines.add(1, "issued", self.issued);
        lines.add(1, "root", self.root);
        lines.add(1, "pack", self.pack.version);
        lines.add(2, "size", self.pack.size);
        lines.hex(2, "sha256", &self.pack.sha256.0);
        for file in &self.files {
            lines.add(1, "file", format!("{} {:?} {}", file.list, file.kind, file.version));
            if let Some(from) = file.from {
                lines.add(2, "delta-from", from);
            }
            if let Some(column) = &file.column {
                lines.add(2, "column", column);
            }
            lines.add(2, "size", file.size);
            lines.hex(2, "sha256", &file.sha256.0);
            if let Some(content) = file.content {
                lines.add(2, "content", content.0);
                lines.hex(2, "sha256", &content.1.0);
            }
        }
        if let Some(register) = self.register {
            lines.add(1, "register", register.version);
            lines.add(2, "size", register.size);
            lines.hex(2, "sha256", &register.sha256.0);
        }
    }
}
