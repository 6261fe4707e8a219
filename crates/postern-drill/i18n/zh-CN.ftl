cmd = 用真实程序演练一次中断
    .about-long = 生成密钥和发布库，用虚构人员名单签发码图，设立验证点，然后断开中心，逐日检验码图，试用坏码和恶意更新，最后恢复。全部内容留在一个目录中供查看。所用均为真实程序，各在独立进程中运行。
    .after-help = 退出状态：0 一切如预期，1 有不符之处，2 用法有误。
    .out = 要建立的内容：演练目录（默认为 drill、drill-2 等）或人员名单文件
    .people = 签发人数
    .gates = 验证点数量
    .seed = 种子不同则人员不同

cmd-lab = 建立现成的实验环境：密钥、发布库、更新包、台账、人员名单、码图、验证点
    .dir = 要建立的目录

cmd-people = 写出虚构人员名单
    .count = 人数
    .at = 所有日期早于此时间，默认为当前时间（RFC 3339 或 YYYY-MM-DD）
    .faults = 加入若干错误行，签发方应予拒收

## 进度

step-keys = 生成密钥：根密钥三取二、发布密钥二取二、快照、两个签发方、证件标签
step-root = 签署仪式：三人中两人签署根文件
step-pack = 签署仪式：信任包，两个签发方互认
step-snapshot = 每日快照，以及供 U 盘携带的更新包
step-mint = 签发码图
step-gate = 用 U 盘设立验证点
step-day-0 = 第 0 天：各验证点检验全部码图
step-down = 中心断开
step-outage = 验证点在没有中心的情况下继续工作
step-attacks = 门口出现坏码和坏图
step-sticks = 恶意更新
step-back = 中心恢复：U 盘送来最新数据

## 小结

lab-ready = 实验环境已建在 { $dir }。口令文件：keys/passphrase；所用命令：commands.txt
title = 中断演练
made = 签发码图 { $people } 张，拒收错误行 { $rejects } 行，验证点 { $gates } 个。
made-unplugged = 验证点在没有任何网络接口的命名空间中运行。
made-not-unplugged = 本系统不允许演练断开网络（unshare）；验证点同样没有建立任何连接。
days = 各验证点的结论
attacks = 门口的各种尝试
column-day = 天
column-centre = 中心
column-data = 数据
column-admit = 放行
column-refer = 转人工
column-refuse = 拒绝
column-why = 主要原因
column-what = 尝试
column-got = 结果
centre-up = 正常
centre-down = 中断
grade-fresh = 最新
grade-aging = 渐旧
grade-stale = 陈旧
grade-refuse = 过旧
column-fault = 故障
column-taken = 被接受
colon = ：
why-gate-changed = 验证点内容已变
why-gate-unchanged = 验证点内容不变
why-nothing = 无
why-not-a-picture = 不是图片
why-nothing-readable = 无可读内容
why-picture-damaged = 图片损坏
why-bad-signature = 签名无效
why-data-too-old = 数据过旧
why-expired = 已过期
why-foreign-code = 外来码
why-issued-in-future = 签发时间在未来
why-issuer-not-in-force = 签发方不在有效期
why-key-out-of-validity = 密钥不在有效期
why-malformed-code = 格式有误
why-no-trust-data = 无信任数据
why-not-a-code = 不是码
why-not-deterministic = 被改写
why-rule-failed = 规则无法判断
why-rule-not-met = 不满足通行规则
why-rule-refers = 近期有阳性结果
why-status-unknown = 状态未知
why-too-long = 过长
why-unknown-issuer = 未知签发方
why-unknown-version = 更高版本
why-wrong-algorithm = 算法有误
sample-url = 一个不是码的链接
sample-foreign = 其他系统的健康码
sample-later = 更高版本的码
sample-cut = 被截短的码
sample-forged = 冒用签发方名义的伪造码
sample-stranger = 陌生人签的码
sample-flipped = 改动一个比特的码
sample-cut-picture = 半张图片
sample-no-picture = 不是图片的文件
stick-cut = U 盘中的文件被截断
stick-edited = U 盘中的文件被改动
stick-empty = U 盘中的文件为空
stick-old = 新 U 盘之后又用旧 U 盘
logs = 各验证点日志中共有 { $rows } 条结论；损坏的日志 { $broken } 份。
all-good = 一切如预期。
not-good = 有不符预期之处，见上方标记。
next = 全部内容在 { $dir }，所用命令见其中的 { $commands }。可以继续：
    { "  " }cargo run --release --bin postern-verifier -- status --store { $gate }
    { "  " }cargo run --release --bin postern-verifier -- check --store { $gate } { $picture }
    { "  " }cargo run --release --bin postern-verifier -- scan --store { $gate }
    { "  " }cargo run --release --bin postern-issuer -- pack show { $pack }

## 错误

error-command-failed = { $command } 未能完成：{ $said }
error-folder-exists = { $path } 已存在且不为空
    .hint = 请另选目录。
error-output = 无法写出结果
error-people-at = 虚构人员只在 2021 至 2056 年之间
    .hint = 请用 --at 指定该范围内的时间。
error-people-count = 人数超过可虚构的证件号码数量
error-start = 演练的进程无法启动或读取
