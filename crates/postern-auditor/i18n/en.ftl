# postern-auditor in English. The other languages have the same ids; a test compares them.

## Help

cmd = The audit office: logs of all gates in one archive, proven, searched and judged again
    .archive = The archive where it is not the one in the office's folder: a file, or postgres://USER@HOST/DATABASE without a password
    .archive-file = A file whose first line is the URL of the archive, which may have a password
    .dir = The audit office's folder
cmd-init = Make an audit office: its keys, the root that it trusts, an archive
    .dir = The folder to make
    .name = The name under which receipts are signed: 1 to 64 visible ASCII characters without +
    .root = The authority's first root
    .fingerprint = The root's fingerprint as it came another way, 64 hexadecimal digits
    .valid-for = For how many days the pack may name the office
    .after-help = What is printed goes to the authority's publisher, with the file auditor.pub, for the description of the next pack. Gates then seal their logs to this office.
cmd-enrol = Say which gates the office takes logs of, and where they stand
    .files = Enrolment files, as postern-verifier init and enrol write them
    .repository = Take all gates of the register that lies signed in this repository: a folder, http(s):// or s3://
    .position = Where the gate stands: latitude and longitude in degrees, as in 34.2658,108.9541
    .place = Where the gate stands, in words
    .create = Make the archive first: a second one of the office, or one in place of another that is damaged
    .after-help = An enrolment file proves that a gate has its key, and not whose gate it is: compare the fingerprint with the one that the gate's staff read out. A register is believed as far as the office's root leads to its signatures.
cmd-ingest = Take bundles of gates into the archive
    .from = Bundles, folders with bundles in them, drop boxes (s3://)
    .remove = Remove files from folders once all that is in them is in the archive, on the disk
    .jobs = How many at a time; without it as many as there are processors
    .after-help = It may be interrupted at any moment and run again, or twice at once: nothing is taken twice. The exit status is 3 where something does not fit together or waits.
cmd-receipts = Tell each gate how far its log is in the archive
    .out = Where receipts are written: the drop box's folder, http(s):// or s3://
    .after-help = A gate may drop from its log what all auditors of the pack have given receipts for.
cmd-verify = Read and hash all of the archive again: does it say what the gates have signed?
    .gate = Only this gate; may be given more than once
    .evidence = Check the folder of a report's evidence instead of an archive, from its files alone
    .manifest = The digest of the folder's manifest, as the report has it
    .after-help = The exit status is 3 where something was found. With --dir the receipts are checked too.
cmd-serve = Be a small drop box for sites that have none
    .listen = Address and port to listen on, as in 127.0.0.1:8460
    .shelf = The folder in which bundles and receipts lie
    .max-gib = The most that bundles may take, in GiB
    .after-help = It takes bundles of enrolled gates by PUT and gives receipts by GET, and nothing else. It speaks plain HTTP: what is carried is sealed and signed. Who must also hide which gate sends when puts a proxy with TLS before it.

## What commands say

init-what-keys = the keys of the audit office
init-done = The audit office is in { $dir }, its archive in { $archive }.
    Fingerprint of its key: { $fingerprint }
    For the description of the pack, with the file auditor.pub:
enrol-gate = { $gate }
    { "  " }fingerprint  { $fingerprint }
enrol-done = { $gates ->
    [one] one gate
   *[other] { $gates } gates
}: { $new } new, { $changed } changed
ingest-done = { $taken ->
    [one] one bundle
   *[other] { $taken } bundles
} taken with { $events ->
    [one] one event
   *[other] { $events } events
}; { $known } known already, { $waiting } waiting, { $trouble } with trouble
ingest-events = { $events } events
ingest-left = { $left } were left where they are: too many of their gate wait already
ingest-more = and { $more } more with trouble
ingest-not-kept = { $not_kept } of them the archive does not keep: it has { $bound } refused files of their gate (or of none) already
ingest-trouble = { $gate }: { $what } ({ $file })
ingest-waits = { $gate }: leaves { $from } to { $to } wait for those before them
receipts-trouble = { $gate }: no receipt: { $what }
receipts-done = { $new } new receipts, { $written } written
serve-listening = Listening on { $address }
trouble-bundle-damaged = cut or damaged, or not signed by its gate
trouble-bundle-inconsistent = signed by the gate, and does not fit together
trouble-bundle-later-format = of a later format: update this program
trouble-bundle-not-for-us = not sealed to this office
trouble-bundle-too-old = of rows that the archive has dropped, so that it cannot be compared any more
trouble-bundle-unknown-gate = no enrolled gate has signed it
trouble-fork = another log than the one in the archive, signed by the same gate; both are kept
trouble-unreadable = cannot be read
verify-bad = { $leaves ->
    [one] one leaf
   *[other] { $leaves } leaves
} read; { $findings ->
    [one] one finding
   *[other] { $findings } findings
} at { $gates ->
    [one] one gate
   *[other] { $gates } gates
}
verify-finding = { $gate }: { $finding } ({ $what })
verify-good = { $leaves ->
    [one] one leaf
   *[other] { $leaves } leaves
} read: the archive says what the gates have signed
verify-bundle-changed = a bundle that is kept is not what it was
verify-checkpoint-forged = a checkpoint is not signed by the gate
verify-checkpoint-mismatch = the leaves do not make the root of a checkpoint
verify-checkpoint-not-newest = the gate's newest checkpoint is not there
verify-column-edited = a column does not say what the leaf says
verify-counts-edited = the counts of an hour are not those of its events
verify-extra-rows = there are more leaves than were taken
verify-frontier-edited = a kept frontier is not that of the leaves
verify-leaf-unreadable = a leaf cannot be read
verify-missing-rows = leaves are missing
verify-moved-leaf = a leaf is not where it says
verify-proof-bad = a proof does not lead from one tree to the other
verify-receipt-forged = a receipt is not signed by this office and the gate
verify-receipt-mismatch = a receipt is of another root
verify-wrong-root = the leaves do not make the root that was taken

## Errors

error-archive-busy = another program writes to { $place } and does not end
    .hint = Run it again when the other has ended.
error-archive-corrupt = { $place } is damaged, or was changed: { $what }
    .hint = Keep it as evidence; take the bundles again into a new archive.
error-archive-database = { $place } cannot be used
error-archive-disk-full = there is no room left for { $place }
    .hint = Free some space and run the same command again: what was taken stays.
error-archive-exists = there is an archive { $place } already
    .hint = Choose another name, or use that one.
error-archive-file-open = other users can read { $path }, which has a password
    .hint = Run: chmod 600 { $path }
error-archive-missing = there is no archive { $place }
    .hint = postern-auditor init makes one.
error-archive-newer-format = { $place } has format { $format }, which this program does not know
    .hint = Update this program.
error-archive-not-admitted = { $place } does not let this user in
    .hint = A URL with a password stands in a file that --archive-file names.
error-archive-not-named = no archive was named
    .hint = Give --dir, --archive or --archive-file.
error-archive-read-only = { $place } may not be written
error-archive-unreachable = { $place } does not answer
error-archive-url = { $place } is no URL of a PostgreSQL database
    .hint = postgres://USER@HOST/DATABASE, or postgres:///DATABASE?host=/FOLDER/OF/SOCKET
error-did-not-sign = the key did not sign: { $detail }
error-document = { $path } is not believed: { $detail }
    .hint = Get it again by another way. If it stays so, ask the authority.
error-enrolment-not-its-own = { $path } is not signed by the gate that it names
    .hint = The file is damaged or made up. Have the gate write it anew with postern-verifier enrol.
error-fingerprint-incomplete = a fingerprint has 64 hexadecimal digits; this one has { $digits }
error-fingerprint-mismatch = the root has another fingerprint: do not use it
    .hint = Get the root and the fingerprint again, by different ways.
error-gate-renamed = { $was } has leaves in the archive under this name and cannot be called { $name }
    .hint = Its name is in each of its checkpoints. Enrol it under its old name, or under a new key as a new gate.
error-gate-unknown = no gate of the archive is named { $name }
error-key-internal = { $path }: the key could not be encoded
error-key-malformed = { $path } is not a key file
error-key-not-private = { $path } is not a private key
error-key-not-public = { $path } is not a public key
error-key-of-other-role = { $path } is a { $is } key; here a { $wanted } key is needed
error-key-other-algorithm = { $path } holds a key of another algorithm than Ed25519
error-key-too-large = { $path } is larger than any key file
error-key-unsupported-encryption = { $path } is encrypted in a way that is not supported
error-key-wrong-passphrase = the passphrase does not open { $path }
error-listen = cannot listen on { $address }
error-not-an-archive = { $place } is no archive of an audit office
error-not-cosigned = a receipt could not be made: { $detail }
error-office = { $path } is not as init wrote it: { $detail }
error-office-exists = { $path } exists already
    .hint = Choose another folder.
error-office-not-named = this command needs the audit office's folder
    .hint = Give --dir.
error-output = cannot write the output
error-password-in-argument = a password is in the arguments, where other users of this machine see it
    .hint = Write the URL into a file that only you can read, and name that with --archive-file. Change the password.
error-position-of-several = a position and a place are of one gate: give one enrolment file with them
error-repository-missing = the repository has no { $what }
error-seal-damaged = { $path } is damaged
error-seal-not-a-recipient = { $path } has no age recipient
error-seal-not-age = { $path } is damaged
error-seal-not-an-identity = { $path } holds no age identity
error-seal-not-for-this-identity = { $path } was sealed to somebody else
error-seal-passphrase-not-text = the passphrase is not UTF-8, so that { $path } cannot be encrypted with it
error-seal-recipients = { $path } has too many recipients
error-seal-too-costly = opening { $path } would cost too much memory
error-seal-too-large = { $path } holds more than it should
error-seal-wrong-passphrase = the passphrase does not open { $path }
error-receipt-other-name = the newest checkpoint is not one of this gate under its enrolled name
    .hint = Run postern-auditor verify.
error-transport = what was asked for cannot be had or left: { $detail }
