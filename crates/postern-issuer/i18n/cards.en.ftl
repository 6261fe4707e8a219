## Cards and their fonts

error-card-bad-name = the name of card { $card } is empty or longer than 96 bytes
error-card-bad-serial = a number on a card is not 1 to 64 of A-Z a-z 0-9 . _ -
error-card-sheet-full = a sheet has no room for more cards
error-card-none = a sheet has no cards
error-card-no-room = { $part } does not fit the card ({ $card }) in the smallest size
    .hint = Give the issuer a shorter name in the pack, or leave pdf out of --format.
error-card-symbol-too-dense = the symbol of card { $card } is too dense to be read on a card
error-card-missing-glyph = the font { $font } has no glyph for { $character }
    .hint = Give another with --font.
error-card-needs-shaping = { $character } cannot be drawn on cards
error-font-broken = { $path } is no font, or it is damaged
error-font-lacks = the font { $path } has no glyph for { $character }
    .hint = Give another with --font.
error-font-licence = the makers of the font { $path } forbid to embed it
    .hint = Give another with --font.
error-font-no-outlines = the font { $path } has no outlines that can be embedded
    .hint = Give another with --font.
error-font-not-found = no font of this system has the characters that cards need (nearest, with the first that it lacks: { $nearest })
    .hint = Install one, such as WenQuanYi Micro Hei or Noto Sans CJK, or give one with --font.
error-font-read = cannot read the font { $path }
error-font-too-large = the font { $path } is larger than 64 MiB
error-font-variable = { $path } is a variable font
    .hint = Give a static one of the family with --font.
