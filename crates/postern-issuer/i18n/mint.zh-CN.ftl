## mint

cmd-mint = 为 CSV 名单中的人员签发健康码
    .about-long = 为人员名单的每一行签发一个健康码；被拒的行见 rejects.csv。再次运行同一命令会从中断处继续，不会重复签发，得到的文件逐字节相同。各列、格式和分片说明见 docs/MINTING.md。
    .people = 人员名单：带表头的 CSV，UTF-8 或 GB 18030
    .out = 存放输出的文件夹；每份名单用一个
    .ledger = 签发方的台账；切勿丢失，也不要复制后分别签发
    .new-ledger = 台账不存在时新建：仅首次使用
    .key = 健康码签发私钥
    .paper = 卡片页的纸张
    .font = 卡片页所用字体；不指定时在系统字体中查找含有汉字的字体
    .pin-file = 存有令牌 PIN 的文件（KEY 为 pkcs11:… 时）
    .repo = 发布库文件夹，其最新信任包须列有该密钥
    .tag-key = 生成证件标签的密钥
    .no-tags = 只核对证件，健康码中不写证件标签
    .valid-for = 健康码的有效天数
    .at = 以此时间签发，而非现在（RFC 3339 或 YYYY-MM-DD）
    .format = 输出格式，以逗号分隔：png 或 svg（图片文件夹）、tar（图片打包）、csv 或 jsonl（码文清单）、pdf（供打印裁剪的卡片页）
    .capacity = 新台账及其各分片合计最多容纳的码数，上限 4294967296，之后不能更改（默认 16777216）
    .encoding = 人员名单的字符编码
    .shard = 只签发 N 份中的第 I 份，各用各的台账
    .changed = 内容与原码不同的行另发新码；旧码须设为无效
    .changed-since = 同 --changed，并跳过“变更时间”早于此时间的行
    .register = 状态登记册，用于 --changed：其中原码并非有效的行被拒
    .no-register = 不查登记册：码被暂停、受限或无效的人会得到有效的新码

cmd-renew = 依据台账为即将到期的码签发新码
    .about-long = 为台账中即将到期的每个码签发新码：人员和内容不变，位置和日期更新。旧码到期前仍然有效。再次运行同一命令会从中断处继续。
    .out = 存放输出的文件夹
    .ledger = 签发方的台账
    .key = 健康码签发私钥
    .paper = 卡片页的纸张
    .font = 卡片页所用字体；不指定时在系统字体中查找含有汉字的字体
    .pin-file = 存有令牌 PIN 的文件（KEY 为 pkcs11:… 时）
    .repo = 发布库文件夹，其最新信任包须列有该密钥
    .expiring-within = 自签发时间起多少天内到期的码予以更新
    .valid-for = 新码的有效天数
    .at = 以此时间签发，而非现在（RFC 3339 或 YYYY-MM-DD）
    .format = 输出格式，以逗号分隔：png 或 svg（图片文件夹）、tar（图片打包）、csv 或 jsonl（码文清单）、pdf（供打印裁剪的卡片页）
    .register = 状态登记册：其中有在用的码并非有效的人不发新码
    .no-register = 不查登记册：码被暂停、受限或无效的人会得到有效的新码

cmd-replace = 依据台账为遗失健康码的人员补发新码
    .about-long = 为这些人员补发新码，代替其最新的码：内容不变，位置和日期更新。旧码记为待作废；在检查点收到相应的状态清单之前，旧码仍可通行。
    .ids = 补发哪些人员：登记编号
    .reason = 原因：lost（遗失）、stolen（被盗）或 damaged（损坏）
    .register = 状态登记册：其中有码并非有效时不补发
    .no-register = 不查登记册：码被暂停、受限或无效的人会得到有效的新码
    .out = 存放输出的文件夹
    .ledger = 签发方的台账
    .key = 健康码签发私钥
    .paper = 卡片页的纸张
    .font = 卡片页所用字体；不指定时在系统字体中查找含有汉字的字体
    .pin-file = 存有令牌 PIN 的文件（KEY 为 pkcs11:… 时）
    .repo = 发布库文件夹，其最新信任包须列有该密钥
    .valid-for = 新码的有效天数
    .at = 以此时间签发，而非现在（RFC 3339 或 YYYY-MM-DD）
    .format = 输出格式，以逗号分隔：png 或 svg（图片文件夹）、tar（图片打包）、csv 或 jsonl（码文清单）、pdf（供打印裁剪的卡片页）

mint-summary = 新签发 { $minted }，此前已签发 { $already }，被拒 { $rejected }：共 { $rows } 行，用时 { $seconds } 秒，每秒 { $rate } 行。
mint-more-rejects = 另有 { $count } 行，全部见 rejects.csv
mint-already-keep = 此前已签发的码按原样重新写出，日期不变。
mint-resumed = 继续 { $begun } 开始的签发，此前已完成 { $rows } 行。
mint-planning = 正在查重
mint-progress = { $rows } 行，被拒 { $rejected } 行，每秒 { $rate } 行
mint-replaced = 代替旧码的新码：{ $count } 个。
mint-elsewhere = 属于其他分片的行：{ $count } 行。
mint-unchanged = 没有变更的行：{ $count } 行。
mint-demo-key = 这是人人都有的演示密钥，用它签发的码没有效力。

mint-heading-line = 行
mint-heading-column = 列
mint-heading-reason = 原因
mint-heading-message = 说明

mint-label-issuer = 签发方
mint-label-kid = 密钥
mint-label-root = 首个根
mint-label-issued = 签发时间
mint-label-expires = 到期时间
mint-label-encoding = 编码
mint-label-shard = 分片
mint-label-ledger = 台账
mint-label-out = 文件夹
mint-issuer = { $name }（{ $id }）
mint-ledger-made = 新建；{ $capacity } 个位置中空余 { $free } 个
mint-ledger-opened = { $capacity } 个位置中空余 { $free } 个

## 一行被拒的原因

reject-already-minted-differently = 该编号已签发过内容不同的码
reject-birth-invalid = 不是出生日期：应为 YYYY-MM-DD、YYYY-MM 或 YYYY，1900 至 2056 年
reject-birth-not-that-of-the-card = 与身份证号码中的出生日期不符
reject-capacity-exhausted = 台账已无空位
reject-changed-invalid = 不是时间：应为 RFC 3339 或中国时间 YYYY-MM-DD HH:MM
reject-code-damaged = 台账中保存的码无法读取
reject-code-not-valid = { $status ->
    [invalid] 该码无效，而新码会是有效的
    [restricted] 该码受限，而新码会是有效的
   *[suspended] 该码已暂停，而新码会是有效的
}
reject-code-of-the-future = 原码的签发时间晚于新码
reject-date-in-future = 晚于签发当日
reject-date-invalid = 不是日期：应为 YYYY-MM-DD
reject-date-out-of-range = 不在 2020-01-01 至 2199-06-06 之间
reject-document-country-invalid = 不是国家或地区代码：应为 ISO 3166-1 的两个字母
reject-document-duplicate = 与第 { $first } 行证件相同而编号不同
reject-document-incomplete = 证件须有类型、签发地和号码
reject-document-kind-unknown = 不是证件类型：应为身份证、护照或其他
reject-document-number-invalid = 不是证件号码：应为 1 至 32 个字母和数字（可能被表格软件改成了近似值）
reject-dose-invalid = 不是 1 至 99 的数字
reject-field-too-long = 超过 4 KiB
reject-id-card-birth-invalid = 身份证号码中的日期不存在
reject-id-card-check-digit = 身份证号码的校验码不对
reject-id-card-malformed = 不是身份证号码：应为 17 位数字加一位数字或 X
reject-id-duplicate = 与第 { $first } 行编号相同
reject-id-invalid = 不是编号：应为 1 至 64 个字母、数字、点、下划线或连字符
reject-id-missing = 没有编号
reject-line-too-long = 超过 64 KiB
reject-name-not-printable = 姓名含有控制字符或不可见字符
reject-name-too-long = 姓名超过 96 字节
reject-name-without-glyph = 字体中没有姓名里某个字的字形
reject-not-text = 含有不属于本文件编码的字节
reject-quote-open = 本行的引号没有闭合
reject-ragged-row = 字段数为 { $found }，表头为 { $expected }
reject-test-incomplete = 检测须有类型、结果和采样时间
reject-test-in-future = 采样晚于签发时间
reject-test-kind-unknown = 不是检测类型：应为核酸或抗原
reject-test-result-unknown = 不是检测结果：应为阴性或阳性
reject-test-time-invalid = 不是时间：应为 RFC 3339，或北京时间 YYYY-MM-DD HH:MM
reject-test-too-old = 采样早于签发时间 31 年以上
reject-vaccination-incomplete = 接种须有疫苗、剂次、总剂次和日期
reject-vaccine-unknown = 不是疫苗：应为产品表中的名称或编号

## 停止签发的原因

error-people-empty = { $path } 没有表头
    .hint = 第一行写列名，其中必须有编号（id）。
error-people-changed = { $path } 在读取过程中被修改
    .hint = 没有丢失任何内容，已签发的码也没有错误。请勿改动该文件，再次运行同一命令。
error-people-encoding-unclear = { $path } 既不全是 UTF-8，也不全是 GB 18030：见第 { $line } 行
    .hint = 请另存为 UTF-8 或修正该行；也可用 --encoding 指定 utf-8 或 gb18030，此类行将被拒收。
error-people-not-a-file = { $path } 不是文件
    .hint = 文件要读不止一遍：请先存成文件，不能用管道。
error-people-utf-16 = { $path } 是 UTF-16
    .hint = 请另存为 CSV UTF-8。
error-people-column-double = 名单中的列 { $chinese }（{ $column }）重复
error-people-column-missing = 名单缺少列 { $chinese }（{ $column }）
    .hint = 编号必不可少；证件、接种、检测的各列要么齐全，要么都没有。
error-people-column-unknown = 名单第 { $position } 列无法识别：{ $name }
    .hint = 可用的列见 docs/MINTING.md。请删去其他列：签发不需要的信息不应出现在这里。
error-people-columns-too-many = 名单超过 { $max } 列
error-people-header-unreadable = 无法读取名单的表头
    .hint = 表头是一行，最多 64 KiB，引号须闭合。

error-interrupted = 已提前结束，完成 { $rows } 行
    .hint = 没有丢失任何内容。再次运行同一命令即可从此处继续。
error-ledger-id-unknown = 台账中没有 { $id } 的码
error-replace-not-valid = { $status ->
    [invalid] { $id } 的码无效，而新码会是有效的：没有补发
    [restricted] { $id } 的码受限，而新码会是有效的：没有补发
   *[suspended] { $id } 的码已暂停，而新码会是有效的：没有补发
}
    .hint = { $status ->
        [invalid] 请带此人到登记状态的部门：原因见 status show --history。仍须发码时：--no-register。
       *[other] 如已结束，请先解除：postern-issuer status set --status valid。否则请带此人到登记状态的部门；原因见 status show --history。
    }
error-mint-folder-busy = 另一次签发正在写入文件夹 { $path }
    .hint = 请等它结束，或用 --out 指定其他文件夹。
error-mint-issuer-not-in-force = 信任包认可签发方 { $issuer } 的时间是 { $from } 至 { $until }，不含 { $at }
    .hint = 验证点会把这些码转人工。需由主管机构发布新的信任包。
error-mint-key-not-in-force = 信任包认可密钥 { $kid } 的时间是 { $from } 至 { $until }，不含 { $at }
    .hint = 验证点会拒绝这些码。请使用当期的密钥。
error-mint-key-not-listed = 最新的信任包没有为任何签发方列出密钥 { $kid }
    .hint = 验证点不会认识这些码。需由主管机构先在新的信任包中列出该密钥。
error-mint-key-of-other-role = 密钥 { $kid } 列为 { $role } 密钥，不是 code 密钥
error-mint-tag-key-needed = 名单含有证件，却没有证件标签密钥
    .hint = 请用 --tag-key FILE 指定；若健康码不与证件绑定，请用 --no-tags。

error-ledger-busy = 另一个程序正在使用台账 { $path }
    .hint = 请等它结束。同一台账的签发只能先后进行。
error-ledger-capacity = 台账 { $path } 有 { $is } 个位置，不能改为 { $wanted }
    .hint = 请去掉 --capacity。
error-ledger-damaged = 台账 { $path } 已损坏
    .hint = 有人改动过它，或部分内容丢失。请取用最新的备份；此后签发的码见当时的输出文件。
error-ledger-not-there = 没有台账 { $path }
    .hint = 路径是否正确？签发方始终只用一本台账；首次签发时请加 --new-ledger。
error-ledger-database = 台账 { $path } 无法使用
error-ledger-newer-format = 台账 { $path } 由本程序的更新版本建立
error-ledger-older-format = 台账 { $path } 由本程序的早期版本建立
    .hint = 下次运行 mint、renew 或 replace 时会转换为新格式。请先备份。
error-ledger-of-another-order = 台账 { $path } 与其他台账不属于同一批次
    .hint = 同一批次各分片的份数和容量相同，台账由同一签发密钥建立；否则两人可能占用状态清单中的同一位置。
error-ledger-of-another-shard = 台账 { $path } 属于分片 { $is }，而非 { $wanted }
    .hint = 每个分片的所有批次共用自己的一本台账。请指定相应的 --shard。
error-ledger-of-another-authority = 台账 { $path } 属于另一个主管机构
    .hint = 它的首个根与此发布库的不同。
error-ledger-of-another-issuer = 台账 { $path } 属于签发方 { $owner }
    .hint = 每个签发方有自己的台账。
error-ledger-unsupported = { $path } 所在的文件系统无法保存预写日志
    .hint = 请把台账放在本地磁盘上。
error-not-a-ledger = { $path } 不是台账
