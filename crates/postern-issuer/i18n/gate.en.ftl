## Gates

cmd-gate = Gates: the register, and the tag keys that are wrapped to them
cmd-gate-enrol = Show enrolment files and take their gates into the register
    .files = Enrolment files, as postern-verifier init and enrol write them
    .repo = The repository's folder
    .key = Private snapshot keys, as many as the threshold asks for
    .tag-key = Tag keys to wrap to the gates, of each epoch one
    .position = Where the gate stands: latitude and longitude in degrees, as in 34.2658,108.9541
    .yes = Do not ask; what is enrolled is printed all the same
    .at = Date the register with this time instead of now (RFC 3339 or YYYY-MM-DD)
    .after-help = An enrolment file proves that a gate has its key, and not whose gate it is: compare the fingerprint with the one that the gate's staff read out. Whoever is enrolled gets the tag key.
cmd-gate-list = List the gates of the register, and the epochs whose tag keys lie wrapped to them
    .repo = The repository's folder
cmd-gate-retire = Retire a gate: it gets nothing new, and what was wrapped to it is removed
    .gate = The gate's name
    .why = Why, for the register: lost, stolen, replaced, ...
    .repo = The repository's folder
    .key = Private snapshot keys, as many as the threshold asks for
    .at = Date the register with this time instead of now (RFC 3339 or YYYY-MM-DD)
    .after-help = What a gate has fetched, it has. After a theft make a tag key of the next epoch.
cmd-gate-wrap = Wrap tag keys to every gate that is not retired and lacks them
    .repo = The repository's folder
    .tag-key = Tag keys, of each epoch one
cmd-gate-renew = Show the register and sign it anew, after a root that lists other snapshot keys
    .repo = The repository's folder
    .key = Private snapshot keys, as many as the threshold asks for
    .yes = Do not ask; what is signed is printed all the same
    .at = Date the register with this time instead of now (RFC 3339 or YYYY-MM-DD)

gate-changed = in the register; what it says of itself has changed
gate-enrolled = new
gate-known = in the register as it is
gate-recipient-changed = in the register; its age recipient has changed: what was wrapped to it is removed
gate-shown = { $gate }: { $became }
    { "  " }place        { $place }
    { "  " }fingerprint  { $fingerprint }
gate-list-active = active
gate-list-counts = register { $version }: { $active } active, { $retired } retired
gate-list-enrolled = enrolled
gate-list-epochs = epochs
gate-list-gate = gate
gate-list-kid = kid
gate-list-place = place
gate-list-position = position
gate-list-retired = retired { $since }: { $why }
gate-list-state = state
gate-retired = { $gate } is retired. No tag key was wrapped to it here.
gate-retired-with-keys = { $gate } is retired, and its wrapped tag keys are removed. What it fetched it still has (epoch { $epochs }): where it is in other hands, make a key of the next epoch and wrap it.
gate-wrapped = tag keys wrapped, epoch { $epochs }: { $files ->
    [one] one file
   *[other] { $files } files
} written for { $gates ->
    [one] one gate
   *[other] { $gates } gates
}
gate-wrapped-nothing = no tag key was given: wrap it with gate wrap

error-enrolment-not-its-own = { $path } is not signed by the gate that it names
    .hint = The file is damaged or made up. Have the gate write it anew with postern-verifier enrol.
error-enrolment-recipient = nothing can be sealed to the age recipient in { $path }
    .hint = Have the gate write it anew with postern-verifier enrol.
error-gate-name-taken = { $path } asks for the name { $name }, which another gate has (kid { $kid })
    .hint = Retire the other gate first, or make the new one's store with another name.
error-gate-position = a position is of one gate: give one enrolment file with it
error-gate-retired = the gate of { $path } is retired since { $since }, and its key stays so
    .hint = Make a new store with postern-verifier init and enrol that.
error-gate-unknown = no gate in the register that is not retired is named { $name }
    .hint = gate list shows the names.
error-register-full = the register is full
error-register-of-former-root = register { $version } is not signed by the keys that the newest root lists
    .hint = After a root with other snapshot keys: look through it with gate renew, which signs it anew. Otherwise somebody else wrote it: do not use this folder.
error-tag-key-not-of-pack = { $path } is not the key of epoch { $epoch } that the newest pack names
    .hint = Gates would not take it. A new key has a new epoch.
error-tag-keys-of-one-epoch = { $path } is a second key of epoch { $epoch }
    .hint = A new key has a new epoch.
