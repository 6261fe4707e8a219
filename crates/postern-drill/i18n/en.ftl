cmd = Rehearse an outage with the real parts
    .about-long = Makes keys and a trust repository, mints codes as pictures from a made-up people file, sets up gates, takes the centre away, judges the pictures as days go by, tries bad codes and hostile updates, and goes the way back. Everything stays in a folder to look at. The programs are the real ones, each in a process of its own.
    .after-help = Exit status: 0 all came as it must, 1 something did not, 2 wrong usage.
    .out = What to make: the folder of a rehearsal (without it "drill", or "drill-2" and so on), or a people file
    .people = How many people get a code
    .gates = How many gates there are
    .seed = Another seed, other people

cmd-lab = Leave a ready laboratory: keys, repository, bundle, ledgers, people files, pictures, gates
    .dir = The folder to make

cmd-people = Write a made-up people file
    .count = How many people
    .at = All dates are before this time instead of now (RFC 3339 or YYYY-MM-DD)
    .faults = Add so many faulty rows, which an issuer must reject

## Progress

step-keys = Making keys: root 2 of 3, publishers 2 of 2, snapshot, two issuers, document tags
step-root = Ceremony: the root is signed by two of three
step-pack = Ceremony: the pack, with two issuers that recognise each other
step-snapshot = The daily snapshot, and a bundle for a stick
step-mint = Minting codes as pictures
step-gate = Setting up a gate from the stick
step-day-0 = Day 0: the gates judge all pictures
step-down = The centre goes down
step-outage = The gates go on without it
step-attacks = Bad codes and pictures at a door
step-sticks = Hostile updates
step-back = The centre is back: a stick brings fresh data

## Summary

lab-ready = The laboratory is ready in { $dir }. Passphrase file: keys/passphrase; what was run: commands.txt
title = Rehearsal of an outage
made = { $people } codes minted as pictures, { $rejects } faulty rows rejected, { $gates } gates.
made-unplugged = The gates ran in a network namespace without any interface.
made-not-unplugged = This system does not let the drill unplug the network (unshare); the gates opened no connection all the same.
days = What the gates said
attacks = What was tried at a door
column-day = day
column-centre = centre
column-data = data
column-admit = admit
column-refer = refer
column-refuse = refuse
column-why = mostly because
column-what = tried
column-got = what followed
centre-up = up
centre-down = down
grade-fresh = fresh
grade-aging = aging
grade-stale = stale
grade-refuse = too old
column-fault = fault
column-taken = taken
colon = :{ " " }
why-gate-changed = the gate holds something else now
why-gate-unchanged = the gate holds what it held
why-nothing = nothing
why-not-a-picture = no picture
why-nothing-readable = nothing readable
why-picture-damaged = damaged picture
why-bad-signature = bad signature
why-data-too-old = data too old
why-expired = expired
why-foreign-code = foreign code
why-issued-in-future = issued in the future
why-issuer-not-in-force = issuer not in force
why-key-out-of-validity = key out of validity
why-malformed-code = malformed
why-no-trust-data = no trust data
why-not-a-code = no code
why-not-deterministic = rewritten
why-rule-failed = rule failed
why-rule-not-met = entry rule not met
why-rule-refers = recent positive test
why-status-unknown = status unknown
why-too-long = too long
why-unknown-issuer = unknown issuer
why-unknown-version = later version
why-wrong-algorithm = wrong algorithm
sample-url = a link that is no code
sample-foreign = a health code of another system
sample-later = a code of a later version
sample-cut = a code that is cut short
sample-forged = a forged code under an issuer's name
sample-stranger = a code by a stranger
sample-flipped = one bit flipped
sample-cut-picture = half a picture
sample-no-picture = a file that is no picture
stick-cut = a stick with a cut file
stick-edited = a stick with an edited file
stick-empty = a stick with an empty file
stick-old = the old stick after the new one
logs = { $rows } verdicts are in the gates' logs; { $broken } logs are broken.
all-good = All came as it must.
not-good = Not all came as it must: see the marks above.
next = Everything is in { $dir }, with what was run in { $commands }. Go on from here:
    { "  " }cargo run --release --bin postern-verifier -- status --store { $gate }
    { "  " }cargo run --release --bin postern-verifier -- check --store { $gate } { $picture }
    { "  " }cargo run --release --bin postern-verifier -- scan --store { $gate }
    { "  " }cargo run --release --bin postern-issuer -- pack show { $pack }

## Errors

error-command-failed = { $command } did not do what it must: { $said }
error-folder-exists = { $path } is there already and not empty
    .hint = Choose another folder.
error-output = cannot write the output
error-people-at = made-up people live from 2021 to 2056
    .hint = Give --at a time within these years.
error-people-count = more people than document numbers can be made up for
error-start = a process of the drill cannot be started or read
