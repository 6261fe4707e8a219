## 卡片及其字体

error-card-bad-name = 卡片 { $card } 的姓名为空或超过 96 字节
error-card-bad-serial = 卡片上的编号不是 1 至 64 个 A-Z a-z 0-9 . _ -
error-card-sheet-full = 卡片页已满
error-card-none = 卡片页没有卡片
error-card-no-room = { $part } 以最小字号也放不进卡片（{ $card }）
    .hint = 请在信任包中缩短签发方名称，或从 --format 中去掉 pdf。
error-card-symbol-too-dense = 卡片 { $card } 的二维码过密，印在卡片上无法识读
error-card-missing-glyph = 字体 { $font } 中没有 { $character } 的字形
    .hint = 请用 --font 指定其他字体。
error-card-needs-shaping = 卡片上无法绘制 { $character }
error-font-broken = { $path } 不是字体，或已损坏
error-font-lacks = 字体 { $path } 中没有 { $character } 的字形
    .hint = 请用 --font 指定其他字体。
error-font-licence = 字体 { $path } 的制作者禁止嵌入
    .hint = 请用 --font 指定其他字体。
error-font-no-outlines = 字体 { $path } 没有可嵌入的轮廓
    .hint = 请用 --font 指定其他字体。
error-font-not-found = 系统中没有含有卡片所需字符的字体（最接近的及其首个缺字：{ $nearest }）
    .hint = 请安装字体，如文泉驿微米黑或 Noto Sans CJK，或用 --font 指定。
error-font-read = 无法读取字体 { $path }
error-font-too-large = 字体 { $path } 超过 64 MiB
error-font-variable = { $path } 是可变字体
    .hint = 请用 --font 指定同族的静态字体。
