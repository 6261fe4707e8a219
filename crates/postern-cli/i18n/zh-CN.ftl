# 各程序共用的文字。程序自己的文字加在其上，同名时以程序的为准。

## 出错信息的标签

label-error = 错误：
label-hint = 提示：

## clap 自动生成的帮助

help-command = 显示本帮助，或指定子命令的帮助
help-default = [默认值：{ $value }]
help-possible = [可选值：{ $values }]

# 各程序相同的参数。属性名即参数名。
args =
    .color = 何时使用颜色
    .help = 显示帮助
    .help-more = 显示帮助（--help 更详细）
    .help-summary = 显示帮助（-h 更简短）
    .json = 输出供程序读取：每行一个 JSON 对象
    .lang = 界面语言：en 或 zh；不指定时由环境变量决定
    .passphrase-fd = 从这个已打开的文件描述符读取口令
    .passphrase-file = 从这个文件的第一行读取口令
    .version = 显示版本

## 提问

passphrase-prompt = { $what }的口令：
passphrase-prompt-new = 为 { $what } 设置新口令：
passphrase-prompt-again = 请再输入一次：

## 时长

duration-days = { $count } 天
duration-hours = { $count } 小时
duration-minutes = { $count } 分钟
duration-seconds = { $count } 秒

## 失败：文件

error-file-exists = { $path } 已存在，不会覆盖
    .hint = 请换一个文件名，或先移走旧文件。
error-file-not-found = 无法{ $action ->
    [create] 创建
    [write] 写入
   *[read] 读取
} { $path }：文件或文件夹不存在
error-file-permission = 无法{ $action ->
    [create] 创建
    [write] 写入
   *[read] 读取
} { $path }：没有权限
error-file-too-large = { $path } 超过了此处允许的 { $max } 字节
error-disk-full = 无法写入 { $path }：磁盘已满
    .hint = 请腾出空间后重新运行同一命令。
error-file-other = 无法{ $action ->
    [create] 创建
    [write] 写入
   *[read] 读取
} { $path }

## 失败：口令

error-passphrase-empty = 口令为空
error-passphrase-file-open = 口令文件 { $path } 可被其他用户读取（权限 { $mode }）
    .hint = 请运行：chmod 600 { $path }
error-passphrase-mismatch = 两次输入的口令不一致
error-passphrase-no-terminal = 需要口令，但没有可供输入的终端
    .hint = 请使用 --passphrase-file FILE 或 --passphrase-fd N。
error-passphrase-prompt = 无法从终端读取口令
error-passphrase-too-long = 口令超过 { $max } 字节
error-passphrase-too-short = 新口令至少需要 { $min } 个字符

## 失败：其他

error-randomness-unavailable = 系统无法提供随机数
error-time-unreadable = 无法识别的时间：{ $text }
    .hint = 请写成 2026-07-01 或 2026-07-01T08:00:00Z。
