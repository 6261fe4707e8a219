# postern-auditor in English: query, export, recheck, report and its page. The other languages have the same ids; a test compares them.

## Help

cmd-query = Look for events in the archive, or prove that one is in its gate's log
    .gate = Only of this gate
    .from = Only from this time on (RFC 3339 or YYYY-MM-DD)
    .until = Only before this time (RFC 3339 or YYYY-MM-DD)
    .kind = Only of this kind
    .outcome = Only with this outcome
    .grade = Only judged on data of this grade
    .person = Only of this document tag with its epoch: 18 hexadecimal digits
    .code = Only of the code with this digest: 32 hexadecimal digits
    .code-text = Only of this code, given as it is read: PC1:...
    .operator = Only what this operator decided or entered
    .issuer = Only of codes of this issuer
    .flag = Only with this flag, or one of several
    .limit = At most so many events
    .prove = Prove that the event with this number is in the log of --gate, up to its newest checkpoint
    .after-help = The proof is a path of hashes by RFC 6962 from the leaf to the root that the gate has signed: whoever has the gate's key checks it without this archive.
cmd-export = Write events with all that their leaves say, for other programs
    .gate = Only of this gate
    .from = Only from this time on (RFC 3339 or YYYY-MM-DD)
    .until = Only before this time (RFC 3339 or YYYY-MM-DD)
    .kind = Only of this kind
    .outcome = Only with this outcome
    .grade = Only judged on data of this grade
    .person = Only of this document tag with its epoch: 18 hexadecimal digits
    .code = Only of the code with this digest: 32 hexadecimal digits
    .code-text = Only of this code, given as it is read: PC1:...
    .operator = Only what this operator decided or entered
    .issuer = Only of codes of this issuer
    .flag = Only with this flag, or one of several
    .format = The format of the file
    .out = The file to write, - for standard output; a file of that name is not overwritten
    .after-help = In CSV a text that a spreadsheet would take for a formula begins with an apostrophe.
cmd-recheck = Judge past admissions again by today's trust and today's statuses
    .repository = Today's repository: a folder, http(s):// or s3://
    .gate = Only of this gate
    .from = Only from this time on (RFC 3339 or YYYY-MM-DD)
    .until = Only before this time (RFC 3339 or YYYY-MM-DD)
    .after-help = Each admission is judged for its own time, by the issuers, keys and statuses that the repository has today; rules are not asked again. Admissions that do not say by which key and status index they can be judged again are counted.
cmd-report = Say what was found, and write the report as one page and the evidence as a folder
    .from = From this time on (RFC 3339 or YYYY-MM-DD); without it from the first event
    .until = Up to this time (RFC 3339 or YYYY-MM-DD); without it up to now
    .out = The page to write: one HTML file in both languages that loads nothing
    .evidence = The folder to make for the evidence: checkpoints, proofs, receipts, forks
    .repository = Judge the admissions again by this repository of today, see recheck
    .max-speed = Kilometres an hour that nobody exceeds between two gates
    .silent-hours = After so many hours without events or contact a gate is silent; without it eight times its usual gap

## What was found: title, sentence, what to do

finding-fork-cloned = A gate was cloned
    .text = { $gate }: two logs were written at the same time from row { $at } on, both signed with its key (fork { $fork }, seen { $seen })
    .advice = The gate's key and store are in two places. Take the gate out of service, keep both devices, retire its key in the register and make a tag key of the next epoch.
finding-fork-restored = A gate was put back to an older copy
    .text = { $gate }: its log was cut at row { $at } and written on from there (fork { $fork }, seen { $seen })
    .advice = Rows that the archive has are no longer on the gate. Ask who put its store back, and when: a backup explains it, and so does the wish to be rid of rows.
finding-fork = A gate has two logs
    .text = { $gate }: two logs that do not fit together, both signed with its key (fork { $fork }, seen { $seen })
    .advice = Look at both in the evidence folder. Until it is explained, treat the gate's key as stolen.
finding-bundle-inconsistent = A bundle is not what its gate signed
    .text = Gate { $gate }, files: { $files }, such as { $name }, last seen { $seen }
    .advice = The gate's program signs what its leaves make. Something else holds the gate's key, or its program was changed.
finding-demo-trust = Judged under the demonstration's keys
    .text = { $events } events at { $gates } gates, { $admitted } of them admitted; most at { $gate } ({ $most }), from { $from } to { $until }
    .advice = Anybody can mint codes that such a gate admits. These admissions prove nothing: set the gates up with the authority's root.
finding-missing-rows = Rows have not come
    .text = { $gate }: rows { $from } to { $to } ({ $rows }); later ones wait since { $seen }
    .advice = Ask for the stick or the upload that is missing. The gate has the rows still, for it has no receipt for them.
finding-bundle-damaged = Damaged files
    .text = { $whose ->
        [claimed] Claimed to be of { $gate }
       *[unknown] Of no gate that could be told
    }, files: { $files }, such as { $name }, last seen { $seen }
    .advice = A stick or an upload that broke off is the usual cause: have it sent again. No good signature says whose such a file is: anybody can write the name of a gate into it.
finding-bundle-later-format = Bundles of a later format
    .text = Gate { $gate }, files: { $files }, such as { $name }, last seen { $seen }
    .advice = The gate's program is newer than this one. Update postern-auditor and take the files in again; nothing is lost until then.
finding-bundle-unknown-gate = Files of unknown gates
    .text = Files: { $files }, such as { $name }, last seen { $seen }
    .advice = Enrol the gate if it is one of yours; else somebody writes to your drop box.
finding-impossible-travel = Faster than anybody travels
    .text = { $what ->
        [person] person
       *[code] code
    } { $who }: at { $gate } at { $time }, and { $km } km further at { $to } after { $took } ({ $speed } km/h); such pairs in all: { $jumps }
    .advice = Several people show copies of one code. Revoke and replace it, and let the gates where it was seen compare documents.
finding-overrides-unusual = Overrides far more often than others
    .text = { $operator } at { $gate }: { $count } of { $of } that the gate did not admit ({ $share }); others would have let in { $expected }
    .advice = Look at the reasons that were given, and at the shift: a broken rule shows here as well as a favour.
finding-manual-unusual = Enters by hand far more often than others
    .text = { $operator } at { $gate }: { $count } of { $of } entries ({ $share }); others would have made { $expected }
    .advice = A scanner that does not read is the usual cause. If it reads, ask why it was passed over.
finding-refusals-high = Refuses far more than other gates
    .text = { $gate }: { $refused } of { $scans } ({ $share }); at other gates it would have been { $expected }
    .advice = Look at the reasons: a clock, a camera or a rule that only this gate has, or codes that are forged here.
finding-refusals-low = Refuses far less than other gates
    .text = { $gate }: { $refused } of { $scans } ({ $share }); at other gates it would have been { $expected }
    .advice = See whether people pass without being scanned, or only good codes are shown to it.
finding-silent-gate = No events for longer than usual
    .text = { $gate }: { $silence } from { $from } to { $until }; { $allowed } would not be unusual
    .advice = Find out whether the gate was closed, broken or passed by.
finding-no-contact = Nothing came for longer than usual
    .text = { $gate }: { $silence } since { $from }; { $allowed } would not be unusual
    .advice = Bring its log by stick. Until then nobody but the gate knows what happened there.
finding-clock-suspect = The clock was not believed
    .text = { $gate }: { $events } events from { $from } to { $until }
    .advice = The gate has judged by the newest signed time instead. Set the clock; a battery may be empty.
finding-clock-ahead = Hours that have not come
    .text = { $gate }: { $events } events from { $from } to { $until }, by the gate's clock
    .advice = By the auditor's clock it is not yet so late: see which of the two is wrong. Until then these events are counted, and in no chart over time nor the end of a silence.
finding-data-too-old = Judged on data past its last window
    .text = { $events } events at { $gates } gates, { $admitted } of them admitted, data up to { $days } days old; most at { $gate } ({ $most }), from { $from } to { $until }
    .advice = Such a gate decides nothing alone. Bring an update.
finding-another-time = Judged at a time that somebody chose
    .text = { $events } events at { $gates } gates, { $admitted } of them admitted; most at { $gate } ({ $most }), from { $from } to { $until }
    .advice = That is for looking at the past, not for a gate. Ask who did it.
finding-bundle-not-for-us = Files that are sealed to somebody else
    .text = Gate { $gate }, files: { $files }, such as { $name }, last seen { $seen }
    .advice = The gate's pack does not name this office, or named it later. See that the pack does.
finding-bundle-too-old = Bundles of rows that the archive has dropped
    .text = Gate { $gate }, files: { $files }, such as { $name }, last seen { $seen }
    .advice = They cannot be compared any more. Compare them with an archive, or a backup, that has these rows still.
finding-stale-data = Judged on stale data
    .text = { $events } events at { $gates } gates, { $admitted } of them admitted, data up to { $days } days old; most at { $gate } ({ $most }), from { $from } to { $until }
    .advice = That is how gates go on through an outage. The re-check says what newer data would have changed.
finding-emergency = Judged under an emergency declaration
    .text = { $events } events at { $gates } gates, { $admitted } of them admitted, data up to { $days } days old; most at { $gate } ({ $most }), from { $from } to { $until }
    .advice = Compare the times with the declaration, and judge the admissions again now that it is over.

## Words

severity-grave = ▲ grave
severity-warning = ● warning
severity-notice = ○ notice
outcome-admit = admit
outcome-refer = refer
outcome-refuse = refuse
grade-fresh = fresh
grade-aging = aging
grade-stale = stale
grade-refuse = too old
kind-code = code
kind-document = document
kind-manual = by hand
kind-override = override
why-status-invalid = the issuer has revoked the code
why-key-withdrawn = the key that signed it is not in the pack any more
why-key-out-of-validity = issued outside of the time of its key
why-status-restricted = the issuer has restricted the person
why-issuer-withdrawn = the pack does not know the issuer any more
why-issuer-not-in-force = the issuer was not recognised at that time
why-status-suspended = the issuer has suspended the code
why-status-unknown = the issuer's status list does not reach to it

## What commands say

query-gate = gate
query-seq = row
query-time = time
query-kind = kind
query-outcome = outcome
query-reasons = reasons
query-issuer = issuer
query-grade = data
query-operator = operator
query-flags = flags
query-code = code
query-count = { $events ->
    [one] one event
   *[other] { $events } events
}
query-more = { $events } events; there are more: see --limit, or --json for all
query-proven = Row { $seq } of { $gate } is in the log that the gate has signed.
    { "  " }key of the gate  { $key }
    { "  " }leaf             { $leaf }
    Its checkpoint, and the hashes from the leaf to its root:
export-done = { $events ->
    [one] one event
   *[other] { $events } events
} written to { $path }
recheck-gate = gate
recheck-seq = row
recheck-time = admitted
recheck-issuer = issuer
recheck-code = code
recheck-admitted-by = by
recheck-the-gate = the gate
recheck-now = now
recheck-why = why
recheck-more = and { $more } more: see --json for all
recheck-summary = { $checked } admissions judged again by snapshot { $snapshot } of { $issued } (pack { $pack }): { $refused } would be refused and { $referred } referred, at { $gates ->
    [one] one gate
   *[other] { $gates } gates
}; { $not_checkable } cannot be judged again

evidence-good = The evidence is good: { $files } files; { $checkpoints } checkpoints of { $gates } gates, { $proofs } proofs, { $receipts } receipts, { $forks } forks
evidence-bad = { $wrong ->
    [one] One thing is
   *[other] { $wrong } things are
} wrong; looked at: { $files } files; { $checkpoints } checkpoints of { $gates } gates, { $proofs } proofs, { $receipts } receipts, { $forks } forks
evidence-not-pinned = The manifest was not compared with a report's: give --manifest with the digest that stands there.
evidence-checkpoint-forged = a checkpoint is not signed by its gate, or is of another size
evidence-file-changed = the file was changed
evidence-file-extra = the manifest does not name this file
evidence-fork-bundle-forged = the bundle is not signed by its gate
evidence-fork-unproven = both notes say the same
evidence-manifest-changed = it is not the manifest of the report
evidence-file-missing = the file is not there
evidence-file-not-regular = it is a link, a pipe, a device or a folder where a file should be
    .hint = An evidence folder has plain files only. Nothing else was opened; ask for the folder again, copied as files.
evidence-proof-bad = checkpoints are not proven to belong to one log
evidence-receipt-bad = the receipt is not signed by gate and auditor, or is of another log
evidence-file-too-large = it is larger than any file of a report (256 MiB)
    .hint = No report wrote a file of that size. It was not read; ask whoever gave you the folder where it comes from.
evidence-folder-too-large = more than any report writes: 262,144 files, or 64 GiB in all
    .hint = No report wrote so much, and it was not read. Give the folder of the report itself, with nothing beside it.
evidence-file-unreadable = the file cannot be read as what it should be

## The page

report-title = Gates: report of the audit office
report-language = English
report-span = From { $from } to { $until }, all times UTC. Made { $made } by the auditor's clock.
report-demo = Gates judged under the public keys of the demonstration: what they admitted proves nothing.
report-card-gates = gates
report-card-events = events
report-card-admitted = admitted
report-card-referred = referred to a person
report-card-refused = refused
report-card-overrides = decided otherwise
report-card-manual = entered by hand
report-card-findings = findings
report-time = from
report-times = Scans by time and outcome
report-times-caption = Codes and documents that were judged, { $hours ->
    [one] by the hour
   *[other] by { $hours } hours
} (UTC)
report-times-undated = Not in the chart: { $events } scans whose times are not believed, or lie outside of the report's.
report-contacts = Gates by last contact
report-contacts-caption = Time since something of a gate's log came, by the auditor's clock; without retired gates
report-contact-between = { $from } to { $to } hours
report-contact-over = { $from } hours and more
report-contact-never = never
report-ages = Age of the data at the verdict
report-ages-caption = Codes and documents by the age of the data that they were judged on
report-age-day = { $from ->
    [0] less than a day
    [one] one day
   *[other] { $from } days
}
report-age-between = { $from } to { $to } days
report-age-over = { $from } days and more
report-as-table = The numbers
report-findings = Findings
report-findings-caption = Findings by kind, the gravest first
report-findings-none = Nothing was found.
report-more = { $more } more
report-not-listed = { $more } more are counted and not listed.
report-severity = severity
report-finding = finding
report-what = what
report-again = Judged again by today's trust
report-again-text = { $checked } admissions were judged again by the issuers, keys and statuses of today: { $refused } would be refused and { $referred } referred, at { $gates ->
    [one] one gate
   *[other] { $gates } gates
}. { $not_checkable } do not say by what they could be judged again.
report-again-gate = Gate
report-again-seq = Row
report-again-time = Admitted
report-again-issuer = Issuer
report-again-by = By
report-again-now = Now
report-again-why = Why
report-operators = What was done by hand
report-operators-none = Nobody decided otherwise than a gate or entered anybody by hand.
report-operators-text = The share is of what the gate did not admit during the operator's shifts, and somebody let in.
report-operators-more = Besides, { $entries } entries by hand at { $gates ->
    [one] { $gate }
   *[other] { $gates } gates, most at { $gate },
} are by operators beyond the first { $most } of their gate, who are not told apart.
report-operators-gate = Gate
report-operators-operator = Operator
report-operators-overrides = Overrides
report-operators-admitted = To admit
report-operators-of = Not admitted by the gate
report-operators-share = Share
report-operators-manual = By hand
report-gates = Gates
report-gates-text = How far each log is in the archive and confirmed to its gate, and the beginning of its root.
report-gates-gate = Gate
report-gates-rows = Rows
report-gates-receipt = Receipt
report-gates-last-event = Last event
report-gates-last-contact = Last contact
report-gates-scans = Scans
report-gates-refused = Refused
report-gates-root = Root
report-gates-retired = retired { $since }
report-evidence = Evidence
report-evidence-none = No evidence folder was written with this report: see --evidence.
report-evidence-text = The folder holds what the gates have signed, and what shows that it belongs together. This checks it again, without a network and without the archive; it finds any change to any of its files:
report-method = How this was found
report-method-logs = Each gate signs the root of a Merkle tree over its log (RFC 6962). Nothing is in the archive that does not make such a root; two roots of one gate that do not fit together are a fork, and both are kept.
report-method-shares = Refusals are compared with those of all other gates in the same hours, what operators do with what all other operators do in their shifts: on Anscombe's scale for binomial counts (Biometrika 35, 1948), stretched by how much ten or more of them differ among themselves (Spiegelhalter, Statistics in Medicine 24, 2005), with Bonferroni's bound over all of them. There are three comparisons, each set to name somebody by chance in one report of a hundred at most, as far as that scale holds. A name is a reason to look, not a proof.
report-method-travel = Distances are great circles between the positions in the register, less 300 m at each gate, with five minutes for clocks that differ. Pseudonyms are compared, not people: nobody's name is in a log.
report-method-silence = A gate is silent after eight times the gap that nineteen of twenty of its gaps do not exceed, or after a day where it is known for less than three. What it logged under a clock that was not believed, or for hours that have not come, does not count.
report-footer = Made by postern-auditor. The page loads nothing and runs nothing.
report-summary = { $events } events of { $gates } gates: { $findings ->
    [0] nothing was found
    [one] one finding
   *[other] { $findings } findings
}
report-written = The report is in { $path }
report-check = Check the evidence again with: { $command }

## Errors

error-not-proven = row { $seq } of { $gate } cannot be proven: its newest checkpoint does not reach to it, or the archive contradicts it
    .hint = postern-auditor verify tells which.
