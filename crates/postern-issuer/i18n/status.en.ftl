## status, column

cmd-status = Say which codes are not good any more, and publish the status list
    .about-long = Notes in a register which codes are invalid, suspended or restricted, with who said so, when and why, and publishes the status list once somebody has signed it off. The register is one file for each list; it holds places of the list and no people. Gates learn of a change with the next list and snapshot.
cmd-status-set = Set the status of one person's codes
    .about-long = Sets the status of the codes of one person that are in force: that have not expired, have not been replaced and are not invalid. Invalid is final.
    .register = The register
    .ledger = The ledgers of the issuer, all shards
    .by = Who does it; kept for ever
    .new-register = Make the register where there is none; needs --list and --issuer
    .list = The name of the list that a new register is of
    .issuer = The issuer whose ledgers they are
    .limit = How many codes may become worse in one publication, kept in a new register; without it one in 200, and at least 10
    .at = Date the change with this time instead of now (RFC 3339 or YYYY-MM-DD)
    .id = By the registration number, in capital or small letters
    .index = The code at this index of the status list alone
    .document = By a document: id, passport or other; the country as CN; the number. Every code is read. A number typed here stays in the history of the shell
    .tag-key = The key of document tags, for --document
    .status = The status: valid; invalid, withdrawn for good; suspended, withdrawn for a time, gates refer it; restricted, the holder stays where they are, gates refuse it
    .why = Why; kept for ever
    .danger-revalidate = Bring codes back that are invalid
cmd-status-import = Take statuses from a file, or set invalid what was replaced
    .about-long = Takes statuses from a CSV file with the columns id or index, status (valid, invalid, suspended, restricted) and why, all rows or none. A file that was taken before is taken again where anything is not as it says. With --superseded it takes what ledger export --which invalid lists instead.
    .file = The file; UTF-8 or GB 18030
    .superseded = Set invalid every code that was replaced because it was lost, stolen or damaged or because the data changed
    .register = The register
    .ledger = The ledgers of the issuer, all shards
    .by = Who does it; kept for ever
    .new-register = Make the register where there is none; needs --list and --issuer
    .list = The name of the list that a new register is of
    .issuer = The issuer whose ledgers they are
    .limit = How many codes may become worse in one publication, kept in a new register; without it one in 200, and at least 10
    .at = Date the changes with this time instead of now (RFC 3339 or YYYY-MM-DD)
    .skip-rejects = Take the other rows where some are rejected
    .encoding = How the file writes its characters; auto tells it from the file
cmd-status-show = Show how many codes have which status, or what was said of one
    .about-long = Shows how many codes have which status and what is not published yet; with --id or --index the status of one code, and with --history who said what of it, when and why.
    .register = The register
    .ledger = The ledgers of the issuer, for --id
    .id = By the registration number: all codes that the person ever had
    .index = By the index in the status list
    .history = The newest commands, or all that was ever said of the code
cmd-status-publish = Sign the status list off and put it into the repository
    .about-long = Shows the list beside the one that is published, asks, signs it and its difference, and puts both into the repository. Where a run was cut short, the next one completes it. A list is published each day, also where nothing has changed: its age is that of its date.
    .register = The register
    .repo = The repository's folder
    .key = The private status key
    .by = Who signs it off
    .at = Date the list with this time instead of now (RFC 3339 or YYYY-MM-DD)
    .yes = Do not ask: for the daily job
    .danger-over-limit = Publish although more codes become worse than the register's limit
    .danger-adopt = Go on from the newest version in the repository, which this register does not know: after it was restored from an older copy
cmd-column = Note what is known of codes besides their status, and publish it
    .about-long = Columns hold a small value for each code that rules see. The first is negative-test, the hour of the last negative test.
cmd-column-import = Take tests from a file
    .about-long = Takes tests from a CSV file with the columns id or index, sampled (RFC 3339, or YYYY-MM-DD HH:MM or YYYY-MM-DD in China) and perhaps result, all rows or none. Of each person the newest negative test is kept; positive ones are counted and not taken. A code that came in the place of another has its test too.
    .file = The file; UTF-8 or GB 18030
    .register = The register
    .ledger = The ledgers of the issuer, all shards
    .by = Who does it; kept for ever
    .new-register = Make the register where there is none; needs --list and --issuer
    .list = The name of the list that a new register is of
    .issuer = The issuer whose ledgers they are
    .limit = How many codes may become worse in one publication, kept in a new register; without it one in 200, and at least 10
    .at = Date the import with this time instead of now: no test may be more than 5 minutes later (RFC 3339 or YYYY-MM-DD)
    .column = The column
    .skip-rejects = Take the other rows where some are rejected
    .encoding = How the file writes its characters; auto tells it from the file
cmd-column-set = Take a wrong test back
    .about-long = Takes the last negative test of one person back from all codes that they ever had, with who did it, when and why. An earlier test is not known any more: import the last one that is right again.
    .register = The register
    .ledger = The ledgers of the issuer, all shards
    .by = Who does it; kept for ever
    .new-register = Make the register where there is none; needs --list and --issuer
    .list = The name of the list that a new register is of
    .issuer = The issuer whose ledgers they are
    .limit = How many codes may become worse in one publication, kept in a new register; without it one in 200, and at least 10
    .at = Date the change with this time instead of now (RFC 3339 or YYYY-MM-DD)
    .id = By the registration number, in capital or small letters
    .index = By the index of one of the person's codes
    .clear = Take it back
    .why = Why; kept for ever
    .column = The column
cmd-column-publish = Sign a column and put it into the repository
    .register = The register
    .repo = The repository's folder
    .key = The private status key
    .by = Who signs it off
    .at = Date the column with this time instead of now (RFC 3339 or YYYY-MM-DD)
    .danger-adopt = Go on from the newest version in the repository, which this register does not know: after it was restored from an older copy
    .column = The column

status-invalid = invalid
status-restricted = restricted
status-suspended = suspended
status-valid = valid

status-heading-at = at
status-heading-batch = number
status-heading-by = by
status-heading-changed = changed
status-heading-codes = places
status-heading-command = command
status-heading-file = file
status-heading-gets = become so
status-heading-pending = to be published
status-heading-rejected = rejected
status-heading-status = status

status-label-codes = codes
status-label-issuer = issuer
status-label-limit = limit
status-label-list = list
status-label-places = places
status-label-published = published

status-adopted = { $count ->
    [one] { $count } of them becomes
   *[other] { $count } of them become
} valid again though that version, which this register does not know, says otherwise.
status-already = { $file } was imported before, as number { $batch } at { $at } by { $by }, and all is as it says. Nothing is changed.
status-code = index { $index }: { $status }
status-code-pending = index { $index }: { $status }; published is { $published }
status-column-unnamed = Note: the newest pack does not name the column { $name }; gates take it once it does.
status-examples = { $count ->
    [one] The one that changes:
   *[other] The first { $count } that change:
}
status-first = The first list { $list }: there is none to compare it with.
status-imported = { $changed ->
    [one] { $changed } status
   *[other] { $changed } statuses
} changed, { $unchanged } as they were; { $rejected } of { $rows } rows rejected.
status-list-unnamed = Note: the newest pack does not name the list { $name }; gates take it once it does.
status-more-rejects = and { $count } more rejects; --json tells all
status-never = never
status-next = Gates learn of it with the next list: postern-issuer status publish.
status-published = published list { $version } of { $issued }: { $bytes } bytes
status-published-already = list { $version } of { $issued } is published already
status-published-delta = published list { $version } of { $issued }: { $bytes } bytes, difference { $delta } bytes
status-set = { $id }, index { $index }, expires { $expires }: { $was } -> { $status }
status-set-index = index { $index }: { $was } -> { $status }
status-since = List { $list } as it is to be, beside version { $version } of { $issued }:
status-unchanged = index { $index }: { $status } already

column-cleared = index { $index }: the test of { $was } is taken back
column-imported = Rows { $rows }: negative { $negative }, of them newer than what was known { $newer }; positive, not taken, { $positive }; rejected { $rejected }. Codes that have the test of one before them: { $carried }. Codes with a test: { $known }.
column-next = Gates learn of it with the next column: postern-issuer column publish.
column-published = published column version { $version } of { $issued }: codes with a test { $known }, { $bytes } bytes
column-published-already = column version { $version } of { $issued } is published already
column-unchanged = index { $index }: no test is known

mint-left-out = { $count ->
    [one] { $count } code was
   *[other] { $count } codes were
} not renewed: not valid in the register.

## Why a row is rejected

reject-id-unknown = no ledger that was given knows this id
reject-index-invalid = not an index: a number from 0 to 4294967295
reject-index-unknown = no code of the ledgers that were given is at this index
reject-nothing-in-force = the person has no code in force: all have expired or were replaced
reject-result-unknown = not a result: negative or positive
reject-sampled-in-future = sampled more than 5 minutes after the time of this import
reject-sampled-invalid = not a time: RFC 3339, or YYYY-MM-DD HH:MM or YYYY-MM-DD in China
reject-status-contradiction = line { $first } says otherwise of the same code
reject-status-final = the code is invalid, which is final
reject-status-unknown = not a status: valid, invalid, suspended or restricted
reject-why-invalid = a reason is needed: 1 to 200 bytes of printable text

## Errors

error-not-a-register = { $path } is not a register of statuses
    .hint = Check the path. A register is made with --new-register.
error-register-busy = another program is writing to the register { $path }
    .hint = Wait until it is done and give the same command again.
error-register-column-unknown = the register has no column { $column }
    .hint = Import tests first: postern-issuer column import.
error-register-damaged = part { $part } of a column in the register { $path } is damaged
    .hint = Take the newest copy of the register from the backup and import the tests since then again.
error-register-database = the register { $path } cannot be used
error-register-newer-format = the register { $path } was made by a later program
    .hint = Use the newest program everywhere.
error-register-not-there = there is no register { $path }
    .hint = Check the path. For the first one: --new-register --list LIST --issuer ISSUER.
error-register-other = { $what ->
    [authority] the register { $path } is under another authority: root 1 is { $is }, not { $wanted }
    [issuer] the register { $path } is of the issuer { $is }, not { $wanted }
    [ledgers] the register { $path } is of ledgers with other places: order, places and shards are { $is }, not { $wanted }
    [limit] the limit of the register { $path } is { $is } and stays so, not { $wanted }
    [pack-list] the register { $path } is of the list { $is }, and the pack names { $wanted } for this issuer
   *[list] the register { $path } is of the list { $is }, not { $wanted }
}
    .hint = Each list has a register of its own, for one issuer and its ledgers: check the paths.
error-register-unsupported = the file system of { $path } keeps no write-ahead log
    .hint = Keep the register on a local disk.
error-sheet-column-double = { $path } has the column { $column } ({ $chinese }) twice
error-sheet-column-missing = { $path } lacks the column { $column } ({ $chinese })
    .hint = docs/OPERATIONS.md lists the columns.
error-sheet-column-unknown = column { $position } of { $path } is unknown: { $name }
    .hint = Take it out of the file: what is not needed does not belong here.
error-sheet-header-unreadable = the header of { $path } cannot be read
    .hint = It is one line of at most 64 KiB, quotation marks closed.
error-sheet-whose = { $path } must say whose each row is, in one column: id (编号) or index (序号)
error-status-final = the code at index { $index } is invalid, which is final
    .hint = Give the person a new code: postern-issuer replace --no-register. If it was set invalid by mistake: --danger-revalidate.
error-status-in-the-way = another file is in the way at { $path }
    .hint = Files of a repository never change. Check that it is the repository of this register, and put its files back from a copy. If the register was restored from an older copy, import again what it lacks, and then --danger-adopt.
error-status-index-unknown = no code of the ledgers is at index { $index }
    .hint = Give all ledgers of the issuer. A place without a code gets no status: it would be that of a person to come.
error-status-list-too-long = { $places } places are too many for a status list: at most 134217728
error-status-nothing-in-force = { $id } has no code in force: all have expired or were replaced
    .hint = See them with postern-issuer ledger find; --index sets one all the same.
error-status-over-limit = { $codes ->
    [one] { $codes } code
   *[other] { $codes } codes
} would become worse{ $again ->
    [0] {""}
   *[other] {" "}or, though the list that is gone on from says otherwise, valid ({ $again })
}, and the limit is { $limit }: nothing was published
    .hint = Look at what was imported: postern-issuer status show --history. If it is right: --danger-over-limit.
error-status-rejected = { $rejected ->
    [one] { $rejected } row
   *[other] { $rejected } rows
} of { $rows } rejected: nothing of the file was taken
    .hint = Correct them and import the file again; or take the others with --skip-rejects.
error-status-replaced = { $path } is not the list that this register published
    .hint = Check that it is the repository of this register, and put its files back from a copy.
error-status-shard-twice = { $path } is a second ledger of shard { $shard }
    .hint = Give each shard once, and no copies.
