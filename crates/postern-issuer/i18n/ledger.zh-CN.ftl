## ledger

cmd-ledger = 查阅台账：台账概况、某码属于何人、供其他工作使用的清单
    .about-long = 查阅台账：台账概况、某码属于何人、供其他工作使用的清单。只读台账，签发进行时也可查阅。分片签发的城市每片一本台账，各命令均可同时给出全部台账。
cmd-ledger-show = 显示台账归属、用量、密钥和最近的签发
    .ledgers = 台账
cmd-ledger-find = 查找人员，显示其全部健康码，最早的在前
    .about-long = 查找人员，显示其全部健康码，最早的在前：何时签发、何时到期、是否已有新码代替，以及码中内容。屏幕上会出现个人的姓名和信息：只查需要查的。
    .ledgers = 台账；逐一查找
    .id = 按登记编号，不分大小写
    .index = 按其任一健康码在状态清单中的序号
    .name = 按姓名的一部分，不分大小写；须读取每一个码
    .document = 按证件：id、passport 或 other；国家，如 CN；号码。须读取每一个码。在此输入的号码会留在命令历史中
    .tag-key = 证件标签密钥，用于 --document；期号须与码中的一致
    .at = 以此时间判断是否到期，而非现在（RFC 3339 或 YYYY-MM-DD）
    .text = 同时显示码文：得到码文即得到健康码
    .all = 显示所有符合的人员，不限于前 100 人
cmd-ledger-export = 把台账中的码导出为清单
    .about-long = 把同一签发方各台账中的码导出为清单，按台账和签发顺序排列。各列：id、index、issued、expires、minted、kid、replaced_by（代替它的新码的序号）、reason、replaced_at；加 --text 时另有 text。
    .ledgers = 同一签发方的台账
    .out = 要新建的文件，仅所有者可读；- 为标准输出
    .which = 哪些码：all 全部；current 没有新码代替的；invalid 须在状态清单中设为无效的；expiring 没有新码代替且最迟在 --expiring-by 到期的
    .expiring-by = 用于 --which expiring 的时间（RFC 3339 或 YYYY-MM-DD）
    .format = CSV，或 JSON Lines：每行一个对象
    .text = 加上码文：得到清单即得到其中的健康码

ledger-label-birth = 出生日期
ledger-label-capacity = 位置
ledger-label-codes = 码数
ledger-label-expires = 到期
ledger-label-free = 剩余
ledger-label-id = 编号
ledger-label-index = 序号
ledger-label-issued = 签发
ledger-label-issuer = 签发方
ledger-label-key = 密钥
ledger-label-ledger = 台账
ledger-label-minted = 制码
ledger-label-name = 姓名
ledger-label-recovery = 首次阳性日期
ledger-label-replaced = 已被代替
ledger-label-root = 首个根
ledger-label-shard = 分片
ledger-label-state = 状态
ledger-label-test = 检测
ledger-label-vaccination = 疫苗

ledger-heading-begun = 开始
ledger-heading-command = 命令
ledger-heading-ended = 结束
ledger-heading-minted = 新签发
ledger-heading-rejected = 被拒
ledger-heading-run = 次
ledger-heading-since = 首次使用

ledger-run-interrupted = 已中断
ledger-run-open = 已中断，或正在进行

ledger-state-current = 当前
ledger-state-expired = 已到期
ledger-state-replaced = { $reason ->
    [changed] 已被代替：内容变更
    [damaged] 已被代替：损坏
    [lost] 已被代替：遗失
    [renewed] 已更新，到期前仍有效
   *[stolen] 已被代替：被盗
}；新码序号 { $index }，{ $at }
ledger-code-damaged = 台账中的码已损坏，无法读取
ledger-test = { $kind ->
    [antigen] 抗原
   *[nucleic-acid] 核酸
}，{ $result ->
    [detected] 阳性
   *[not-detected] 阴性
}，采样 { $sampled }
ledger-vaccination = { $product }，第 { $dose } 剂，共 { $doses } 剂，{ $date }

ledger-reading-all = 正在读取 { $path } 中全部 { $codes } 个码。
ledger-damaged = 台账中无法读取而跳过的码：{ $codes } 个。
ledger-more = 已显示 { $people } 人。其他人符合的码还有 { $codes } 个；用 --all 显示。
ledger-exported = 已把 { $codes } 个码写入 { $path }。
ledger-shards-missing = 批次不完整：{ $of } 个分片中缺少 { $missing } 个的台账。

error-ledger-nothing-found = { $ledgers ->
    [one] 台账中没有找到
   *[other] { $ledgers } 本台账中都没有找到
}
    .hint = 请核对写法。每个分片、每个签发方各有自己的台账：请一并查找其他台账。
error-ledger-document = { $part ->
    [country] 证件的国家应为两个字母，如 CN
    [kind] 证件类型应为 id、passport 或 other
   *[number] 证件号码应为 1 至 32 个字母和数字
}
    .hint = 三项都要给出：--document id CN 号码。
error-ledger-expiring-by = --expiring-by 只用于 --which expiring
