# clap 自己说英语；这里是它的中文说法，只在中文界面使用，因此没有英文对照。

heading-arguments = 参数：
heading-commands = 命令：
heading-options = 选项：
heading-usage = 用法：
word-command = 命令
word-options = 选项

usage-conflict = { $arg } 不能与 { $other } 同时使用
usage-conflict-command = 子命令 { $command } 不能与 { $other } 同时使用
usage-failed = 参数无法解析
usage-invalid-subcommand = 没有子命令 { $command }
usage-invalid-utf8 = 参数不是有效的 UTF-8 文字
usage-invalid-value = { $arg } 的值“{ $value }”无效
usage-missing = 缺少必需的参数：{ $args }
usage-missing-subcommand = { $command } 需要一个子命令
usage-no-equals = { $arg } 的值须用等号给出
usage-repeated = { $arg } 只能使用一次
usage-too-few = { $arg } 至少需要 { $min } 个值，只给了 { $actual } 个
usage-too-many = { $arg } 多给了一个值“{ $value }”
usage-unknown-argument = 无法识别的参数 { $arg }
usage-value-missing = { $arg } 需要一个值
usage-wrong-number = { $arg } 需要 { $expected } 个值，给了 { $actual } 个

usage-more = 详情请运行 { $help }。
usage-similar = 是否想用 { $candidates }？
usage-valid = 可选值：{ $values }
usage-valid-commands = 可用的子命令：{ $values }
