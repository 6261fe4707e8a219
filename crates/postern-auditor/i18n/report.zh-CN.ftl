# postern-auditor 简体中文：query、export、recheck、report 及其页面。各语言的标识相同，由测试核对。

## 帮助

cmd-query = 在档案中查找事件，或证明某个事件在其验证点的日志中
    .gate = 仅此验证点
    .from = 仅此时间起（RFC 3339 或 YYYY-MM-DD）
    .until = 仅此时间之前（RFC 3339 或 YYYY-MM-DD）
    .kind = 仅此种类
    .outcome = 仅此结果
    .grade = 仅依据此等级数据判定的
    .person = 仅此证件标签（含期号）：18 位十六进制数
    .code = 仅此摘要的码：32 位十六进制数
    .code-text = 仅此码，按读出的样子给出：PC1:...
    .operator = 仅此操作员决定或录入的
    .issuer = 仅此签发方的码
    .flag = 仅带此标记的，可给多个，有其一即可
    .limit = 最多这么多事件
    .prove = 证明此序号的事件在 --gate 的日志中，直到其最新检查点
    .after-help = 证明是按 RFC 6962 从叶子到验证点所签的根的一串哈希：有验证点公钥的人无需本档案即可核对。
cmd-export = 写出事件及其叶子所含的全部内容，供其他程序使用
    .gate = 仅此验证点
    .from = 仅此时间起（RFC 3339 或 YYYY-MM-DD）
    .until = 仅此时间之前（RFC 3339 或 YYYY-MM-DD）
    .kind = 仅此种类
    .outcome = 仅此结果
    .grade = 仅依据此等级数据判定的
    .person = 仅此证件标签（含期号）：18 位十六进制数
    .code = 仅此摘要的码：32 位十六进制数
    .code-text = 仅此码，按读出的样子给出：PC1:...
    .operator = 仅此操作员决定或录入的
    .issuer = 仅此签发方的码
    .flag = 仅带此标记的，可给多个，有其一即可
    .format = 文件的格式
    .out = 要写的文件，- 为标准输出；不会覆盖同名文件
    .after-help = 在 CSV 中，电子表格会当作公式的文字前面加一个撇号。
cmd-recheck = 按今天的信任与状态重新判定过去的放行
    .repository = 今天的仓库：文件夹、http(s):// 或 s3://
    .gate = 仅此验证点
    .from = 仅此时间起（RFC 3339 或 YYYY-MM-DD）
    .until = 仅此时间之前（RFC 3339 或 YYYY-MM-DD）
    .after-help = 每次放行按其当时的时间，用仓库今天的签发方、密钥和状态来判定；不再套用规则。没有写明可凭哪个密钥和状态序号重判的放行只作计数。
cmd-report = 说出发现了什么，并写出一页报告和一个证据文件夹
    .from = 从此时间起（RFC 3339 或 YYYY-MM-DD）；不给则从第一个事件起
    .until = 到此时间为止（RFC 3339 或 YYYY-MM-DD）；不给则到现在
    .out = 要写的页面：一个双语 HTML 文件，不加载任何东西
    .evidence = 为证据新建的文件夹：检查点、证明、回执、分叉
    .repository = 用今天的这个仓库重新判定放行，见 recheck
    .max-speed = 两个验证点之间无人能超过的时速（公里）
    .silent-hours = 这么多小时没有事件或联系即为静默；不给则为其惯常间隔的八倍

## 发现：标题、一句话、该怎么办

finding-fork-cloned = 验证点被复制
    .text = { $gate }：从第 { $at } 行起，同一时间写了两份日志，都用它的密钥签名（分叉 { $fork }，{ $seen } 发现）
    .advice = 验证点的密钥和存储在两个地方。停用该验证点，保留两台设备，在登记册中注销其密钥，并制作下一期的标签密钥。
finding-fork-restored = 验证点被恢复到旧副本
    .text = { $gate }：日志在第 { $at } 行被截断，并从那里续写（分叉 { $fork }，{ $seen } 发现）
    .advice = 档案中有的行已不在验证点上。查明是谁、何时恢复了存储：可能是备份，也可能是有人想抹掉一些行。
finding-fork = 验证点有两份日志
    .text = { $gate }：两份互相矛盾的日志，都用它的密钥签名（分叉 { $fork }，{ $seen } 发现）
    .advice = 在证据文件夹中查看两份。查明之前，把该验证点的密钥当作已被盗。
finding-bundle-inconsistent = 日志包与验证点所签不符
    .text = 验证点 { $gate }：{ $files } 个文件，例如 { $name }，最近于 { $seen }
    .advice = 验证点的程序只签其叶子所成的根。另有他物持有该密钥，或其程序被改动。
finding-demo-trust = 依据演示密钥判定
    .text = { $gates } 个验证点的 { $events } 个事件，其中放行 { $admitted } 个；最多的是 { $gate }（{ $most }），从 { $from } 到 { $until }
    .advice = 任何人都能制作这种验证点会放行的码。这些放行什么也证明不了：请用主管部门的根重新设置验证点。
finding-missing-rows = 有行未到
    .text = { $gate }：第 { $from } 到 { $to } 行（{ $rows } 行）；后面的行自 { $seen } 起在等
    .advice = 催要缺少的 U 盘或上传。验证点上仍有这些行，因为它还没有收到它们的回执。
finding-bundle-damaged = 损坏的文件
    .text = { $whose ->
        [claimed] 自称属于 { $gate }
       *[unknown] 看不出属于哪个验证点
    }：{ $files } 个文件，例如 { $name }，最近于 { $seen }
    .advice = 多半是 U 盘损坏或上传中断：请重新发送。这种文件没有有效签名说明属于谁：任何人都能在其中写上某个验证点。
finding-bundle-later-format = 格式较新的日志包
    .text = 验证点 { $gate }：{ $files } 个文件，例如 { $name }，最近于 { $seen }
    .advice = 验证点的程序比本程序新。请升级 postern-auditor 后重新收取这些文件；在此之前什么也不会丢失。
finding-bundle-unknown-gate = 未知验证点的文件
    .text = { $files } 个文件，例如 { $name }，最近于 { $seen }
    .advice = 如果是你们的验证点，请登记；否则是有人在往你们的投递箱里写。
finding-impossible-travel = 快得没有人能做到
    .text = { $what ->
        [person] 人员
       *[code] 码
    } { $who }：{ $time } 在 { $gate }，{ $took } 后又在 { $km } 公里外的 { $to }（时速 { $speed } 公里）；这样的情形共 { $jumps } 次
    .advice = 有几个人在用同一个码的副本。撤销并换发，并让出现过它的验证点核对证件。
finding-overrides-unusual = 远比他人更常改变验证点的决定
    .text = { $gate } 的 { $operator }：验证点未放行的 { $of } 个中放行了 { $count } 个（{ $share }）；换作他人约为 { $expected } 个
    .advice = 看看所给的理由和班次：可能是规则出错，也可能是人情。
finding-manual-unusual = 远比他人更常手工录入
    .text = { $gate } 的 { $operator }：{ $of } 次中手工录入 { $count } 次（{ $share }）；换作他人约为 { $expected } 次
    .advice = 多半是扫码器读不出。如果读得出，问问为何绕过它。
finding-refusals-high = 拒绝得远比其他验证点多
    .text = { $gate }：{ $scans } 次中拒绝 { $refused } 次（{ $share }）；在其他验证点约为 { $expected } 次
    .advice = 看看理由：可能是此验证点独有的时钟、摄像头或规则问题，也可能是这里有伪造的码。
finding-refusals-low = 拒绝得远比其他验证点少
    .text = { $gate }：{ $scans } 次中拒绝 { $refused } 次（{ $share }）；在其他验证点约为 { $expected } 次
    .advice = 看看是否有人不扫码就通过，或者只给它扫好的码。
finding-silent-gate = 比平时更久没有事件
    .text = { $gate }：从 { $from } 到 { $until } 共 { $silence }；{ $allowed } 之内不算异常
    .advice = 查明验证点当时是关闭、故障，还是被绕过。
finding-no-contact = 比平时更久没有送来日志
    .text = { $gate }：自 { $from } 起 { $silence }；{ $allowed } 之内不算异常
    .advice = 用 U 盘取回其日志。在此之前，那里发生了什么只有验证点知道。
finding-clock-suspect = 时钟不可信
    .text = { $gate }：{ $events } 个事件，从 { $from } 到 { $until }
    .advice = 验证点改用了有签名的最新时间来判定。请校准时钟；也可能是电池没电了。
finding-clock-ahead = 尚未到来的时段
    .text = { $gate }：按验证点的时钟，{ $events } 个事件在 { $from } 到 { $until }
    .advice = 按审计处的时钟还没有这么晚：查明两者中哪个不对。在此之前，这些事件计入总数，但不画入时间图，也不结束静默。
finding-data-too-old = 依据超出最后期限的数据判定
    .text = { $gates } 个验证点的 { $events } 个事件，其中放行 { $admitted } 个，数据最旧 { $days } 天；最多的是 { $gate }（{ $most }），从 { $from } 到 { $until }
    .advice = 这样的验证点不单独做决定。请送去更新。
finding-another-time = 按他人选定的时间判定
    .text = { $gates } 个验证点的 { $events } 个事件，其中放行 { $admitted } 个；最多的是 { $gate }（{ $most }），从 { $from } 到 { $until }
    .advice = 那是用来查看过去的，不该用在验证点上。问问是谁做的。
finding-bundle-not-for-us = 加密给他人的文件
    .text = 验证点 { $gate }：{ $files } 个文件，例如 { $name }，最近于 { $seen }
    .advice = 验证点的信任包没有列入本审计处，或者后来才列入。请确认已列入。
finding-bundle-too-old = 档案已删去其各行的日志包
    .text = 验证点 { $gate }：{ $files } 个文件，例如 { $name }，最近于 { $seen }
    .advice = 已无法比对。请用仍有这些行的档案或备份来比对。
finding-stale-data = 依据过时数据判定
    .text = { $gates } 个验证点的 { $events } 个事件，其中放行 { $admitted } 个，数据最旧 { $days } 天；最多的是 { $gate }（{ $most }），从 { $from } 到 { $until }
    .advice = 验证点就是这样度过中断的。重新判定会说明较新的数据会改变什么。
finding-emergency = 在紧急声明下判定
    .text = { $gates } 个验证点的 { $events } 个事件，其中放行 { $admitted } 个，数据最旧 { $days } 天；最多的是 { $gate }（{ $most }），从 { $from } 到 { $until }
    .advice = 把时间与声明对照；声明结束后，重新判定这些放行。

## 词语

severity-grave = ▲ 严重
severity-warning = ● 警告
severity-notice = ○ 提示
outcome-admit = 放行
outcome-refer = 转人工
outcome-refuse = 拒绝
grade-fresh = 新
grade-aging = 渐旧
grade-stale = 过时
grade-refuse = 太旧
kind-code = 码
kind-document = 证件
kind-manual = 手工
kind-override = 改判
why-status-invalid = 签发方已撤销该码
why-key-withdrawn = 签名的密钥已不在信任包中
why-key-out-of-validity = 签发时间不在其密钥的有效期内
why-status-restricted = 签发方已限制此人
why-issuer-withdrawn = 信任包中已没有该签发方
why-issuer-not-in-force = 当时该签发方未被承认
why-status-suspended = 签发方已暂停该码
why-status-unknown = 签发方的状态列表没有到它

## 命令的输出

query-gate = 验证点
query-seq = 行
query-time = 时间
query-kind = 种类
query-outcome = 结果
query-reasons = 理由
query-issuer = 签发方
query-grade = 数据
query-operator = 操作员
query-flags = 标记
query-code = 码
query-count = { $events } 个事件
query-more = { $events } 个事件；还有更多：见 --limit，或用 --json 取全部
query-proven = { $gate } 的第 { $seq } 行在该验证点所签的日志中。
    { "  " }验证点的密钥  { $key }
    { "  " }叶子        { $leaf }
    其检查点，以及从叶子到其根的哈希：
export-done = 已写出 { $events } 个事件到 { $path }
recheck-gate = 验证点
recheck-seq = 行
recheck-time = 放行时间
recheck-issuer = 签发方
recheck-code = 码
recheck-admitted-by = 由谁
recheck-the-gate = 验证点
recheck-now = 现在
recheck-why = 原因
recheck-more = 还有 { $more } 个：用 --json 取全部
recheck-summary = 按 { $issued } 的快照 { $snapshot }（信任包 { $pack }）重新判定 { $checked } 次放行：{ $refused } 次会被拒绝，{ $referred } 次会转人工，涉及 { $gates } 个验证点；{ $not_checkable } 次无法重新判定

evidence-good = 证据完好：{ $files } 个文件；{ $gates } 个验证点的 { $checkpoints } 个检查点，{ $proofs } 个证明，{ $receipts } 个回执，{ $forks } 个分叉
evidence-bad = 有 { $wrong } 处不对；已查看：{ $files } 个文件；{ $gates } 个验证点的 { $checkpoints } 个检查点，{ $proofs } 个证明，{ $receipts } 个回执，{ $forks } 个分叉
evidence-not-pinned = 没有与报告中的清单核对：请用 --manifest 给出报告上的摘要。
evidence-checkpoint-forged = 检查点不是其验证点所签，或大小不符
evidence-file-changed = 文件被改动
evidence-file-extra = 清单中没有这个文件
evidence-fork-bundle-forged = 日志包不是其验证点所签
evidence-fork-unproven = 两份检查点说的是同一件事
evidence-manifest-changed = 不是报告中的那份清单
evidence-file-missing = 文件不在
evidence-file-not-regular = 此处应为文件，实为链接、管道、设备或文件夹
    .hint = 证据文件夹中只有普通文件。其他一概没有打开；请对方把文件夹按文件复制后重新给出。
evidence-proof-bad = 未能证明各检查点属于同一份日志
evidence-receipt-bad = 回执不是验证点和审计处所签，或属于另一份日志
evidence-file-too-large = 大于报告的任何文件（256 MiB）
    .hint = 报告不会写出这样大的文件，因此没有读取；请向给出文件夹的人询问其来源。
evidence-folder-too-large = 超过任何报告所写：262144 个文件，或共 64 GiB
    .hint = 报告不会写出这么多，因此没有读取。请给出报告自身的文件夹，其中不要放其他东西。
evidence-file-unreadable = 文件读不成应有的样子

## 页面

report-title = 验证点：审计处报告
report-language = 简体中文
report-span = 从 { $from } 到 { $until }，时间均为 UTC。制作于 { $made }（审计处的时钟）。
report-demo = 有验证点依据公开的演示密钥判定：它们的放行什么也证明不了。
report-card-gates = 验证点
report-card-events = 事件
report-card-admitted = 放行
report-card-referred = 转人工
report-card-refused = 拒绝
report-card-overrides = 改判
report-card-manual = 手工录入
report-card-findings = 发现
report-time = 起始
report-times = 各时段的扫码与结果
report-times-caption = 判定过的码和证件，每 { $hours } 小时一柱（UTC）
report-times-undated = 图中不含 { $events } 次扫码：其时间不可信，或在本报告的时段之外。
report-contacts = 各验证点的最近联系
report-contacts-caption = 距最近一次送来日志的时间，按审计处的时钟；不含已注销的验证点
report-contact-between = { $from } 到 { $to } 小时
report-contact-over = { $from } 小时以上
report-contact-never = 从未
report-ages = 判定时数据的新旧
report-ages-caption = 判定过的码和证件，按所依据数据的新旧
report-age-day = { $from ->
    [0] 不到一天
   *[other] { $from } 天
}
report-age-between = { $from } 到 { $to } 天
report-age-over = { $from } 天以上
report-as-table = 数字
report-findings = 发现
report-findings-caption = 各类发现，最严重的在前
report-findings-none = 没有发现什么。
report-more = 另有 { $more } 项
report-not-listed = 另有 { $more } 项只计数，未列出。
report-severity = 程度
report-finding = 发现
report-what = 内容
report-again = 按今天的信任重新判定
report-again-text = 按今天的签发方、密钥和状态重新判定了 { $checked } 次放行：{ $refused } 次会被拒绝，{ $referred } 次会转人工，涉及 { $gates } 个验证点。{ $not_checkable } 次没有写明可凭什么重判。
report-again-gate = 验证点
report-again-seq = 行
report-again-time = 放行时间
report-again-issuer = 签发方
report-again-by = 由谁
report-again-now = 现在
report-again-why = 原因
report-operators = 人工所做的
report-operators-none = 没有人改变验证点的决定，也没有人手工录入。
report-operators-text = 份额是指操作员当班时验证点未放行的之中，由人放行的。
report-operators-more = 此外，{ $gates ->
    [1] { $gate } 的
   *[other] { $gates } 个验证点（最多的是 { $gate }）的
} { $entries } 次人工录入出自该验证点前 { $most } 名之外的操作员，未予区分。
report-operators-gate = 验证点
report-operators-operator = 操作员
report-operators-overrides = 改判
report-operators-admitted = 改为放行
report-operators-of = 验证点未放行
report-operators-share = 份额
report-operators-manual = 手工录入
report-gates = 验证点
report-gates-text = 每份日志有多少在档案中、已向验证点确认到哪里，以及其根的开头。
report-gates-gate = 验证点
report-gates-rows = 行数
report-gates-receipt = 回执
report-gates-last-event = 最近事件
report-gates-last-contact = 最近联系
report-gates-scans = 扫码
report-gates-refused = 拒绝
report-gates-root = 根
report-gates-retired = { $since } 注销
report-evidence = 证据
report-evidence-none = 本报告没有同时写出证据文件夹：见 --evidence。
report-evidence-text = 文件夹中是各验证点所签的，以及证明它们属于一体的。下面的命令不用网络、不用档案即可再次核对；任何文件的任何改动都会被发现：
report-method = 如何发现
report-method-logs = 每个验证点对其日志的默克尔树（RFC 6962）的根签名。档案中只有能成为这样的根的内容；同一验证点的两个互相矛盾的根即为分叉，两份都保留。
report-method-shares = 拒绝与同一时段所有其他验证点相比，操作员所做的与所有其他操作员当班时所做的相比：用 Anscombe 的二项计数尺度（Biometrika 35，1948），在十个以上时按它们之间的差异放宽（Spiegelhalter，Statistics in Medicine 24，2005），并对全部一起用 Bonferroni 界。共有三项比较，在该尺度成立的前提下，每项设定为一百份报告中至多一份偶然点名。点名是去查看的理由，不是证明。
report-method-travel = 距离是登记册中位置之间的大圆距离，每个验证点减去 300 米，并为时钟差异留五分钟。比较的是化名，不是人：日志中没有任何人的姓名。
report-method-silence = 验证点的间隔中二十个有十九个不超过某值；超过该值八倍即为静默。所知不到三天的验证点，一天即为静默。时钟不可信时所记的，以及尚未到来的时段，都不算。
report-footer = 由 postern-auditor 制作。本页不加载、也不运行任何东西。
report-summary = { $gates } 个验证点的 { $events } 个事件：{ $findings ->
    [0] 没有发现什么
   *[other] { $findings } 项发现
}
report-written = 报告在 { $path }
report-check = 再次核对证据：{ $command }

## 错误

error-not-proven = { $gate } 的第 { $seq } 行无法证明：其最新检查点没有到它，或档案与之矛盾
    .hint = postern-auditor verify 会说明是哪一种。
