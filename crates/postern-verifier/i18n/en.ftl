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
cmd-read = Print the texts of all codes in pictures, without judging them
    .pictures = PNG or JPEG pictures, or folders of them
    .after-help = Exit status: 0 at least one code was read, 12 none.
cmd-scan = Judge what a scanner types, one code a line, until the input ends
    .after-help = An update by another process counts from the next code on.
cmd-status = Show what the gate holds, how old it is and what it would do now
    .at = Ask about this time instead of now
cmd-update = Take newer trust from a repository or a bundle, by any medium
    .from = A repository's folder, an http://, https:// or s3:// address, a bundle file, or a folder with bundles or sticks in it; of several, one is enough
    .watch = Go on looking: a server every so often, a folder each second; what is new is installed at once
    .every = With --watch: how long a server is left alone where all is well
    .after-help = All of it is taken or nothing: after an update that fails the gate is as it was. This is the one command that uses a network, and only where --from names a server.

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

## Faults

error-folder-too-deep = the folders within it are too many levels deep
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

## Failures: others

error-output = cannot write to standard output
error-reader-not-started = the picture reader cannot be started: { $cause }
    .hint = Texts can still be checked. Reinstall the program if this stays.
error-stdin = cannot read standard input
