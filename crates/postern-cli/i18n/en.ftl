# What every Postern program says in the same words. A program's own texts are added to these and win over them.

## Labels of a failure. The trailing space belongs to the label: Chinese labels end in a full-width colon and need none.

label-error = error:{ " " }
label-hint = hint:{ " " }

## Help that clap would write by itself

help-command = Print this message or the help of the given subcommand(s)
help-default = [default: { $value }]
help-possible = [possible values: { $values }]

# Arguments that look the same in every program. Attributes are named like the argument.
args =
    .color = When to use colours
    .help = Print help
    .help-more = Print help (see more with '--help')
    .help-summary = Print help (see a summary with '-h')
    .json = Write for programs: one JSON object a line
    .lang = Language of the texts, en or zh; without it the environment decides
    .passphrase-fd = Read the passphrase from this open file descriptor
    .passphrase-file = Read the passphrase from the first line of this file
    .version = Print version

## Questions

passphrase-prompt = Passphrase for { $what }:{ " " }
passphrase-prompt-new = New passphrase for { $what }:{ " " }
passphrase-prompt-again = The same passphrase again:{ " " }

## Spans of time

duration-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
duration-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
duration-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
duration-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}

## Failures: files

error-file-exists = { $path } exists already and is not overwritten
    .hint = Choose another name, or move the old file away first.
error-file-not-found = cannot { $action ->
    [create] create
    [write] write
   *[read] read
} { $path }: no such file or folder
error-file-permission = cannot { $action ->
    [create] create
    [write] write
   *[read] read
} { $path }: permission denied
error-file-too-large = { $path } is larger than the { $max } bytes allowed here
error-disk-full = cannot write { $path }: the disk is full
    .hint = Free some space and run the same command again.
error-file-other = cannot { $action ->
    [create] create
    [write] write
   *[read] read
} { $path }

## Failures: passphrases

error-passphrase-empty = the passphrase is empty
error-passphrase-file-open = the passphrase file { $path } can be read by other users (mode { $mode })
    .hint = Run: chmod 600 { $path }
error-passphrase-mismatch = the two passphrases are not the same
error-passphrase-no-terminal = a passphrase is needed and there is no terminal to ask on
    .hint = Use --passphrase-file FILE or --passphrase-fd N.
error-passphrase-prompt = cannot read the passphrase from the terminal
error-passphrase-too-long = the passphrase is longer than { $max } bytes
error-passphrase-too-short = a new passphrase needs at least { $min } characters

## Failures: others

error-randomness-unavailable = the system gives no random bytes
error-time-unreadable = not a time: { $text }
    .hint = Write 2026-07-01 or 2026-07-01T08:00:00Z.
