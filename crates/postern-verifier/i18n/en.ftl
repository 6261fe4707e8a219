# The gate's program. `docs/VERDICTS.md` repeats the words of outcomes and reasons; a test holds the two together.

## Help

cmd = The gate: judge health codes without a network
    .about-long = The gate: judge health codes without a network. No socket is opened and no name is looked up; every verdict is in the log before it is shown.
    .at = Judge by this time instead of the clock's, also of the past; the log says so
    .reader-budget = Milliseconds that the reader may search a picture before it gives up
    .store = The gate's store, a folder
cmd-check = Judge codes from pictures, texts or standard input
    .inputs = A PNG or JPEG picture, a folder of pictures, the text of a code, or - for standard input, a text a line
    .after-help = Exit status: 0 all admitted, 10 at least one refused, 11 none refused and at least one referred, 12 nothing could be read, 1 an operational error (nothing more is shown), 2 a usage error.
cmd-config = The configuration of the door
cmd-config-check = Say whether a configuration is good, and what is wrong with it
    .file = The file
    .after-help = Exit status: 0 good, 1 not.
cmd-config-show = Print the configuration that holds, defaults included
    .config = This file instead of gate.toml in the store
cmd-enrol = Write the enrolment file of a gate anew
    .enrolment = Write it here instead of into the store
    .after-help = Give the file to the authority: it enters the gate into its register and from then on wraps tag keys for it.
cmd-init = Make a gate's store from a root that you have confirmed
    .enrolment = Write the enrolment file here instead of into the store
    .fingerprint = The root's fingerprint, all 64 digits, from paper or from a person; without it the terminal asks
    .name = The gate's name in its log: printable ASCII without space and +
    .place = Where the gate stands, in your words
    .root = The root file
    .after-help = Without a passphrase the gate's key is stored in the clear, readable by this user only, so that the gate can start alone.
cmd-log = The gate's log
cmd-log-export = Write what auditors have no receipt for into files, for a stick
    .out = A folder that is there, which becomes a drop box, or a new file
    .after-help = The files are encrypted to the auditors that the trust pack names. sync does the same and fetches receipts.
cmd-log-prune = Drop what all auditors have and the retention time has passed over
    .dry-run = Say how much it is and drop nothing
    .retention = Keep at least so many seconds; shorter than the trust pack says is not possible
    .after-help = End the scan first: a log has one writer. The tree stays what it is; the file does not shrink, its room is used again.
cmd-log-show = Show events
    .from = From this event on
    .kind = Only events of this kind
    .last = The last so many; without --from 20
    .outcome = Only events with this outcome
cmd-log-verify = Read the whole log again and say what is wrong with it
    .after-help = Exit status: 0 nothing is wrong, 1 something is, or the log cannot be read. An unsealed tail and missing seals are not wrong: a power cut and a key with a passphrase leave them.
cmd-read = Print the texts of all codes in pictures, without judging them
    .pictures = PNG or JPEG pictures, or folders of them
    .after-help = Exit status: 0 at least one code was read, 12 none.
cmd-scan = Stand at a door: judge what scanners, cameras and document readers send
    .config = This file instead of gate.toml in the store
    .operator = The operator of the shift that begins
    .source = stdin, serial:PATH, keyboard:PATH-OR-NAME, folder:PATH, frames or camera:PATH, with options such as ,baud=9600; may be given several times
    .view = The whole screen, or lines of text
    .after-help = docs/ENTRANCE.md describes keys, commands, sources and the configuration. An update by another process counts from the next code on.
cmd-scanner = Settings of scanners
cmd-scanner-calibrate = Find out what a scanner does to a code, and store how to mend it
    .config = This file instead of gate.toml in the store
    .dry-run = Say what is wrong and store nothing
    .picture = Also write the test symbol to this PNG file
    .source = The scanner
    .wait = Seconds to wait for the scanner
    .after-help = Exit status: 0 the scanner is right, or was mended; 12 it cannot be mended, or nothing came.
cmd-status = Show what the gate holds, how old it is and what it would do now
    .at = Ask about this time instead of now
cmd-sync = Carry the log to drop boxes for the auditors, and fetch their receipts
    .again = Also send what lies there already: after an auditor was added, or where a drop box holds damaged files
    .every = With --watch: how long a drop box is left alone where all is well
    .receipts-only = Fetch receipts and send nothing
    .to = A folder that is there, an http:// or https:// address that takes PUT, or s3://BUCKET/PREFIX; of several, one is enough
    .watch = Go on: every so often, and with a folder as soon as it is there
    .after-help = Only what the drop box lacks is sent, encrypted to the auditors that the trust pack names. A scan beside it waits for none of it. Exit status: 1 also where a receipt says that the log was put back or made again.
cmd-update = Take newer trust from a repository or a bundle, by any medium
    .from = A repository's folder, an http://, https:// or s3:// address, a bundle file, or a folder with bundles or sticks in it; of several, one is enough
    .watch = Go on looking: a server every so often, a folder each second; what is new is installed at once
    .every = With --watch: how long a server is left alone where all is well
    .after-help = All of it is taken or nothing: after an update that fails the gate is as it was. But for sync this is the one command that uses a network, and only where --from names a server.

## Outcomes

outcome-admit = ADMIT
    .todo = Compare the name and the date of birth with the ID card.
outcome-fault = FAULT
outcome-refer = REFER
outcome-refuse = REFUSE

## Reasons. The attribute says what staff do next.

reason-bad-signature = The signature is not the issuer's: the code is forged or was changed.
    .todo = Do not admit. Ask for the original code and scan it again; report a second failure.
reason-data-too-old = This gate's data is too old to decide alone.
    .todo = Check the ID card and the code by hand, and have somebody bring an update.
reason-document-mismatch = The document is not the one that the code is bound to.
    .todo = Ask for the document that the code was issued for. Without it, do not admit on this code: refer to your supervisor.
reason-document-not-bound = The code is bound to no document that this gate can compare.
    .todo = Compare the name and the date of birth with the document by hand.
reason-expired = The code has expired.
    .todo = Do not admit. Ask for a newer code, or send the person to the issuer for one.
reason-foreign-code = A health code of another system, which this gate does not judge.
    .todo = Refer to your supervisor; other proof may be accepted.
reason-issued-in-future = The code says that it was issued later than now.
    .todo = Compare this gate's clock with another one, then refer to your supervisor.
reason-issuer-not-in-force = The issuer is not recognised at this time.
    .todo = Refer to your supervisor; a newer trust pack may know more.
reason-key-out-of-validity = The code was issued outside the time of the key that signed it.
    .todo = Do not admit. Ask for a newer code.
reason-malformed-code = It begins like a health code and is none.
    .todo = Do not admit. Scan again; if it is the same, ask for a new code.
reason-no-trust-data = This gate has never been updated.
    .todo = Bring an update to this gate; check by hand until then.
reason-not-a-code = This is not a health code.
    .todo = Do not admit on it. Ask for the person's health code.
reason-not-deterministic = The code was rewritten after it was issued.
    .todo = Do not admit. Ask for the original code.
reason-rule-failed = A rule cannot be decided on what the code holds.
    .todo = Decide by hand which proof the person has.
reason-rule-not-met = An entry rule is not met.
    .todo = Do not admit. Tell the person which rule it is.
reason-rule-refers = A rule leaves this to a person.
    .todo = Refer to your supervisor.
reason-seen-here = This code, or another one of this person, was admitted here a short time ago.
    .todo = Ask who the code belongs to; compare the name and the date of birth with the ID card. In doubt refer to your supervisor.
reason-status-invalid = The issuer has revoked this code.
    .todo = Do not admit. Send the person to the issuer.
reason-status-restricted = The issuer has restricted this person: the red code.
    .todo = Do not admit. Keep a distance and call your supervisor.
reason-status-stale = The issuer's status data is too old to decide alone.
    .todo = Check the ID card and the code by hand, and have somebody bring an update.
reason-status-suspended = The issuer has suspended this code for now.
    .todo = Refer to your supervisor, who asks the issuer.
reason-status-unknown = This gate lacks the issuer's status data for this code.
    .todo = Check by hand; have somebody bring an update with the list.
reason-too-long = Longer than any health code.
    .todo = Do not admit on it. Ask for the person's health code.
reason-unknown-issuer = This gate does not know the issuer.
    .todo = Refer to your supervisor; a newer trust pack may know it.
reason-unknown-version = A newer kind of code than this gate reads.
    .todo = Check by hand; have this gate's program updated.
reason-wrong-algorithm = Signed in a way that is not accepted.
    .todo = Do not admit. Ask for a newer code.

## Data

grade-aging = aging
grade-fresh = fresh
grade-refuse = too old
grade-stale = stale
data = pack { $pack }, { $age } old ({ $grade })
data-none = no data

now-no-data = This gate has no data yet: it refers everybody. Bring an update.
now-fresh = This gate decides alone; its data is fresh.
now-aging = This gate decides alone; an update was missed.
now-stale = This gate still decides alone, but its data is stale: bring an update.
now-refuse = This gate's data is too old: it refers every good code to a person. Bring an update.

## What was unusual about a judgment

mark-another-time = ! judged as of { $time }, not as of now
mark-clock-suspect = ! the clock of this gate cannot be right: have it set
mark-emergency = ! emergency declaration until { $until }: { $reason }

demo-warning = WARNING: this gate trusts DEMONSTRATION KEYS that everybody has. Anybody can make a code that it admits. Never use it for people.

## Facts

column-negative-test = Last negative test
fact-birth = Born
fact-data = Data
fact-issuer = Issuer
fact-name = Name
fact-nobody = none in the code
fact-recovery = First positive test
fact-rules = Rules
fact-test = Test
fact-test-value = { $kind ->
    [antigen] antigen
   *[nucleic-acid] nucleic acid
}, { $result ->
    [detected] DETECTED
   *[not-detected] not detected
}, sampled { $sampled }
fact-vaccination = Vaccination
fact-vaccination-value = { $product }, dose { $dose } of { $doses }, { $date }

origin-argument = text { $number }
origin-line = line { $number }

## Scan

scan-counts = Admitted { $admit }, referred { $refer }, refused { $refuse }, faults { $fault }.
scan-prompt = [pack { $pack }, { $age } old, { $grade }] scan:{ " " }
scan-prompt-clock = [clock?]
scan-prompt-empty = [no data: everybody is referred] scan:{ " " }

## The door

ask-hand-over = Hand over
    .about = The shift ends, and the next one begins with this operator.
ask-lock = Lock
    .about = Choose a word of 4 to 12 characters; it unlocks this gate again.
ask-manual = Manual entry
    .about = You have looked at a document, and there is no code. What you decide is logged as yours.
ask-override = Decide otherwise
    .about = The gate's verdict stays in the log as it is. Your decision is logged beside it, as yours.
ask-quit = End the service
    .about = The gate judges nobody any more until it is started again.
ask-unlock = Unlock
    .about = The word with which the gate was locked.
disk-full-by-hand = Check people by hand and note it on paper.
disk-full-close = Let nobody in by this gate.
door-about = about event { $seq }
door-awaits-document = A document now belongs to the code before.
door-clock-was-set = was set: start the program anew when it is right
door-decides-about = About event { $seq }: { $outcome }
door-no-memory = Who was admitted before the start is not known: the log could not be read back.
door-bad-operator = An operator is a number or a word: letters, digits, dot, underscore, hyphen.
door-clock-agrees = The clock agrees again with the time that has passed.
door-clock-stepped = Somebody set the clock of this gate while it served. The time from before goes on; verdicts are marked. Start the program anew when the clock is right.
door-clock-suspect = wrong: have it set
door-compared = Documents compared
door-entry-by = { $what }, by { $operator }
door-from = From
door-hand-over = The shift is over. Write this down:
door-help = Commands: { $word }override OPERATOR OUTCOME REASON, { $word }manual OPERATOR OUTCOME REASON, { $word }hand-over OPERATOR, { $word }lock, { $word }unlock, { $word }language, { $word }help, { $word }quit. Outcomes: admit, refer, refuse. Reasons: { $reasons }.
door-help-none = No commands are taken here.
door-incomplete = Choose an outcome and a reason.
door-locked = This gate is locked: nobody is judged.
door-manual = Entries without a code
door-next-operator = Operator who takes over
door-no = no
door-no-sound = There is no sound device: the terminal's bell sounds instead.
door-not-a-command = This is no command. Ask for help.
door-nothing-to-override = There is nothing to decide otherwise: nobody was judged just now.
door-operator = Operator
door-outcome = Outcome
door-overrides = Decided otherwise
door-pin = Word
door-ready = ready
door-reason = Reason
door-same-document = The same document again: it is in the log already.
door-scan-now = Scan the next code.
door-source-lost = { $name } is not there: { $why }
door-source-ready = { $name } is there.
door-sure = Are you sure?
door-turnstile = turnstile
door-turnstile-shut = it is shut again
door-turnstile-busy = it was still busy with the person before; nobody was let through
door-turnstile-repeated = it was ordered for this event before
door-turnstile-failed = The turnstile: { $why }
door-unknown-operator = This is no operator of this gate.
door-unknown-reason = This is no reason of this gate's list.
door-until = Until
door-updated = Newer data counts from now on.
door-word = Commands stand behind the word of this run: { $word } help
door-write-down = Write this down, with the time by your own watch. A key goes on.
door-wrong-pin = This is not the word. Wait two seconds and try again.
door-yes = yes
entry-document-seen = The document was looked at.
entry-medical = A medical reason.
entry-no-code-shown = A document was read; no code was shown.
entry-no-phone = The person has no telephone and no card.
entry-other = Another reason.
entry-supervisor = The supervisor decided.
entry-todo-admit = Let the person pass.
entry-todo-match = The document belongs to the code. Compare the face with the photograph.
entry-todo-refer = Decide by hand; your decision is logged with the key for it.
entry-todo-refuse = Do not let the person pass.
face-hand-over = OVER
face-locked = LOCKED
face-ready = READY
key-cancel = cancel
key-done = done
key-hand-over = hand over
key-language = 中文
key-lock = lock
key-manual = manual entry
key-override = decide otherwise
key-quit = end
key-summary = last summary
key-unlock = unlock
kind-code = Code
kind-document = Document compared with the code
kind-manual = Entry without a code
kind-override = Decided by a person
mark-seen-here = ! admitted here { $age } ago (at { $time })
status-not-held = not held

## Init

enrolment-written = Give this file to the authority, and tell it the key's fingerprint another way: { $path }
init-done = The gate { $gate } is ready in { $path }. It has no data yet: run update.
init-key = Key of this gate: { $fingerprint }
init-key-encrypted = The key is encrypted with your passphrase.
init-key-plain = The key is stored in the clear, readable by this user only: protect the machine.
init-question = Is this fingerprint the one that you were given another way? Type yes to trust it:{ " " }
init-what-key = the gate's key
root-expires = Expires
root-fingerprint = Fingerprint of the root
root-heading = This gate will trust only what this root allows
root-issued = Issued
root-name = Authority
root-role-publisher = Publisher keys
root-role-root = Root keys
root-role-snapshot = Snapshot keys
root-threshold = { $threshold } of { $keys } must sign
root-version = Version

## Update and status

document-column = { $column } ({ $list })
document-list = status list { $list }
document-pack = trust pack
document-root = root
document-snapshot = snapshot
update-after = now
update-age = age
update-before = before
update-document = document
update-grade = The data is { $grade }.
update-issued = issued
update-nothing-new = Nothing new: the gate holds this already.
update-taken = The update was taken.

status-change = If nobody brings an update, the data is { $grade } from { $time }.
status-clock = Clock
status-clock-at = asked about { $time }
status-clock-system = { $system }; not before { $floor }
status-expires = expires
status-gate = Gate
status-grade = grade
status-issuer = issuer
status-issuer-keys = keys
status-issuer-name = name
status-issuer-rules = rules
status-issuer-until = until
status-key = Key
status-key-encrypted = encrypted with a passphrase
status-key-file = Key file
status-key-plain = in the clear, readable by this user only
status-key-unusable = missing or damaged: the log's checkpoints cannot be signed
status-lacking = not held: codes of this issuer are referred
status-list = status data
status-log = Log
status-log-tip = { $size ->
    [one] { $size } event
   *[other] { $size } events
}, tree { $root }
status-place = Place
status-tag = Tag key
status-tag-value = epoch { $epoch }, until { $until }: { $state ->
    [good] documents can be compared
    [lacking] not wrapped to this gate yet
    [locked] held; opens with the passphrase
   *[unusable] does not open
}
status-version = version

## Log and sync

export-nothing = Nothing to write: the auditors have all { $size } events.
export-written = Events { $from } to { $to }: { $path }
finding-checkpoint-forged = The checkpoint of size { $size } is not this gate's: { $why }
finding-checkpoint-mismatch = The events up to { $size } are not those that the gate signed a checkpoint of.
finding-column-edited = Row { $seq }: the column { $column } was edited; the event says something else.
finding-extra-rows = From row { $first } on: { $count } rows that were never logged.
finding-leaf-unreadable = Row { $seq } is no event: { $why }
finding-leaves-edited = From row { $first } on: at least one of { $count } events is not the one that was logged.
finding-missing-rows = From row { $first } on: { $count } rows are missing.
finding-moved-leaf = Row { $seq }: the event was logged as row { $leaf }.
finding-receipt-mismatch = The events up to { $size } are not those that { $auditor } has given a receipt for: the log was made again.
finding-rolled-back = { $auditor } has given a receipt for { $size } events: this log is an older copy.
finding-schema-changed = The table, view or trigger { $name } is not the log's own.
finding-tree-unreadable = The tree cannot be used: { $why }
finding-wrong-root = The root is not the root of the events.
log-auditor = auditor
log-bad = Something is wrong with this log. Keep the store as evidence and tell the auditors.
log-good = Nothing is wrong with this log.
log-kind = what
log-left-off = and { $count } more
log-missing-seals = Missing seals
log-no-auditors = The trust pack names no auditors: nobody else keeps this log.
log-operator = by
log-outcome = outcome
log-pruned = Pruned
log-reasons = reasons
log-receipt-bad = What the store holds as the receipt of { $auditor } is none ({ $why }). Fetch it again with sync.
log-receipt-time = at
log-receipted = receipt for
log-sealed = Sealed
log-seq = event
log-since = since then
log-size = Events
log-time = time
log-unsealed = Unsealed tail
prune-done = { $count } events were dropped; the log begins with event { $first } now.
prune-lacking = Nothing is dropped: { $auditor } has given no receipt.
prune-nothing = Nothing is old enough to be dropped.
prune-would = { $count } events would be dropped; the log would begin with event { $first }.
sync-came = from there
sync-came-new = a newer receipt
sync-came-nothing = nothing newer
sync-came-refused = not taken: { $why }
sync-done = { $place }: { $sent ->
    [one] one part
   *[other] { $sent } parts
} sent, { $there } there already; { $size ->
    [one] one event
   *[other] { $size } events
} in the log.
sync-part-refused = Events { $from } to { $to } were not taken: { $why }
sync-partly = { $place }: { $sent ->
    [one] one part
   *[other] { $sent } parts
} sent, { $there } there already, { $refused } not taken; { $size ->
    [one] one event
   *[other] { $size } events
} in the log.

## Faults

error-document-birth = the document's number holds no possible date of birth
    .hint = Read the document again; if it is the same, look at it closely.
error-document-check-digit = the check digit of { $field ->
    [birth] the date of birth
    [composite] the whole document
    [expiry] the date of expiry
    [personal-number] the personal number
   *[number] the document's number
} does not fit
    .hint = Read the document again; if it is the same, look at it closely.
error-document-incomplete = a part of the document was not read
    .hint = Read the document again, all of its lines.
error-document-malformed = the document was read wrongly
    .hint = Read the document again.
error-document-no-check-digit = an identity number of the old form, which has no check digit
    .hint = Look at the document and make a manual entry.
error-document-no-country = the document's issuing state has no country code
    .hint = Look at the document and make a manual entry.
error-document-visa = this is a visa and no identity document
    .hint = Read the passport itself.
error-folder-too-deep = the folders within it are too many levels deep
error-line-cut = the scanner was unplugged within this line
    .hint = Scan again.
error-line-keys-lost = the system lost some of the scanner's keys
    .hint = Scan again; set the scanner to type more slowly if it happens often.
error-line-no-end = the scanner typed a text and did not end it
    .hint = Set the scanner to send Enter after each code, or run scanner calibrate.
error-line-unknown-key = the scanner sent a key that is no character
    .hint = Scan again; run scanner calibrate if it happens often.
error-not-a-document = this is not a document
    .hint = Put an ID card or a passport on the reader.
error-picture-unreadable = the picture cannot be read
    .hint = Take or send the picture again.
error-line-not-text = this line is not text
    .hint = Set the scanner to type plain characters (UTF-8 or ASCII).
error-line-too-long = this line is longer than any code
    .hint = Check that the scanner ends each code with Enter.
error-no-code = no code was found in the picture
    .hint = Take the picture again: sharper, nearer, without reflections.
error-no-code-in-time = no code was found in the picture in the time allowed
    .hint = Take the picture again, or allow more time with --reader-budget.
error-no-pictures = there are no PNG or JPEG pictures in this folder
error-not-a-picture = this is not a picture
error-picture-damaged = the picture is damaged or cut short
    .hint = Take or send the picture again.
error-picture-too-large = the picture is too large
error-picture-unsupported = this kind of picture is not supported
    .hint = Use PNG or JPEG.
error-reader-crashed = the reader ended on this picture
    .hint = Take the picture again; keep this one and report it.
error-reader-killed = the reader was stopped on this picture after { $ms } ms
    .hint = Take the picture again; keep this one and report it.
error-reader-panicked = the reader failed on this picture
    .hint = Take the picture again; keep this one and report it.
error-too-many-pictures = this folder holds more files than are looked at in one go

## Failures: init

error-config = { $path }: { $what }
    .hint = Mend the file; config check says whether it is good.
error-reader-unconfined = the picture reader cannot be confined on this system, so it reads no picture
    .hint = Allow seccomp for this program.
error-unread = nobody reads standard output; the gate ends
    .hint = See to the program that reads it, then start the gate anew.
error-screen = there is no terminal for the screen
    .hint = Run it in a terminal, or with --view lines.
error-signals = the system does not tell of signals
error-confirm = cannot ask on the terminal
error-fingerprint-incomplete = a fingerprint has 64 hexadecimal digits; this one has { $digits } characters
    .hint = Give the whole fingerprint; spaces and colons do not matter.
error-fingerprint-mismatch = the root is not the one of this fingerprint; nothing was made
    .hint = Do not use this root. Get the root and its fingerprint again, each in its own way.
error-gate-name = not a name for a gate
    .hint = Use 1 to 64 printable ASCII characters, without space and +.
error-key-internal = the gate's key could not be encoded
error-nobody-to-confirm = there is no terminal to confirm the root on
    .hint = Give the root's fingerprint with --fingerprint.
error-not-confirmed = the root was not confirmed; nothing was made
error-place = a place is 1 to 200 bytes of printable text
error-root-not-trusted = this root cannot be trusted; nothing was made

## Failures: the gate's key and its identity

error-key-malformed = the gate's key file is damaged
    .hint = Restore gate.key from a backup of the store, or make a new store with init.
error-key-not-of-store = the key in the store is another gate's
    .hint = Restore gate.key from a backup of this store, or make a new store with init.
error-key-not-private = the gate's key file is none of a private key
    .hint = Restore gate.key from a backup of the store, or make a new store with init.
error-key-other-algorithm = the gate's key is not an Ed25519 key
    .hint = Restore gate.key from a backup of the store, or make a new store with init.
error-key-too-large = the gate's key file is larger than any key file
error-key-unsupported-encryption = the gate's key is encrypted in a way that is not supported
error-key-wrong-passphrase = the passphrase does not open the gate's key
error-seal-damaged = { $path } is damaged
    .hint = Move it away and run enrol: the authority then takes the new enrolment file.
error-seal-not-a-recipient = { $path } has no age recipient
error-seal-not-age = { $path } is damaged
    .hint = Move it away and run enrol: the authority then takes the new enrolment file.
error-seal-not-an-identity = { $path } holds no age identity
    .hint = Move it away and run enrol: the authority then takes the new enrolment file.
error-seal-not-for-this-identity = { $path } was sealed to somebody else
error-seal-passphrase-not-text = the passphrase is not UTF-8, so that { $path } cannot be encrypted with it
    .hint = Use a passphrase of text.
error-seal-recipients = { $path } has too many recipients
error-seal-too-costly = opening { $path } would cost too much memory
    .hint = This program did not write it. Move it away and run enrol.
error-seal-too-large = { $path } holds more than it should
error-seal-wrong-passphrase = the passphrase does not open { $path }

## Failures: store

error-not-a-store = there is no gate's store at { $path }
    .hint = Check the name, or make a store with init.
error-store-busy = the store { $path } is being changed by another program
    .hint = Wait for the other program, then run the same command again.
error-store-corrupt = the store { $path } is damaged: { $what }
    .hint = Keep the folder as evidence, and make a new store with init.
error-store-database = the store { $path } cannot be used
error-store-disk-full = there is no room left for the store { $path }; the gate is as it was
    .hint = Free some space and run the same command again.
error-store-exists = { $path } exists already; a store is never made over something
    .hint = Choose another name, or move the old one away first.
error-store-newer-format = the store { $path } was made by a newer program (format { $found })
    .hint = Update this program.
error-store-permission = this user may not use the store { $path }
    .hint = Run as the user that made the store.

## Failures: log. Without the log no verdict is shown.

error-event-out-of-range = this verdict cannot be logged, so it is not shown
error-gate-id = not a name for a gate
error-leaf-cbor = the log { $path } is damaged
error-leaf-format = the log { $path } is damaged
error-leaf-too-long = the log { $path } is damaged
error-log-busy = the log { $path } is in use by another program; no verdict is shown
    .hint = A gate has one writer: end the other check or scan, then try again.
error-log-changed = another program wrote to the log { $path }; no verdict is shown
    .hint = Keep the file as evidence and restart the gate.
error-log-corrupt = the log { $path } is damaged or was changed: { $what }
    .hint = Keep the store as evidence, and make a new one with init.
error-log-database = the log { $path } cannot be used; no verdict is shown
error-log-disk-full = there is no room left for the log { $path }; no verdict is shown
    .hint = Free some space, then scan again. Until then check by hand.
error-log-exists = the log { $path } exists already
error-log-gone = the log { $path } was deleted, moved, replaced or cut; no verdict is shown
    .hint = Put the file back, or start the program anew when you know who moved it.
error-log-io = the log { $path } cannot be read or written; no verdict is shown
error-log-missing = the log { $path } is missing; no verdict is shown
    .hint = Keep the store as evidence, and make a new one with init.
error-log-newer-format = the log { $path } was made by a newer program (format { $what })
    .hint = Update this program.
error-log-older-format = the log { $path } was made by an older program (format { $what })
    .hint = Read it with the program that made it, and make a new store with init.
error-log-read-only = the log { $path } may not be written; no verdict is shown
    .hint = Give this user the right to write the store, then try again.
error-log-unsupported = the file system of { $path } cannot keep a durable log
    .hint = Put the store on a local disk.
error-not-a-log = { $path } is not a gate's log; no verdict is shown
    .hint = Keep the store as evidence, and make a new one with init.

## Failures: update. The document is named in each.

error-update-not-taken = the update was not taken; the gate is as it was
    .hint = Get the update again. If it fails again, report the reason to the authority that publishes it.
document-named = { $document ->
    [column] column
    [delta] list of changes
    [enrolment] enrolment
    [register] register of gates
    [root] root
    [snapshot] snapshot
    [status] status list
   *[pack] trust pack
}
error-bad-content = what the { document-named } holds is damaged, or is not what it says
    .hint = Get the update again. If it fails again, tell the authority that publishes it.
error-absent = the update does not hold the { document-named }
    .hint = Copy the whole repository or bundle again.
error-bad-rule = the trust pack's rule { $rule } cannot be used: { $detail }
error-bundle-later-version = a bundle of version { $version }, which this program does not read
    .hint = Update this program.
error-bundle-path = the bundle holds a path that no repository has
error-bundle-too-large = the bundle is larger than a bundle may be
error-conflicting-version = the { document-named } of version { $version } exists with other content
error-dated-ahead = the { document-named } is dated { $issued }, after the snapshot that names it
    .hint = It was made on a machine whose clock is wrong. Tell the authority.
error-later-format = the { document-named } has format { $format }, which this program does not know
    .hint = Update this program.
error-leads-elsewhere = the { document-named } does not lead to the list that it names
    .hint = Get the whole status list.
error-malformed-envelope = the { document-named } is damaged or no signed document: { $detail }
error-malformed-payload = the { document-named } is not as the format says: { $detail }
error-not-a-bundle = the file is not a bundle, or it is cut short
    .hint = Copy the bundle again, or give the repository's folder.
error-not-pinned = the { document-named } is not the one that the snapshot names
error-too-large = the { document-named } is larger than the { $bound } bytes allowed
error-under-signed = the { document-named } has { $valid } valid signatures of the { $threshold } that are needed
error-transport-bad-location = this is no place to fetch from ({ $fault })
    .hint = A place is a path, http://, https:// or s3://BUCKET/PREFIX, without user, password or query; keys for S3 are in the environment (AWS_ACCESS_KEY_ID and others).
error-transport-busy = another process fetches { $path } just now
error-transport-interrupted = the connection to { $host } ended within { $path }
    .hint = Run it again: what came is kept, and only the rest is fetched.
error-transport-malformed = the answer of the server makes no sense
error-transport-not-pinned = { $path } is not the file that the snapshot names
    .hint = The server holds an older or a changed copy. Try again later, or use another medium.
error-transport-redirected = { $host } redirects { $path } too often, or away from HTTPS
error-transport-refused = { $host } refuses { $path } with status { $status }
error-transport-spool = { $path } cannot be used for what is fetched: { $why }
error-transport-timed-out = { $host } does not answer in time
error-transport-tls = no secure connection to { $host }: { $why }
    .hint = Compare this machine's clock. A city's own certificate authority is added to the system's, or named by SSL_CERT_FILE. Plain http:// is as safe here: everything is signed.
error-transport-unreachable = no connection to { $host }: { $why }
error-transport-unwritable = { $path } cannot be written: { $why }
error-transport-unreadable = { $path } cannot be read: { $why }
error-update-nothing-there = neither a repository nor a bundle is there
    .hint = A bundle's name ends in .bundle; a repository has a file newest.snapshot.
error-update-overtaken = other updates of this gate were always faster
    .hint = One process with --watch is enough for a gate.
error-update-file-too-large = { $path } is larger than its kind may be
error-update-incomplete = { $path } is missing
    .hint = Copy the whole repository or bundle again.
error-update-too-slow = the server takes too long over small files
    .hint = Try again later, or use another medium.
error-withheld = the snapshot does not name the { document-named } any more, which this gate holds
    .hint = Somebody keeps it back. Tell the authority; the gate goes on with what it has.
error-wrong-type = this is another kind of document than the { document-named } that should be there
error-wrong-version = the { document-named } has version { $found } where at least { $expected } was expected

## Failures: log and sync

error-evidence = no bundle could be made for the auditors: { $why }
error-export-needs-folder = { $parts } bundles do not go into one file
    .hint = Give a folder that is there.
error-log-contradicted = the log contradicts the receipt of { $auditor }; nothing was dropped
    .hint = Keep the store as evidence, run log verify, and tell the auditors.
error-no-auditors = the trust pack names no auditor who reads logs now
    .hint = Bring an update whose pack names auditors. Until then the log stays here, whole.
error-no-retention = the trust pack does not say how long a gate keeps its log; nothing was dropped
    .hint = The authority sets a retention time in the pack.
error-sync = not everything was carried to { $place }
    .hint = { $status ->
    [403] This gate may not write there: have its operator allow it.
    [404] There is no such place: check the address; somebody must have made the folder or the bucket.
    [405] This server takes no files: check the address, or use another drop box.
    [413] The server takes no files of this size: its operator sets the bound, up to 64 MiB are needed.
    [429] The drop box is busy, and nothing is lost. Run it again in some minutes; with --watch it tries again by itself.
    [503] The drop box is busy, and nothing is lost. Run it again in some minutes; with --watch it tries again by itself.
    [507] The drop box is full: have its operator make room.
    [no-folder] The folder is not there. Mount the stick, or create the folder, and run it again; with --watch the log is carried as soon as the folder is there.
   *[other] Run it again when the cause is gone: what arrived is not sent again, and the log stays here until the auditors have it.
}

## Failures: others

error-output = cannot write to standard output
error-reader-not-started = the picture reader cannot be started: { $cause }
    .hint = Texts can still be checked. Reinstall the program if this stays.
error-stdin = cannot read standard input

## Configuration and calibration

calibrate-can-be-mended = This can be mended here; nothing was stored.
calibrate-not-mended = This cannot be mended here. Change the settings of the scanner by its manual, then calibrate again.
calibrate-right = The scanner is right: it sends what the code holds.
calibrate-scan-this = Scan this symbol with the scanner, once.
calibrate-stored = The mend was stored in { $path }; it counts from the next start on.
config-good = This configuration is good.
scanner-case = Capital letters come as small ones: Caps Lock, or a setting of the scanner.
scanner-doubled = Characters come twice: { $text }
scanner-foreign = Other characters come than those of the symbol: { $text }
scanner-layout = The scanner types for another keyboard layout: { $layout }
scanner-lost = Characters are lost: { $text }
scanner-no-end = Nothing ends the text: no Enter, no Tab.
scanner-not-the-symbol = This is not the test symbol. Scan the symbol that is shown.
scanner-nothing = Nothing came from the scanner. Check its cable and its settings.
scanner-prefix = The scanner adds in front: { $text }
scanner-suffix = The scanner adds at the end: { $text }
scanner-trimmed = The scanner drops spaces at the end, which codes can have.

## Failures: devices

error-device-ambiguous = several devices have { $device } in their names
    .hint = Give more of the name, or the path.
error-device-bad-value = { $key } must be one of: { $allowed }
error-device-busy = another program holds { $device }
    .hint = End the other program.
error-device-crashed = the driver of { $device } failed
    .hint = Unplug it, plug it in again.
error-device-denied = this user may not use { $device }
    .hint = Put the user into the group of the device (dialout, input, video), then log in again.
error-device-io = { $device } cannot be used: { $why }
error-device-missing = { $device } is not there
    .hint = Check the plug and the cable; it is used as soon as it is there.
error-device-missing-key = { $key } is missing
error-device-not-built = this program was built without sources of the kind { $kind }
    .hint = Build it with that feature, or feed frames from another program.
error-device-not-such = { $device } is not a { $kind }
error-device-silent = { $device } gives nothing
    .hint = Unplug it, plug it in again.
error-device-twice-key = { $key } is given twice
error-device-twice-source = { $device } is given twice
error-device-unknown-key = { $kind } has no { $key }
error-device-unknown-kind = { $kind } is not a kind of source
    .hint = Sources are stdin, serial:PATH, keyboard:PATH-OR-NAME, folder:PATH, frames and camera:PATH.
error-device-unplugged = { $device } was unplugged
    .hint = Plug it in again; it is used as soon as it is there.
error-folder-full = { $device } holds more than { $max } files
    .hint = Move the old pictures elsewhere.
error-frames-unsupported = frames in the format { $format } are not read
    .hint = Send PNG, JPEG or Y4M with 8 bits.
error-hook-failed = { $program } failed: { $status }
    .hint = Open the turnstile by hand if somebody is waiting; have it mended.
error-hook-hung = { $program } did not end within { $pulse } ms and was ended
    .hint = Open the turnstile by hand if somebody is waiting; have it mended.
error-no-frames = there is no picture in what was sent
    .hint = Send PNG, JPEG or Y4M.
error-turnstile-still-open = { $device } could not be told to shut: it may be open
    .hint = Look at it; shut it by hand.
