## mint

cmd-mint = Mint codes for the people of a CSV file
    .about-long = Mints a code for each row of a people file; rejects.csv has the rows that were rejected. The same command again goes on where an interrupted one stopped, mints nothing twice and gives the same files byte for byte. docs/MINTING.md describes columns, formats and shards.
    .people = The people file: CSV with a header, UTF-8 or GB 18030
    .out = The folder for what comes out; one for each people file
    .ledger = The issuer's ledger; never lose it and never copy it to mint from both
    .new-ledger = Make the ledger where there is none: the first time only
    .key = The private code key
    .paper = The paper of sheets
    .font = The font of the cards on sheets; without it the system's fonts are searched for one that has Chinese
    .pin-file = A file with the PIN of the token that the key is on (pkcs11:… as KEY)
    .repo = The repository's folder, whose newest pack lists the key
    .tag-key = The key under which document tags are made
    .no-tags = Check documents, but put no document tags into the codes
    .valid-for = Days until the codes expire
    .at = Issue the codes at this time instead of now (RFC 3339 or YYYY-MM-DD)
    .format = What comes out, separated by commas: png or svg (a folder of pictures), tar (pictures in tar files), csv or jsonl (a list of texts), pdf (sheets of cards to print and cut)
    .capacity = The most codes of a new ledger and its shards together, at most 4294967296; it cannot change later (default 16777216)
    .encoding = How the people file writes its characters
    .shard = Mint only part I of N, with a ledger of its own
    .changed = Give a new code to who has one from a row with other content; the old one is to be set invalid
    .changed-since = As --changed, and pass over rows whose column "changed" is before this time
    .register = The register of statuses, for --changed: rows whose code is not valid in it are rejected
    .no-register = Ask no register: a person whose code is suspended, restricted or invalid gets one that is valid

cmd-renew = Mint new codes for those that expire soon, from the ledger
    .about-long = Gives each code of the ledger that expires soon a new one in its place: the same person and facts, a new place and new dates. The old one holds until it expires. The same command again goes on where an interrupted one stopped.
    .out = The folder for what comes out
    .ledger = The issuer's ledger
    .key = The private code key
    .paper = The paper of sheets
    .font = The font of the cards on sheets; without it the system's fonts are searched for one that has Chinese
    .pin-file = A file with the PIN of the token that the key is on (pkcs11:… as KEY)
    .repo = The repository's folder, whose newest pack lists the key
    .expiring-within = Renew codes that expire within so many days of the time of issue
    .valid-for = Days until the new codes expire
    .at = Issue the codes at this time instead of now (RFC 3339 or YYYY-MM-DD)
    .format = What comes out, separated by commas: png or svg (a folder of pictures), tar (pictures in tar files), csv or jsonl (a list of texts), pdf (sheets of cards to print and cut)
    .register = The register of statuses: who has a code in force that is not valid in it gets no new one
    .no-register = Ask no register: a person whose code is suspended, restricted or invalid gets one that is valid

cmd-replace = Mint new codes for people whose codes were lost, from the ledger
    .about-long = Gives each of these people a new code in place of their newest one: the same facts, a new place and new dates. The old one is noted as to be set invalid; until gates have a status list that says so, it is still good.
    .ids = Whose code: the registration numbers
    .reason = Why: lost, stolen or damaged
    .register = The register of statuses: where a code is not valid in it, nothing is replaced
    .no-register = Ask no register: a person whose code is suspended, restricted or invalid gets one that is valid
    .out = The folder for what comes out
    .ledger = The issuer's ledger
    .key = The private code key
    .paper = The paper of sheets
    .font = The font of the cards on sheets; without it the system's fonts are searched for one that has Chinese
    .pin-file = A file with the PIN of the token that the key is on (pkcs11:… as KEY)
    .repo = The repository's folder, whose newest pack lists the key
    .valid-for = Days until the new codes expire
    .at = Issue the codes at this time instead of now (RFC 3339 or YYYY-MM-DD)
    .format = What comes out, separated by commas: png or svg (a folder of pictures), tar (pictures in tar files), csv or jsonl (a list of texts), pdf (sheets of cards to print and cut)

mint-summary = Minted { $minted }, minted before { $already }, rejected { $rejected }: { $rows } rows in { $seconds } s, { $rate } a second.
mint-more-rejects = and { $count ->
    [one] { $count } more
   *[other] { $count } more
}, all of them in rejects.csv
mint-already-keep = Codes that were minted before are written again as they were, with their own dates.
mint-resumed = Going on with the run that began at { $begun }, after { $rows } rows.
mint-planning = looking for doubles
mint-progress = { $rows } rows, { $rejected } rejected, { $rate } a second
mint-replaced = Codes that came in the place of others: { $count }.
mint-elsewhere = Rows of other shards: { $count }.
mint-unchanged = Rows that have not changed: { $count }.
mint-demo-key = This is a demo key that everybody has. Its codes are worthless.

mint-heading-line = line
mint-heading-column = column
mint-heading-reason = reason
mint-heading-message = meaning

mint-label-issuer = issuer
mint-label-kid = key
mint-label-root = root 1
mint-label-issued = issued
mint-label-expires = expires
mint-label-encoding = encoding
mint-label-shard = shard
mint-label-ledger = ledger
mint-label-out = folder
mint-issuer = { $name } ({ $id })
mint-ledger-made = made new; { $free } of { $capacity } places free
mint-ledger-opened = { $free } of { $capacity } places free

## Why a row is rejected

reject-already-minted-differently = this id has a code already, with other content
reject-birth-invalid = not a date of birth: YYYY-MM-DD, YYYY-MM or YYYY, from 1900 to 2056
reject-birth-not-that-of-the-card = not the date of birth in the identity card's number
reject-capacity-exhausted = the ledger has no free place
reject-changed-invalid = not a time: RFC 3339, or YYYY-MM-DD HH:MM in China
reject-code-damaged = the ledger's copy of the code cannot be read
reject-code-not-valid = { $status ->
    [invalid] the code is invalid, and a new one would be valid
    [restricted] the code is restricted, and a new one would be valid
   *[suspended] the code is suspended, and a new one would be valid
}
reject-code-of-the-future = the code was issued later than the new one would be
reject-date-in-future = later than the day of issue
reject-date-invalid = not a date: YYYY-MM-DD
reject-date-out-of-range = outside 2020-01-01 to 2199-06-06
reject-document-country-invalid = not a country: two letters of ISO 3166-1
reject-document-duplicate = the document of line { $first }, with another id
reject-document-incomplete = a document needs kind, country and number
reject-document-kind-unknown = not a kind of document: id, passport or other
reject-document-number-invalid = not a document's number: 1 to 32 letters and digits (a spreadsheet may have rounded it)
reject-dose-invalid = not a number from 1 to 99
reject-field-too-long = longer than 4 KiB
reject-id-card-birth-invalid = the date in the identity card's number is none
reject-id-card-check-digit = the identity card's number has a wrong check character
reject-id-card-malformed = not an identity card's number: 17 digits and a digit or X
reject-id-duplicate = the id of line { $first }
reject-id-invalid = not an id: 1 to 64 letters, digits, dots, underscores and hyphens
reject-id-missing = no id
reject-line-too-long = longer than 64 KiB
reject-name-not-printable = the name holds control characters or characters that cannot be seen
reject-name-too-long = the name is longer than 96 bytes
reject-name-without-glyph = the font has no glyph for a character of the name
reject-not-text = bytes that are no characters in the encoding of this file
reject-quote-open = a quotation mark is not closed on this line
reject-ragged-row = number of fields: { $found }; the header has { $expected }
reject-test-incomplete = a test needs kind, result and sampling time
reject-test-in-future = sampled after the time of issue
reject-test-kind-unknown = not a kind of test: nucleic-acid or antigen
reject-test-result-unknown = not a result: not-detected or detected
reject-test-time-invalid = not a time: RFC 3339, or YYYY-MM-DD HH:MM in China
reject-test-too-old = sampled more than 31 years before the time of issue
reject-vaccination-incomplete = a vaccination needs product, dose, number of doses and day
reject-vaccine-unknown = not a vaccine: a name of the product list, or its number

## Why minting stops

error-people-empty = { $path } has no header
    .hint = The first line names the columns; id must be one of them.
error-people-changed = { $path } was changed while it was read
    .hint = Nothing is lost, and nothing that was minted is wrong. Let the file be and give the same command again.
error-people-encoding-unclear = { $path } is neither UTF-8 nor GB 18030 throughout: see line { $line }
    .hint = Save it as UTF-8 or repair that line; or say --encoding utf-8 or gb18030, and such rows are rejected.
error-people-not-a-file = { $path } is not a file
    .hint = It is read more than once: save it first, a pipe does not do.
error-people-utf-16 = { $path } is UTF-16
    .hint = Save it as CSV UTF-8.
error-people-column-double = the people file has the column { $column } ({ $chinese }) twice
error-people-column-missing = the people file lacks the column { $column } ({ $chinese })
    .hint = id is needed always; the columns of a document, of a vaccination and of a test come together or not at all.
error-people-column-unknown = column { $position } of the people file is unknown: { $name }
    .hint = docs/MINTING.md lists the columns. Take others out of the file: what is not needed for a code does not belong here.
error-people-columns-too-many = the people file has more than { $max } columns
error-people-header-unreadable = the header of the people file cannot be read
    .hint = It is one line of at most 64 KiB, quotation marks closed.

error-interrupted = ended early, after { $rows } rows
    .hint = Nothing is lost. Give the same command again: it goes on from there.
error-ledger-id-unknown = the ledger has no code of { $id }
error-replace-not-valid = { $status ->
    [invalid] the code of { $id } is invalid, and a new one would be valid: nothing was replaced
    [restricted] the code of { $id } is restricted, and a new one would be valid: nothing was replaced
   *[suspended] the code of { $id } is suspended, and a new one would be valid: nothing was replaced
}
    .hint = { $status ->
        [invalid] Take the person to who sets statuses: status show --history has the reason. If they are to have a code all the same: --no-register.
       *[other] Lift it first, if it has ended: postern-issuer status set --status valid. If not, take the person to who sets statuses; status show --history has the reason.
    }
error-mint-folder-busy = another run writes to the folder { $path }
    .hint = Wait until it ends, or give --out another one.
error-mint-issuer-not-in-force = the pack recognises the issuer { $issuer } from { $from } to { $until }, not at { $at }
    .hint = Gates would refer these codes. The authority publishes a new pack.
error-mint-key-not-in-force = the pack recognises the key { $kid } from { $from } to { $until }, not at { $at }
    .hint = Gates would refuse these codes. Use the key of this time.
error-mint-key-not-listed = the newest pack lists the key { $kid } for no issuer
    .hint = Gates would not know these codes. The authority lists the key in a new pack first.
error-mint-key-of-other-role = the key { $kid } is listed as a { $role } key, not as a code key
error-mint-tag-key-needed = the people file has documents, and there is no key for document tags
    .hint = Give --tag-key FILE; or --no-tags if codes are not to be tied to documents.

error-ledger-busy = another program is using the ledger { $path }
    .hint = Wait until it ends. Two mints from one ledger follow each other.
error-ledger-capacity = the ledger { $path } has { $is } places, which cannot become { $wanted }
    .hint = Leave --capacity out.
error-ledger-damaged = the ledger { $path } is damaged
    .hint = Somebody has edited it, or parts of it were lost. Take the newest backup; codes that were minted since are in the files that came out.
error-ledger-not-there = there is no ledger { $path }
    .hint = Is the path right? An issuer has one ledger for good; for its first mint say --new-ledger.
error-ledger-database = the ledger { $path } cannot be used
error-ledger-newer-format = the ledger { $path } was made by a later version of this program
error-ledger-older-format = the ledger { $path } was made by an earlier version of this program
    .hint = The next mint, renew or replace brings it to the format of this version. Back it up before.
error-ledger-of-another-order = the ledger { $path } is not of one batch with the others
    .hint = Shards of one batch have the same number of shards and capacity, and their ledgers were made with the same code key. Otherwise two people may share a place in the status list.
error-ledger-of-another-shard = the ledger { $path } is that of shard { $is }, not { $wanted }
    .hint = Each shard has a ledger of its own, for all its batches. Give its --shard.
error-ledger-of-another-authority = the ledger { $path } belongs under another authority
    .hint = Its first root is another one than this repository's.
error-ledger-of-another-issuer = the ledger { $path } belongs to the issuer { $owner }
    .hint = Each issuer has a ledger of its own.
error-ledger-unsupported = the file system of { $path } keeps no write-ahead log
    .hint = Put the ledger on a local disk.
error-not-a-ledger = { $path } is not a ledger
