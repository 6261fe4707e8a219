# 验证点程序。结果与原因的文字同时列在 docs/VERDICTS.md，由测试保证一致。

## 帮助

cmd = 验证点：不联网核验健康码
    .about-long = 验证点：不联网核验健康码。不打开任何网络连接，不查询任何域名；每个结果先写入日志，再显示。
    .at = 按指定时间而不是本机时钟判断，可以是过去的时间；日志会注明
    .reader-budget = 识别一张图片最多搜索多少毫秒
    .store = 验证点的数据文件夹
cmd-check = 核验图片、文本或标准输入中的健康码
    .inputs = PNG 或 JPEG 图片、图片文件夹、健康码文本，或 -（从标准输入读取，每行一个文本）
    .after-help = 退出状态：0 全部放行；10 至少一个被拒绝；11 无拒绝但至少一个转人工；12 什么都没能读出；1 运行出错（不再显示结果）；2 用法错误。
cmd-config = 入口的配置
cmd-config-check = 检查配置是否正确，指出错误
    .file = 配置文件
    .after-help = 退出状态：0 正确，1 有误。
cmd-config-show = 打印生效的配置，包括默认值
    .config = 用此文件代替存储中的 gate.toml
cmd-enrol = 重新写出验证点的登记申请文件
    .enrolment = 写到此处，而不写入数据文件夹
    .after-help = 请将该文件交给主管机构：主管机构据此将验证点记入登记簿，此后向它封发标签密钥。
cmd-init = 用您确认过的根文件建立验证点数据
    .enrolment = 将登记申请文件写到此处，而不写入数据文件夹
    .fingerprint = 根文件指纹，全部 64 位，来自纸面或专人告知；不提供时在终端上询问
    .name = 验证点在日志中的名称：可打印 ASCII 字符，不含空格和 +
    .place = 验证点的位置，用您自己的话说明
    .root = 根文件
    .after-help = 未设口令时，验证点密钥以明文保存，仅当前用户可读，以便断电后自动启动。
cmd-log = 验证点日志
cmd-log-export = 把审计方尚无回执的部分写成文件，供 U 盘携带
    .out = 已有的目录（将成为投递箱），或新文件
    .after-help = 文件加密给信任包所列的审计方。sync 做同样的事，并取回回执。
cmd-log-prune = 删除所有审计方均已收到、且已过保存期的部分
    .dry-run = 只说明有多少，不删除
    .retention = 至少保存这么多秒；不能短于信任包的规定
    .after-help = 请先结束 scan：日志只有一个写入者。树保持不变；文件不会变小，空间会再次使用。
cmd-log-show = 显示记录
    .from = 从这条记录起
    .kind = 只显示这一类记录
    .last = 最后多少条；未给 --from 时为 20
    .outcome = 只显示这一结果的记录
cmd-log-verify = 重新读取整个日志，说明有何问题
    .after-help = 退出状态：0 没有问题；1 有问题，或日志不能读取。未封存的尾部和缺少的封存不是问题：断电和带口令的密钥会造成这种情况。
cmd-read = 输出图片中所有码的文本，不作核验
    .pictures = PNG 或 JPEG 图片，或图片文件夹
    .after-help = 退出状态：0 至少读出一个码；12 一个也没有。
cmd-scan = 在入口值守：判断扫码器、摄像头和证件阅读器送来的内容
    .config = 用此文件代替存储中的 gate.toml
    .operator = 本班的值班员
    .source = stdin、serial:路径、keyboard:路径或名称、folder:路径、frames 或 camera:路径，可带选项如 ,baud=9600；可多次给出
    .view = 全屏，或逐行文本
    .after-help = 按键、命令、来源和配置见 docs/ENTRANCE.md。其他进程的更新从下一个码起生效。
cmd-scanner = 扫码器的设置
cmd-scanner-calibrate = 查明扫码器对码做了什么，并保存修正方法
    .config = 用此文件代替存储中的 gate.toml
    .dry-run = 只说明问题，不保存
    .picture = 同时把测试符号写入此 PNG 文件
    .source = 扫码器
    .wait = 等待扫码器的秒数
    .after-help = 退出状态：0 扫码器正确或已修正；12 无法修正，或没有收到内容。
cmd-status = 显示验证点持有的数据、数据有多旧、现在会如何处理
    .at = 查询这一时间而不是现在
cmd-sync = 把日志送到审计方的投递箱，并取回回执
    .again = 已在投递箱的也重新发送：用于新增审计方之后，或投递箱中的文件已损坏时
    .every = 与 --watch 合用：一切正常时，间隔多少秒再访问投递箱
    .receipts-only = 只取回执，不发送
    .to = 已有的目录、接受 PUT 的 http:// 或 https:// 地址，或 s3://存储桶/前缀；给出多个时，一个成功即可
    .watch = 持续进行：每隔一段时间一次；目录一出现立即进行
    .after-help = 只发送投递箱所缺的部分，并加密给信任包所列的审计方。同时运行的 scan 不会因此等待。退出状态：回执表明日志被退回或重做时也为 1。
cmd-update = 从发布库或更新包取得新的信任数据，介质不限
    .from = 发布库目录，http://、https:// 或 s3:// 地址，更新包文件，或放有更新包、挂载 U 盘的目录；给出多个时，一个成功即可
    .watch = 持续查看：服务器隔一段时间，目录每秒一次；有新内容立即安装
    .every = 与 --watch 合用：一切正常时，间隔多少秒再访问服务器
    .after-help = 要么全部采用，要么完全不采用：更新失败后，验证点保持原样。除 sync 外，只有本命令使用网络，而且仅当 --from 指向服务器时。

## 结果

outcome-admit = 放行
    .todo = 请核对身份证件上的姓名和出生日期。
outcome-fault = 故障
outcome-refer = 转人工
outcome-refuse = 拒绝

## 原因；属性是工作人员下一步怎么做。

reason-bad-signature = 签名不是签发方的：此码系伪造或被改动。
    .todo = 不予放行。请出示原码重新扫描；再次失败请上报。
reason-data-too-old = 本验证点数据过旧，不能自行判断。
    .todo = 请人工核对证件和健康码，并安排更新数据。
reason-document-mismatch = 此证件不是此码绑定的证件。
    .todo = 请出示领码时所用的证件。没有则不凭此码放行，转交负责人。
reason-document-not-bound = 此码没有绑定本验证点可以比对的证件。
    .todo = 请人工核对证件上的姓名和出生日期。
reason-expired = 此码已过有效期。
    .todo = 不予放行。请出示新码，或到签发方换领。
reason-foreign-code = 其他系统的健康码，本验证点不能判断。
    .todo = 转交负责人，可另行查验其他证明。
reason-issued-in-future = 此码的签发时间晚于现在。
    .todo = 先与其他时钟核对本机时间，再转交负责人。
reason-issuer-not-in-force = 签发方在此时间不被认可。
    .todo = 转交负责人；更新信任包后可能可以识别。
reason-key-out-of-validity = 此码的签发时间不在签名密钥的有效期内。
    .todo = 不予放行。请出示新码。
reason-malformed-code = 开头像健康码，内容却不是。
    .todo = 不予放行。请重新扫描；仍然如此请换领新码。
reason-no-trust-data = 本验证点从未更新过数据。
    .todo = 请为本验证点更新数据；在此之前人工核验。
reason-not-a-code = 这不是健康码。
    .todo = 不能凭此放行。请出示健康码。
reason-not-deterministic = 此码在签发后被改写过。
    .todo = 不予放行。请出示原码。
reason-rule-failed = 凭码中的内容无法判断某项规则。
    .todo = 请人工查验此人持有的证明。
reason-rule-not-met = 不符合一项通行规则。
    .todo = 不予放行。请告知是哪一项规则。
reason-rule-refers = 规则规定由人工处理。
    .todo = 转交负责人。
reason-seen-here = 此码或此人的另一个码不久前已在此放行。
    .todo = 请询问此码属于何人，并核对身份证件上的姓名和出生日期。有疑问转交负责人。
reason-status-invalid = 签发方已撤销此码。
    .todo = 不予放行。请到签发方处理。
reason-status-restricted = 签发方已对此人设限：红码。
    .todo = 不予放行。保持距离，并报告负责人。
reason-status-stale = 签发方的状态数据过旧，不能自行判断。
    .todo = 请人工核对证件和健康码，并安排更新数据。
reason-status-suspended = 签发方已暂停此码。
    .todo = 转交负责人，由其询问签发方。
reason-status-unknown = 本验证点没有签发方关于此码的状态数据。
    .todo = 人工核验；请安排带有名单的更新。
reason-too-long = 比任何健康码都长。
    .todo = 不能凭此放行。请出示健康码。
reason-unknown-issuer = 本验证点不认识签发方。
    .todo = 转交负责人；更新信任包后可能可以识别。
reason-unknown-version = 此码版本较新，本验证点不能读取。
    .todo = 人工核验；请安排升级本程序。
reason-wrong-algorithm = 签名方式不被接受。
    .todo = 不予放行。请出示新码。

## 数据

grade-aging = 渐旧
grade-fresh = 最新
grade-refuse = 过旧
grade-stale = 陈旧
data = 信任包 { $pack }，距今 { $age }（{ $grade }）
data-none = 没有数据

now-no-data = 本验证点还没有数据：所有人转人工。请更新。
now-fresh = 本验证点可自行判断，数据最新。
now-aging = 本验证点可自行判断，但错过了一次更新。
now-stale = 本验证点仍可自行判断，但数据陈旧：请更新。
now-refuse = 本验证点数据过旧：好码也一律转人工。请更新。

## 判断时的异常

mark-another-time = ! 按 { $time } 判断，不是现在
mark-clock-suspect = ! 本机时钟不可能正确，请校准
mark-emergency = ! 应急声明，至 { $until }：{ $reason }

demo-warning = 警告：本验证点信任人人都有的演示密钥，任何人都能制作它会放行的码。切勿用于真实人员。

## 码中的内容

column-negative-test = 最近一次阴性
fact-birth = 出生日期
fact-data = 数据
fact-issuer = 签发方
fact-name = 姓名
fact-nobody = 码中没有
fact-recovery = 首次阳性日期
fact-rules = 规则
fact-test = 检测
fact-test-value = { $kind ->
    [antigen] 抗原
   *[nucleic-acid] 核酸
}，{ $result ->
    [detected] 阳性
   *[not-detected] 阴性
}，采样 { $sampled }
fact-vaccination = 疫苗
fact-vaccination-value = { $product }，第 { $dose } 剂，共 { $doses } 剂，{ $date }

origin-argument = 文本 { $number }
origin-line = 第 { $number } 行

## 扫码

scan-counts = 放行 { $admit }，转人工 { $refer }，拒绝 { $refuse }，故障 { $fault }。
scan-prompt = [信任包 { $pack }，距今 { $age }，{ $grade }] 请扫码：
scan-prompt-clock = [时钟？]
scan-prompt-empty = [没有数据：一律转人工] 请扫码：

## 入口

ask-hand-over = 交班
    .about = 本班结束，由下面的值班员接班。
ask-lock = 锁定
    .about = 设定一个 4 至 12 个字符的口令，用它解锁。
ask-manual = 人工登记
    .about = 您已查看证件，没有健康码。您的决定会记在您的名下。
ask-override = 人工改判
    .about = 本机的结论原样留在日志中。您的决定另行记录，记在您的名下。
ask-quit = 结束服务
    .about = 重新启动之前，本验证点不再判断任何人。
ask-unlock = 解锁
    .about = 锁定时设定的口令。
disk-full-by-hand = 请人工核验，并记在纸上。
disk-full-close = 不要让任何人由此进入。
door-about = 关于第 { $seq } 号记录
door-awaits-document = 现在读取的证件属于刚才的码。
door-clock-was-set = 被改动过：校准后请重新启动本程序
door-decides-about = 关于第 { $seq } 号记录：{ $outcome }
door-no-memory = 无法回读日志，不知道启动前放行过谁。
door-bad-operator = 值班员编号只能用字母、数字、点、下划线和连字符。
door-clock-agrees = 时钟与实际经过的时间重新一致。
door-clock-stepped = 服务期间有人改动了本机时钟。继续按原来的时间计时，结论会加标记。时钟校准后请重新启动本程序。
door-clock-suspect = 有误：请校准
door-compared = 证件比对
door-entry-by = { $what }，值班员 { $operator }
door-from = 开始
door-hand-over = 本班结束。请抄写：
door-help = 命令：{ $word }override 值班员 结论 理由、{ $word }manual 值班员 结论 理由、{ $word }hand-over 值班员、{ $word }lock、{ $word }unlock、{ $word }language、{ $word }help、{ $word }quit。结论：admit、refer、refuse。理由：{ $reasons }。
door-help-none = 此处不接受命令。
door-incomplete = 请选择结论和理由。
door-locked = 本验证点已锁定：不判断任何人。
door-manual = 无码登记
door-next-operator = 接班的值班员
door-no = 否
door-no-sound = 没有声音设备：改用终端响铃。
door-not-a-command = 这不是命令。请用 help 查看。
door-nothing-to-override = 没有可改判的结论：刚才没有判断任何人。
door-operator = 值班员
door-outcome = 结论
door-overrides = 人工改判
door-pin = 口令
door-ready = 就绪
door-reason = 理由
door-same-document = 同一证件：日志中已有记录。
door-scan-now = 请扫下一个码。
door-source-lost = { $name } 不可用：{ $why }
door-source-ready = { $name } 已就绪。
door-sure = 确定吗？
door-turnstile = 闸机
door-turnstile-shut = 闸机已重新关闭
door-turnstile-busy = 它还在处理前一个人，没有放人通过
door-turnstile-repeated = 此记录已经开过闸
door-turnstile-failed = 闸机：{ $why }
door-unknown-operator = 这不是本验证点的值班员。
door-unknown-reason = 这不是本验证点列出的理由。
door-until = 结束
door-updated = 从现在起使用更新后的数据。
door-word = 命令写在本次运行的口令之后：{ $word } help
door-write-down = 请抄写下来，并注明您自己表上的时间。按任意键继续。
door-wrong-pin = 口令不对。请等两秒再试。
door-yes = 是
entry-document-seen = 已查看证件。
entry-medical = 医疗原因。
entry-no-code-shown = 已读取证件，未出示健康码。
entry-no-phone = 此人没有手机，也没有卡。
entry-other = 其他理由。
entry-supervisor = 由负责人决定。
entry-todo-admit = 请放行。
entry-todo-match = 证件与健康码相符。请核对本人与照片。
entry-todo-refer = 请人工决定；按相应的键，您的决定会被记录。
entry-todo-refuse = 不予放行。
face-hand-over = 交班
face-locked = 锁定
face-ready = 就绪
key-cancel = 取消
key-done = 完成
key-hand-over = 交班
key-language = English
key-lock = 锁定
key-manual = 人工登记
key-override = 人工改判
key-quit = 结束
key-summary = 上次小结
key-unlock = 解锁
kind-code = 健康码
kind-document = 证件与健康码比对
kind-manual = 无码登记
kind-override = 人工决定
mark-seen-here = ! { $age }前已在本处放行（{ $time }）
status-not-held = 未持有

## 建立

enrolment-written = 请将此文件交给主管机构，并通过其他途径告知密钥指纹：{ $path }
init-done = 验证点 { $gate } 已在 { $path } 建立，尚无数据：请运行 update。
init-key = 本验证点密钥：{ $fingerprint }
init-key-encrypted = 密钥已用您的口令加密。
init-key-plain = 密钥以明文保存，仅当前用户可读：请保护好这台机器。
init-question = 此指纹与您另行得到的指纹一致吗？输入“是”表示信任：
init-what-key = 验证点密钥
root-expires = 到期时间
root-fingerprint = 根文件指纹
root-heading = 本验证点只信任此根文件所允许的内容
root-issued = 签发时间
root-name = 主管机构
root-role-publisher = 发布密钥
root-role-root = 根密钥
root-role-snapshot = 快照密钥
root-threshold = 共 { $keys } 个，门限 { $threshold }
root-version = 版本

## 更新与状态

document-column = { $column }（{ $list }）
document-list = 状态名单 { $list }
document-pack = 信任包
document-root = 根文件
document-snapshot = 快照
update-after = 现在
update-age = 距今
update-before = 原先
update-document = 文件
update-grade = 数据{ $grade }。
update-issued = 签发时间
update-nothing-new = 没有新内容：验证点已持有这些数据。
update-taken = 更新已采用。

status-change = 若无更新，数据自 { $time } 起{ $grade }。
status-clock = 时钟
status-clock-at = 按 { $time } 查询
status-clock-system = { $system }；不早于 { $floor }
status-expires = 到期时间
status-gate = 验证点
status-grade = 等级
status-issuer = 签发方
status-issuer-keys = 密钥
status-issuer-name = 名称
status-issuer-rules = 规则
status-issuer-until = 认可至
status-key = 密钥
status-key-encrypted = 已用口令加密
status-key-file = 密钥文件
status-key-plain = 明文保存，仅当前用户可读
status-key-unusable = 缺失或损坏：无法签署日志检查点
status-lacking = 未持有：该签发方的码转人工
status-list = 状态数据
status-log = 日志
status-log-tip = { $size } 条，树根 { $root }
status-place = 位置
status-tag = 标签密钥
status-tag-value = 第 { $epoch } 代，至 { $until }：{ $state ->
    [good] 可以核对证件
    [lacking] 尚未发给本验证点
    [locked] 已持有，需口令打开
   *[unusable] 无法打开
}
status-version = 版本

## 日志与同步

export-nothing = 无需写出：审计方已有全部 { $size } 条记录。
export-written = 记录 { $from } 至 { $to }：{ $path }
finding-checkpoint-forged = 大小为 { $size } 的检查点不是本验证点的：{ $why }
finding-checkpoint-mismatch = 前 { $size } 条记录不是验证点签署检查点时的记录。
finding-column-edited = 第 { $seq } 行：{ $column } 列被改动，与记录不符。
finding-extra-rows = 自第 { $first } 行起：{ $count } 行从未记入日志。
finding-leaf-unreadable = 第 { $seq } 行不是记录：{ $why }
finding-leaves-edited = 自第 { $first } 行起：{ $count } 条记录中至少有一条不是当时记入的。
finding-missing-rows = 自第 { $first } 行起：缺少 { $count } 行。
finding-moved-leaf = 第 { $seq } 行：该记录原为第 { $leaf } 行。
finding-receipt-mismatch = 前 { $size } 条记录不是 { $auditor } 出具回执时的记录：日志被重做过。
finding-rolled-back = { $auditor } 已对 { $size } 条记录出具回执：此日志是较旧的副本。
finding-schema-changed = 表、视图或触发器 { $name } 不是日志自己的。
finding-tree-unreadable = 树不能使用：{ $why }
finding-wrong-root = 根与记录不符。
log-auditor = 审计方
log-bad = 此日志有问题。请保留数据文件夹作为证据，并告知审计方。
log-good = 此日志没有问题。
log-kind = 事项
log-left-off = 另有 { $count } 项
log-missing-seals = 缺少的封存
log-no-auditors = 信任包没有列出审计方：没有别人保存此日志。
log-operator = 值班员
log-outcome = 结果
log-pruned = 已删除
log-reasons = 原因
log-receipt-bad = 数据文件夹中 { $auditor } 的回执不是回执（{ $why }）。请用 sync 重新取回。
log-receipt-time = 时间
log-receipted = 回执至
log-sealed = 已封存
log-seq = 记录
log-since = 此后
log-size = 记录数
log-time = 时间
log-unsealed = 未封存的尾部
prune-done = 已删除 { $count } 条记录；日志现从第 { $first } 条开始。
prune-lacking = 没有删除：{ $auditor } 尚未出具回执。
prune-nothing = 没有足够旧的记录可删除。
prune-would = 将删除 { $count } 条记录；日志将从第 { $first } 条开始。
sync-came = 取回
sync-came-new = 较新的回执
sync-came-nothing = 没有更新的
sync-came-refused = 未采用：{ $why }
sync-done = { $place }：发送 { $sent } 部分，{ $there } 部分已在；日志共 { $size } 条记录。
sync-part-refused = 第 { $from } 至 { $to } 条记录未被接收：{ $why }
sync-partly = { $place }：发送 { $sent } 部分，{ $there } 部分已在，{ $refused } 部分未被接收；日志共 { $size } 条记录。

## 故障

error-document-birth = 证件号码中的出生日期不可能存在
    .hint = 请重新读取；仍然如此请仔细查看证件。
error-document-check-digit = { $field ->
    [birth] 出生日期
    [composite] 整个证件
    [expiry] 有效期
    [personal-number] 个人号码
   *[number] 证件号码
}的校验位不符
    .hint = 请重新读取；仍然如此请仔细查看证件。
error-document-incomplete = 证件没有读全
    .hint = 请重新读取证件的所有行。
error-document-malformed = 证件读取有误
    .hint = 请重新读取。
error-document-no-check-digit = 旧式身份证号码，没有校验位
    .hint = 请查看证件并做人工登记。
error-document-no-country = 证件的签发国没有国家代码
    .hint = 请查看证件并做人工登记。
error-document-visa = 这是签证，不是身份证件
    .hint = 请读取护照本身。
error-folder-too-deep = 其中的文件夹层数过多
error-line-cut = 扫码器在这一行中途被拔下
    .hint = 请重新扫描。
error-line-keys-lost = 系统丢失了扫码器的部分按键
    .hint = 请重新扫描；若经常发生，请把扫码器的输入速度调慢。
error-line-no-end = 扫码器输入了文本但没有结束
    .hint = 请设置扫码器在每个码后发送回车，或运行 scanner calibrate。
error-line-unknown-key = 扫码器发送了不是字符的按键
    .hint = 请重新扫描；若经常发生，请运行 scanner calibrate。
error-not-a-document = 这不是证件
    .hint = 请把身份证或护照放到阅读器上。
error-picture-unreadable = 无法读取图片
    .hint = 请重新拍照或发送图片。
error-line-not-text = 这一行不是文本
    .hint = 请将扫码器设为输入普通字符（UTF-8 或 ASCII）。
error-line-too-long = 这一行比任何码都长
    .hint = 请确认扫码器在每个码后输入回车。
error-no-code = 图片中没有找到码
    .hint = 请重新拍照：更清晰、更近、避免反光。
error-no-code-in-time = 在限定时间内没有在图片中找到码
    .hint = 请重新拍照，或用 --reader-budget 给予更多时间。
error-no-pictures = 此文件夹中没有 PNG 或 JPEG 图片
error-not-a-picture = 这不是图片
error-picture-damaged = 图片损坏或不完整
    .hint = 请重新拍照或重新发送。
error-picture-too-large = 图片过大
error-picture-unsupported = 不支持这种图片
    .hint = 请使用 PNG 或 JPEG。
error-reader-crashed = 识别程序在这张图片上意外结束
    .hint = 请重新拍照；保留此图片并上报。
error-reader-killed = 识别程序在这张图片上超过 { $ms } 毫秒，已被终止
    .hint = 请重新拍照；保留此图片并上报。
error-reader-panicked = 识别程序在这张图片上出错
    .hint = 请重新拍照；保留此图片并上报。
error-too-many-pictures = 此文件夹中的文件超过一次处理的上限

## 失败：建立

error-config = { $path }：{ $what }
    .hint = 请修改文件；可用 config check 检查。
error-reader-unconfined = 此系统无法隔离图片识别程序，因此不识别图片
    .hint = 请允许本程序使用 seccomp。
error-unread = 没有程序读取标准输出，验证点停止
    .hint = 请检查读取它的程序，然后重新启动验证点。
error-screen = 没有可用的终端来显示屏幕
    .hint = 请在终端中运行，或使用 --view lines。
error-signals = 系统无法告知信号
error-confirm = 无法在终端上询问
error-fingerprint-incomplete = 指纹应为 64 位十六进制数字，这里有 { $digits } 个字符
    .hint = 请输入完整指纹；空格和冒号不影响。
error-fingerprint-mismatch = 根文件与此指纹不符；未建立任何内容
    .hint = 请勿使用此根文件。请通过不同途径重新取得根文件和指纹。
error-gate-name = 不能用作验证点名称
    .hint = 请使用 1 至 64 个可打印 ASCII 字符，不含空格和 +。
error-key-internal = 验证点密钥无法编码
error-nobody-to-confirm = 没有可供确认根文件的终端
    .hint = 请用 --fingerprint 提供根文件指纹。
error-not-confirmed = 根文件未经确认；未建立任何内容
error-place = 位置应为 1 至 200 字节的可打印文字
error-root-not-trusted = 此根文件不可信；未建立任何内容

## 失败：验证点的密钥与身份

error-key-malformed = 验证点密钥文件已损坏
    .hint = 请从备份恢复 gate.key，或用 init 重新建立。
error-key-not-of-store = 数据文件夹中的密钥属于另一个验证点
    .hint = 请从此文件夹的备份恢复 gate.key，或用 init 重新建立。
error-key-not-private = 验证点密钥文件不是私钥
    .hint = 请从备份恢复 gate.key，或用 init 重新建立。
error-key-other-algorithm = 验证点密钥不是 Ed25519 密钥
    .hint = 请从备份恢复 gate.key，或用 init 重新建立。
error-key-too-large = 验证点密钥文件超过大小上限
error-key-unsupported-encryption = 验证点密钥的加密方式不受支持
error-key-wrong-passphrase = 口令无法打开验证点密钥
error-seal-damaged = { $path } 已损坏
    .hint = 请移走该文件后运行 enrol，并将新的登记申请文件交给主管机构。
error-seal-not-a-recipient = { $path } 中没有 age 接收方
error-seal-not-age = { $path } 已损坏
    .hint = 请移走该文件后运行 enrol，并将新的登记申请文件交给主管机构。
error-seal-not-an-identity = { $path } 中没有 age 身份
    .hint = 请移走该文件后运行 enrol，并将新的登记申请文件交给主管机构。
error-seal-not-for-this-identity = { $path } 是封给他人的
error-seal-passphrase-not-text = 口令不是 UTF-8 文字，无法用来加密 { $path }
    .hint = 请使用文字口令。
error-seal-recipients = { $path } 的接收方过多
error-seal-too-costly = 打开 { $path } 所需内存过多
    .hint = 该文件不是本程序所写。请移走后运行 enrol。
error-seal-too-large = { $path } 的内容超过上限
error-seal-wrong-passphrase = 口令无法打开 { $path }

## 失败：数据文件夹

error-not-a-store = { $path } 不是验证点的数据文件夹
    .hint = 请检查名称，或用 init 建立。
error-store-busy = 其他程序正在修改数据文件夹 { $path }
    .hint = 请等其他程序结束后重新运行同一命令。
error-store-corrupt = 数据文件夹 { $path } 已损坏：{ $what }
    .hint = 请保留该文件夹作为证据，并用 init 重新建立。
error-store-database = 数据文件夹 { $path } 无法使用
error-store-disk-full = 数据文件夹 { $path } 已无空间；验证点保持原样
    .hint = 请腾出空间后重新运行同一命令。
error-store-exists = { $path } 已存在；绝不覆盖已有内容
    .hint = 请换一个名称，或先移走旧的。
error-store-newer-format = 数据文件夹 { $path } 由更新版本的程序建立（格式 { $found }）
    .hint = 请升级本程序。
error-store-permission = 当前用户无权使用数据文件夹 { $path }
    .hint = 请以建立它的用户身份运行。

## 失败：日志。无法写日志时不显示任何结果。

error-event-out-of-range = 此结果无法写入日志，因此不显示
error-gate-id = 不能用作验证点名称
error-leaf-cbor = 日志 { $path } 已损坏
error-leaf-format = 日志 { $path } 已损坏
error-leaf-too-long = 日志 { $path } 已损坏
error-log-busy = 日志 { $path } 正被其他程序使用；不显示结果
    .hint = 每个验证点只有一个写入者：请结束另一个 check 或 scan 后重试。
error-log-changed = 其他程序写入了日志 { $path }；不显示结果
    .hint = 请保留该文件作为证据，并重新启动验证点。
error-log-corrupt = 日志 { $path } 已损坏或被改动：{ $what }
    .hint = 请保留数据文件夹作为证据，并用 init 重新建立。
error-log-database = 日志 { $path } 无法使用；不显示结果
error-log-disk-full = 日志 { $path } 已无空间；不显示结果
    .hint = 请腾出空间后重新扫码；在此之前人工核验。
error-log-exists = 日志 { $path } 已存在
error-log-gone = 日志 { $path } 已被删除、移走、替换或截断；不显示结果
    .hint = 请把文件放回原处；查明是谁移走之后再重新启动程序。
error-log-io = 日志 { $path } 无法读写；不显示结果
error-log-missing = 日志 { $path } 缺失；不显示结果
    .hint = 请保留数据文件夹作为证据，并用 init 重新建立。
error-log-newer-format = 日志 { $path } 由更新版本的程序建立（格式 { $what }）
    .hint = 请升级本程序。
error-log-older-format = 日志 { $path } 由旧版本的程序建立（格式 { $what }）
    .hint = 请用建立它的程序读取，并用 init 重新建立数据文件夹。
error-log-read-only = 日志 { $path } 不可写入；不显示结果
    .hint = 请授予当前用户写入数据文件夹的权限后重试。
error-log-unsupported = { $path } 所在的文件系统无法可靠保存日志
    .hint = 请将数据文件夹放在本地磁盘上。
error-not-a-log = { $path } 不是验证点的日志；不显示结果
    .hint = 请保留数据文件夹作为证据，并用 init 重新建立。

## 失败：更新

error-update-not-taken = 更新未被采用；验证点保持原样
    .hint = 请重新取得更新。再次失败时，请将原因报告发布机构。
document-named = { $document ->
    [column] 状态数据列
    [delta] 状态变更
    [enrolment] 登记文件
    [register] 验证点登记簿
    [root] 根文件
    [snapshot] 快照
    [status] 状态名单
   *[pack] 信任包
}
error-bad-content = { document-named }所载内容已损坏，或与其声明不符
    .hint = 请重新取得更新。再次失败时，请告知发布机构。
error-absent = 更新中缺少{ document-named }
    .hint = 请重新复制整个发布库或更新包。
error-bad-rule = 信任包的规则 { $rule } 无法使用：{ $detail }
error-bundle-later-version = 更新包为版本 { $version }，本程序不能读取
    .hint = 请升级本程序。
error-bundle-path = 更新包中有发布库不会有的路径
error-bundle-too-large = 更新包超过允许的大小
error-conflicting-version = 版本 { $version } 的{ document-named }存在内容不同的另一份
error-dated-ahead = { document-named }的签发时间 { $issued } 晚于指定它的快照
    .hint = 生成它的机器时钟有误。请告知管理机构。
error-later-format = { document-named }为格式 { $format }，本程序不认识
    .hint = 请升级本程序。
error-leads-elsewhere = { document-named }得不到它所指定的名单
    .hint = 请取得完整的状态名单。
error-malformed-envelope = { document-named }已损坏或不是签名文件：{ $detail }
error-malformed-payload = { document-named }内容不符合格式：{ $detail }
error-not-a-bundle = 此文件不是更新包，或不完整
    .hint = 请重新复制更新包，或指定发布库目录。
error-not-pinned = { document-named }不是快照所指定的那一份
error-too-large = { document-named }超过允许的 { $bound } 字节
error-under-signed = { document-named }需要 { $threshold } 个签名，有效的只有 { $valid } 个
error-transport-bad-location = 不能从这里获取（{ $fault }）
    .hint = 位置为路径、http://、https:// 或 s3://BUCKET/PREFIX，不含用户名、口令或查询；S3 的密钥放在环境变量中（AWS_ACCESS_KEY_ID 等）。
error-transport-busy = 另一进程正在获取 { $path }
error-transport-interrupted = 获取 { $path } 时，与 { $host } 的连接中断
    .hint = 请再次运行：已得到的部分会保留，只获取其余部分。
error-transport-malformed = 服务器的应答没有意义
error-transport-not-pinned = { $path } 不是快照所指定的文件
    .hint = 服务器上是旧的或被改动的副本。请稍后再试，或换用其他介质。
error-transport-redirected = { $host } 对 { $path } 的重定向过多，或离开了 HTTPS
error-transport-refused = { $host } 拒绝提供 { $path }，状态 { $status }
error-transport-spool = { $path } 不能用来存放获取的内容：{ $why }
error-transport-timed-out = { $host } 未及时应答
error-transport-tls = 无法与 { $host } 建立安全连接：{ $why }
    .hint = 请核对本机时钟。城市自己的证书机构应加入系统证书，或由 SSL_CERT_FILE 指定。此处用 http:// 同样安全：所有内容都有签名。
error-transport-unreachable = 无法连接 { $host }：{ $why }
error-transport-unwritable = 无法写入 { $path }：{ $why }
error-transport-unreadable = 无法读取 { $path }：{ $why }
error-update-nothing-there = 这里既没有发布库，也没有更新包
    .hint = 更新包的文件名以 .bundle 结尾；发布库中有文件 newest.snapshot。
error-update-overtaken = 本验证点的其他更新总是更快
    .hint = 一个验证点运行一个 --watch 进程即可。
error-update-file-too-large = { $path } 超过这类文件允许的大小
error-update-incomplete = 缺少 { $path }
    .hint = 请重新复制整个发布库或更新包。
error-update-too-slow = 服务器提供小文件也过慢
    .hint = 请稍后再试，或换用其他介质。
error-withheld = 快照不再指定本验证点已有的{ document-named }
    .hint = 有人扣留了它。请告知管理机构；验证点继续使用已有数据。
error-wrong-type = 应为{ document-named }，却是另一种文件
error-wrong-version = { document-named }版本为 { $found }，至少应为 { $expected }

## 失败：日志与同步

error-evidence = 无法为审计方制作日志包：{ $why }
error-export-needs-folder = { $parts } 个日志包不能写入一个文件
    .hint = 请给出已有的目录。
error-log-contradicted = 日志与 { $auditor } 的回执矛盾；没有删除
    .hint = 请保留数据文件夹作为证据，运行 log verify，并告知审计方。
error-no-auditors = 信任包没有列出现在审阅日志的审计方
    .hint = 请带来列有审计方的更新。在此之前日志完整地留在这里。
error-no-retention = 信任包没有规定日志的保存期；没有删除
    .hint = 由主管机构在信任包中规定保存期。
error-sync = 没有全部送到 { $place }
    .hint = { $status ->
    [403] 本验证点不能写入该处：请其管理者授权。
    [404] 没有这个地方：请核对地址；目录或存储桶须事先建好。
    [405] 该服务器不接受文件：请核对地址，或改用其他投递箱。
    [413] 该服务器不接受这样大的文件：上限由其管理者设定，需要 64 MiB。
    [429] 投递箱正忙，没有任何丢失。请过几分钟再运行；使用 --watch 时会自动重试。
    [503] 投递箱正忙，没有任何丢失。请过几分钟再运行；使用 --watch 时会自动重试。
    [507] 投递箱已满：请其管理者腾出空间。
    [no-folder] 该目录不存在。请挂载 U 盘或建立该目录，然后再运行；使用 --watch 时，目录一出现就会送出日志。
   *[other] 原因排除后再运行一次：已送达的不会重发，审计方收到之前日志一直留在这里。
}

## 失败：其他

error-output = 无法写入标准输出
error-reader-not-started = 无法启动图片识别程序：{ $cause }
    .hint = 仍可核验文本。若持续如此，请重新安装本程序。
error-stdin = 无法读取标准输入

## 配置与校准

calibrate-can-be-mended = 可以在此修正；没有保存。
calibrate-not-mended = 无法在此修正。请按说明书更改扫码器的设置，然后重新校准。
calibrate-right = 扫码器正确：送来的就是码的内容。
calibrate-scan-this = 请用扫码器扫一次这个符号。
calibrate-stored = 修正方法已保存到 { $path }，从下次启动起生效。
config-good = 此配置正确。
scanner-case = 大写字母变成了小写：大写锁定，或扫码器的设置。
scanner-doubled = 有字符重复：{ $text }
scanner-foreign = 收到了符号以外的字符：{ $text }
scanner-layout = 扫码器按另一种键盘布局输入：{ $layout }
scanner-lost = 有字符丢失：{ $text }
scanner-no-end = 文本没有结束：没有回车，也没有制表符。
scanner-not-the-symbol = 这不是测试符号。请扫描所显示的符号。
scanner-nothing = 扫码器没有送来内容。请检查连线和设置。
scanner-prefix = 扫码器在前面加了：{ $text }
scanner-suffix = 扫码器在后面加了：{ $text }
scanner-trimmed = 扫码器去掉了末尾的空格，而码可以以空格结尾。

## 失败：设备

error-device-ambiguous = 有多个设备的名称包含 { $device }
    .hint = 请写出更完整的名称，或用路径。
error-device-bad-value = { $key } 只能是：{ $allowed }
error-device-busy = { $device } 被其他程序占用
    .hint = 请结束该程序。
error-device-crashed = { $device } 的驱动程序出错
    .hint = 请拔下再插上。
error-device-denied = 当前用户无权使用 { $device }
    .hint = 请把用户加入设备所属的组（dialout、input、video），然后重新登录。
error-device-io = { $device } 无法使用：{ $why }
error-device-missing = 没有找到 { $device }
    .hint = 请检查插头和连线；接上后自动使用。
error-device-missing-key = 缺少 { $key }
error-device-not-built = 本程序未包含 { $kind } 类来源
    .hint = 请用相应的功能选项编译，或由其他程序送入画面。
error-device-not-such = { $device } 不是 { $kind }
error-device-silent = { $device } 没有送来内容
    .hint = 请拔下再插上。
error-device-twice-key = { $key } 出现了两次
error-device-twice-source = { $device } 给出了两次
error-device-unknown-key = { $kind } 没有 { $key }
error-device-unknown-kind = { $kind } 不是来源的种类
    .hint = 来源有 stdin、serial:路径、keyboard:路径或名称、folder:路径、frames 和 camera:路径。
error-device-unplugged = { $device } 已拔下
    .hint = 请重新插上；接上后自动使用。
error-folder-full = { $device } 中的文件超过 { $max } 个
    .hint = 请把旧图片移到别处。
error-frames-unsupported = 不读取 { $format } 格式的画面
    .hint = 请送 PNG、JPEG 或 8 位的 Y4M。
error-hook-failed = { $program } 失败：{ $status }
    .hint = 有人等候时请人工开闸，并安排维修。
error-hook-hung = { $program } 在 { $pulse } 毫秒内没有结束，已被终止
    .hint = 有人等候时请人工开闸，并安排维修。
error-no-frames = 送来的内容中没有图片
    .hint = 请送 PNG、JPEG 或 Y4M。
error-turnstile-still-open = 无法令 { $device } 关闭：它可能开着
    .hint = 请查看，并人工关闭。
