## ledger

cmd-ledger = Look into ledgers: what they hold, whose a code is, lists for other jobs
    .about-long = Looks into ledgers: what they hold, whose a code is, lists for other jobs. Ledgers are only read, also while a mint writes to them. A city that mints in shards has a ledger for each: every command takes all of them.
cmd-ledger-show = Show whose a ledger is, how full, its keys and its newest runs
    .ledgers = Ledgers
cmd-ledger-find = Find a person and show all their codes, the oldest first
    .about-long = Finds a person and shows all their codes, the oldest first: when each was issued and expires, whether another came in its place, and what it says. The names and facts of people appear on the screen: ask only what you need.
    .ledgers = Ledgers; all of them are looked into
    .id = By the registration number, in capital or small letters
    .index = By the index in the status list of one of their codes
    .name = By a part of the name, in capital or small letters; every code is read
    .document = By a document: id, passport or other; the country as CN; the number. Every code is read. A number typed here stays in the history of the shell
    .tag-key = The key of document tags, for --document; its epoch must be that of the codes
    .at = Tell what has expired by this time instead of now (RFC 3339 or YYYY-MM-DD)
    .text = Show the text of each code too: who has it has the code
    .all = Show all people that match, not only the first 100
cmd-ledger-export = Write codes of ledgers as a list
    .about-long = Writes codes of the ledgers of one issuer as a list, by ledgers and in the order in which they were minted. Columns: id, index, issued, expires, minted, kid, replaced_by (the index of the code that came in its place), reason, replaced_at; with --text also text.
    .ledgers = Ledgers of one issuer
    .out = The file to make, readable by its owner alone; - is standard output
    .which = Which codes: all; current, those that nothing came in the place of; invalid, those to be set invalid in the status list; expiring, current ones that expire at --expiring-by at the latest
    .expiring-by = The time for --which expiring (RFC 3339 or YYYY-MM-DD)
    .format = CSV, or JSON Lines: an object a line
    .text = Add the text of each code: who has the list has the codes

ledger-label-birth = born
ledger-label-capacity = places
ledger-label-codes = codes
ledger-label-expires = expires
ledger-label-free = free
ledger-label-id = id
ledger-label-index = index
ledger-label-issued = issued
ledger-label-issuer = issuer
ledger-label-key = key
ledger-label-ledger = ledger
ledger-label-minted = minted
ledger-label-name = name
ledger-label-recovery = first positive test
ledger-label-replaced = replaced
ledger-label-root = root 1
ledger-label-shard = shard
ledger-label-state = state
ledger-label-test = test
ledger-label-vaccination = vaccination

ledger-heading-begun = begun
ledger-heading-command = command
ledger-heading-ended = ended
ledger-heading-minted = minted
ledger-heading-rejected = rejected
ledger-heading-run = run
ledger-heading-since = first used

ledger-run-interrupted = interrupted
ledger-run-open = interrupted, or going on

ledger-state-current = current
ledger-state-expired = expired
ledger-state-replaced = { $reason ->
    [changed] replaced: the data changed
    [damaged] replaced: damaged
    [lost] replaced: lost
    [renewed] renewed; holds until it expires
   *[stolen] replaced: stolen
}; by index { $index } at { $at }
ledger-code-damaged = the ledger's copy of the code cannot be read
ledger-test = { $kind ->
    [antigen] antigen
   *[nucleic-acid] nucleic acid
}, { $result ->
    [detected] DETECTED
   *[not-detected] not detected
}, sampled { $sampled }
ledger-vaccination = { $product }, dose { $dose } of { $doses }, { $date }

ledger-reading-all = Reading all { $codes } codes of { $path }.
ledger-damaged = Codes whose copy in the ledger cannot be read, and that were passed over: { $codes }.
ledger-more = Shown are { $people } people. Codes of others that match: { $codes }; --all shows them too.
ledger-exported = { $codes ->
    [one] { $codes } code
   *[other] { $codes } codes
} written to { $path }.
ledger-shards-missing = Not the whole batch: the ledgers of { $missing } of { $of } shards are missing.

error-ledger-nothing-found = { $ledgers ->
    [one] nothing was found in the ledger
   *[other] nothing was found in any of the { $ledgers } ledgers
}
    .hint = Check how it is written. Each shard, and each issuer, has a ledger of its own: look into the others too.
error-ledger-document = { $part ->
    [country] the document's country is not two letters, as CN
    [kind] the document's kind is not id, passport or other
   *[number] the document's number is not 1 to 32 letters and digits
}
    .hint = Give all three: --document id CN NUMBER.
error-ledger-expiring-by = --expiring-by goes with --which expiring alone
