## status, column

cmd-status = 登记不再可用的健康码，并发布状态清单
    .about-long = 在登记册中记录哪些码无效、暂停或受限，以及由谁、何时、为何登记；经人签核后发布状态清单。每份清单一本登记册，只有清单中的位置，没有个人信息。验证点随下一份清单和快照得知变更。
cmd-status-set = 设置一人的健康码状态
    .about-long = 设置一人在用健康码的状态：未到期、未被代替且并非无效的码。无效即为终局。
    .register = 登记册
    .ledger = 签发方的台账，所有分片
    .by = 经办人；永久保存
    .new-register = 没有登记册时新建；须同时给出 --list 和 --issuer
    .list = 新登记册所属清单的名称
    .issuer = 台账所属的签发方
    .limit = 一次发布中最多可变差的码数，保存在新登记册中；不给出时为每 200 个码 1 个，至少 10 个
    .at = 以此时间作为变更时间，而非现在（RFC 3339 或 YYYY-MM-DD）
    .id = 按登记编号，不分大小写
    .index = 仅状态清单中此序号的码
    .document = 按证件：id、passport 或 other；国家，如 CN；号码。须读取每一个码。在此输入的号码会留在命令历史中
    .tag-key = 证件标签密钥，用于 --document
    .status = 状态：valid 有效；invalid 无效，永久撤销；suspended 暂停，验证点转人工；restricted 受限，持有人须留在原处，验证点拒绝
    .why = 原因；永久保存
    .danger-revalidate = 恢复无效的码
cmd-status-import = 从文件读入状态，或把已被代替的码设为无效
    .about-long = 从 CSV 文件读入状态，各列为 id 或 index、status（valid、invalid、suspended、restricted）和 why，全部接受或全不接受。读入过的文件，如有一处现状与其不符，会再次读入。加 --superseded 时改为读入 ledger export --which invalid 所列的码。
    .file = 文件；UTF-8 或 GB 18030
    .superseded = 把因遗失、被盗、损坏或内容变更而被代替的码全部设为无效
    .register = 登记册
    .ledger = 签发方的台账，所有分片
    .by = 经办人；永久保存
    .new-register = 没有登记册时新建；须同时给出 --list 和 --issuer
    .list = 新登记册所属清单的名称
    .issuer = 台账所属的签发方
    .limit = 一次发布中最多可变差的码数，保存在新登记册中；不给出时为每 200 个码 1 个，至少 10 个
    .at = 以此时间作为变更时间，而非现在（RFC 3339 或 YYYY-MM-DD）
    .skip-rejects = 有行被拒时仍接受其余各行
    .encoding = 文件的字符编码；auto 由文件判断
cmd-status-show = 显示各状态的码数，或某码的登记情况
    .about-long = 显示各状态的码数和尚未发布的变更；用 --id 或 --index 显示某码的状态，加 --history 显示由谁、何时、为何登记。
    .register = 登记册
    .ledger = 签发方的台账，用于 --id
    .id = 按登记编号：此人有过的全部健康码
    .index = 按状态清单中的序号
    .history = 最近的各次登记，或对该码的全部登记
cmd-status-publish = 签核状态清单并放入发布库
    .about-long = 把清单与已发布的对照显示，询问后签名，连同差异一起放入发布库。上次运行若中断，下次运行会补完。每天都要发布清单，即使没有变更：清单的新旧以其日期为准。
    .register = 登记册
    .repo = 发布库文件夹
    .key = 状态私钥
    .by = 签核人
    .at = 以此时间作为清单日期，而非现在（RFC 3339 或 YYYY-MM-DD）
    .yes = 不询问：用于每日任务
    .danger-over-limit = 变差的码数超过登记册上限时仍发布
    .danger-adopt = 从发布库中本登记册不知道的最新版本继续：用于登记册由较旧的副本恢复之后
cmd-column = 登记状态之外的信息并发布
    .about-long = 数据列为每个码保存一个供规则使用的小数值。第一列是 negative-test，即最近一次阴性检测的钟点。
cmd-column-import = 从文件读入检测
    .about-long = 从 CSV 文件读入检测，各列为 id 或 index、sampled（RFC 3339，或北京时间 YYYY-MM-DD HH:MM 或 YYYY-MM-DD），可有 result，全部接受或全不接受。每人保留最近一次阴性检测；阳性只计数，不登记。代替原码的新码沿用其检测。
    .file = 文件；UTF-8 或 GB 18030
    .register = 登记册
    .ledger = 签发方的台账，所有分片
    .by = 经办人；永久保存
    .new-register = 没有登记册时新建；须同时给出 --list 和 --issuer
    .list = 新登记册所属清单的名称
    .issuer = 台账所属的签发方
    .limit = 一次发布中最多可变差的码数，保存在新登记册中；不给出时为每 200 个码 1 个，至少 10 个
    .at = 以此时间作为读入时间，而非现在：检测不得比它晚 5 分钟以上（RFC 3339 或 YYYY-MM-DD）
    .column = 数据列
    .skip-rejects = 有行被拒时仍接受其余各行
    .encoding = 文件的字符编码；auto 由文件判断
cmd-column-set = 撤回错误的检测
    .about-long = 从一人有过的全部健康码撤回最近一次阴性检测，并记录由谁、何时、为何撤回。更早的检测不再保存：请重新读入最近一次正确的检测。
    .register = 登记册
    .ledger = 签发方的台账，所有分片
    .by = 经办人；永久保存
    .new-register = 没有登记册时新建；须同时给出 --list 和 --issuer
    .list = 新登记册所属清单的名称
    .issuer = 台账所属的签发方
    .limit = 一次发布中最多可变差的码数，保存在新登记册中；不给出时为每 200 个码 1 个，至少 10 个
    .at = 以此时间作为变更时间，而非现在（RFC 3339 或 YYYY-MM-DD）
    .id = 按登记编号，不分大小写
    .index = 按此人任一健康码的序号
    .clear = 撤回
    .why = 原因；永久保存
    .column = 数据列
cmd-column-publish = 签名数据列并放入发布库
    .register = 登记册
    .repo = 发布库文件夹
    .key = 状态私钥
    .by = 签核人
    .at = 以此时间作为数据列日期，而非现在（RFC 3339 或 YYYY-MM-DD）
    .danger-adopt = 从发布库中本登记册不知道的最新版本继续：用于登记册由较旧的副本恢复之后
    .column = 数据列

status-invalid = 无效
status-restricted = 受限
status-suspended = 暂停
status-valid = 有效

status-heading-at = 时间
status-heading-batch = 编次
status-heading-by = 经办人
status-heading-changed = 变更
status-heading-codes = 位置
status-heading-command = 命令
status-heading-file = 文件
status-heading-gets = 变为
status-heading-pending = 待发布
status-heading-rejected = 被拒
status-heading-status = 状态

status-label-codes = 码数
status-label-issuer = 签发方
status-label-limit = 上限
status-label-list = 清单
status-label-places = 位置
status-label-published = 已发布

status-adopted = 其中 { $count } 个将恢复有效，而登记册不知道的那一版并非如此。
status-already = { $file } 已读入过：第 { $batch } 次，{ $at }，经办人 { $by }，现状与其相符。没有变更。
status-code = 序号 { $index }：{ $status }
status-code-pending = 序号 { $index }：{ $status }；已发布的为{ $published }
status-column-unnamed = 注意：最新的信任包没有列出数据列 { $name }；列出后验证点才会取用。
status-examples = 变更的前 { $count } 个：
status-first = 第一份清单 { $list }：没有可对照的清单。
status-imported = 变更 { $changed } 个状态，{ $unchanged } 个不变；{ $rows } 行中拒绝 { $rejected } 行。
status-list-unnamed = 注意：最新的信任包没有列出清单 { $name }；列出后验证点才会取用。
status-more-rejects = 另有 { $count } 行被拒；--json 显示全部
status-never = 从未
status-next = 验证点随下一份清单得知：postern-issuer status publish。
status-published = 已发布清单第 { $version } 版（{ $issued }）：{ $bytes } 字节
status-published-already = 清单第 { $version } 版（{ $issued }）已经发布
status-published-delta = 已发布清单第 { $version } 版（{ $issued }）：{ $bytes } 字节，差异 { $delta } 字节
status-set = { $id }，序号 { $index }，{ $expires } 到期：{ $was } -> { $status }
status-set-index = 序号 { $index }：{ $was } -> { $status }
status-since = 清单 { $list } 将成为如下，对照 { $issued } 的第 { $version } 版：
status-unchanged = 序号 { $index }：已是{ $status }

column-cleared = 序号 { $index }：已撤回 { $was } 的检测
column-imported = 共 { $rows } 行：阴性 { $negative } 行，其中 { $newer } 行比已知的新；阳性 { $positive } 行，不登记；拒绝 { $rejected } 行。沿用原码检测的码：{ $carried } 个。有检测的码：{ $known } 个。
column-next = 验证点随下一份数据列得知：postern-issuer column publish。
column-published = 已发布数据列第 { $version } 版（{ $issued }）：有检测的码 { $known } 个，{ $bytes } 字节
column-published-already = 数据列第 { $version } 版（{ $issued }）已经发布
column-unchanged = 序号 { $index }：没有已知的检测

mint-left-out = 未更新的码：{ $count } 个，登记册中并非有效。

## Why a row is rejected

reject-id-unknown = 给出的台账中没有此编号
reject-index-invalid = 不是序号：0 至 4294967295 的数
reject-index-unknown = 给出的台账在此序号上没有码
reject-nothing-in-force = 此人没有在用的码：均已到期或被代替
reject-result-unknown = 不是检测结果：阴性或阳性
reject-sampled-in-future = 采样比读入时间晚 5 分钟以上
reject-sampled-invalid = 不是时间：RFC 3339，或北京时间 YYYY-MM-DD HH:MM 或 YYYY-MM-DD
reject-status-contradiction = 第 { $first } 行对同一码的说法不同
reject-status-final = 该码无效，已是终局
reject-status-unknown = 不是状态：有效、无效、暂停或受限
reject-why-invalid = 须写明原因：1 至 200 字节的可显示文字

## Errors

error-not-a-register = { $path } 不是状态登记册
    .hint = 请核对路径。登记册用 --new-register 新建。
error-register-busy = 另一程序正在写入登记册 { $path }
    .hint = 请待其结束后重新执行同一命令。
error-register-column-unknown = 登记册中没有数据列 { $column }
    .hint = 请先读入检测：postern-issuer column import。
error-register-damaged = 登记册 { $path } 中某数据列的第 { $part } 部分已损坏
    .hint = 请从备份取回最新的登记册，再重新读入其后的检测。
error-register-database = 无法使用登记册 { $path }
error-register-newer-format = 登记册 { $path } 由更新的程序建立
    .hint = 请在各处使用最新的程序。
error-register-not-there = 没有登记册 { $path }
    .hint = 请核对路径。首次使用：--new-register --list 清单 --issuer 签发方。
error-register-other = { $what ->
    [authority] 登记册 { $path } 属于另一主管机构：首个根为 { $is }，而非 { $wanted }
    [issuer] 登记册 { $path } 属于签发方 { $is }，而非 { $wanted }
    [ledgers] 登记册 { $path } 所属台账的位置不同：次序、位置数和分片为 { $is }，而非 { $wanted }
    [limit] 登记册 { $path } 的上限为 { $is }，不能改为 { $wanted }
    [pack-list] 登记册 { $path } 属于清单 { $is }，而信任包为此签发方列出的是 { $wanted }
   *[list] 登记册 { $path } 属于清单 { $is }，而非 { $wanted }
}
    .hint = 每份清单有自己的登记册，属于一个签发方及其台账：请核对路径。
error-register-unsupported = { $path } 所在的文件系统不支持预写日志
    .hint = 请把登记册放在本地磁盘上。
error-sheet-column-double = { $path } 有两个 { $column }（{ $chinese }）列
error-sheet-column-missing = { $path } 缺少 { $column }（{ $chinese }）列
    .hint = 各列见 docs/OPERATIONS.md。
error-sheet-column-unknown = 无法识别 { $path } 的第 { $position } 列：{ $name }
    .hint = 请从文件中删去：不需要的信息不应放在这里。
error-sheet-header-unreadable = 无法读取 { $path } 的表头
    .hint = 表头为一行，不超过 64 KiB，引号须成对。
error-sheet-whose = { $path } 须用一列说明每行属于谁：id（编号）或 index（序号）
error-status-final = 序号 { $index } 的码无效，已是终局
    .hint = 请为此人换发新码：postern-issuer replace --no-register。如系误设：--danger-revalidate。
error-status-in-the-way = { $path } 处已有另一文件
    .hint = 发布库的文件从不改变。请核对这是否为此登记册的发布库，并从副本恢复其文件。如果登记册由较旧的副本恢复，请先重新读入所缺的内容，再用 --danger-adopt。
error-status-index-unknown = 台账在序号 { $index } 上没有码
    .hint = 请给出签发方的全部台账。没有码的位置不能设状态：那会成为日后某人的状态。
error-status-list-too-long = { $places } 个位置超出状态清单的上限 134217728
error-status-nothing-in-force = { $id } 没有在用的码：均已到期或被代替
    .hint = 可用 postern-issuer ledger find 查看；用 --index 仍可设置其中一个。
error-status-over-limit = 将有 { $codes } 个码变差{ $again ->
    [0] {""}
   *[other] 或恢复有效（{ $again } 个，而所继续的清单并非如此）
}，超过上限 { $limit }：没有发布
    .hint = 请核对读入的内容：postern-issuer status show --history。确认无误时用 --danger-over-limit。
error-status-rejected = { $rows } 行中拒绝 { $rejected } 行：文件内容全未接受
    .hint = 请改正后重新读入；或用 --skip-rejects 接受其余各行。
error-status-replaced = { $path } 不是此登记册发布的清单
    .hint = 请核对这是否为此登记册的发布库，并从副本恢复其文件。
error-status-shard-twice = { $path } 是分片 { $shard } 的第二本台账
    .hint = 每个分片给出一次，不要给出副本。
