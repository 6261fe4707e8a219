//! Made-up scenes in both languages, for the tests and the example.

use postern_screen::{Ask, Bar, Face, Field, Grade, Scene, Status, Value};

/// The languages of the scenes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Language {
    English,
    Chinese,
}

/// A face as a gate would show it.
pub(crate) fn scene(face: Face, language: Language) -> Scene {
    let say = |en: &'static str, zh: &'static str| match language {
        Language::English => en.to_owned(),
        Language::Chinese => zh.to_owned(),
    };
    let verdict = matches!(face, Face::Admit | Face::Refer | Face::Refuse);
    let (word, reason, todo) = match face {
        Face::Admit => (
            say("ADMIT", "放行"),
            say("Health status: green.", "健康状态：绿色。"),
            COMPARE,
        ),
        Face::Fault => (
            say("FAULT", "故障"),
            say(
                "The log cannot be written: the disk is full.",
                "无法写入日志：磁盘已满。",
            ),
            ("Stop admitting. Call your supervisor.", "停止放行，并报告负责人。"),
        ),
        Face::Locked => (
            say("LOCKED", "锁定"),
            String::new(),
            ("Unlock with your number.", "请用工号解锁。"),
        ),
        Face::Ready => (say("READY", "就绪"), String::new(), ("Scan a code.", "请扫码。")),
        Face::Refer => (
            say("REFER", "转人工"),
            say(
                "This gate's data is too old to decide alone.",
                "本验证点数据过旧，无法自行判定。",
            ),
            ("Check the ID card and the code by hand.", "请人工核对身份证与码。"),
        ),
        Face::Refuse => (
            say("REFUSE", "拒绝"),
            say("The issuer has revoked this code.", "签发方已吊销此码。"),
            (
                "Do not admit. Send the person to the issuer.",
                "不予放行。请到签发方处理。",
            ),
        ),
        Face::Wait => (
            say("WAIT", "请稍候"),
            say("Installing an update.", "正在安装更新。"),
            ("", ""),
        ),
    };
    let facts = [
        ("Name", "姓名", "Example Person", "示例甲"),
        ("Born", "出生日期", "1990-01-02", "1990-01-02"),
        ("Serial", "编号", "DEMO-00000001", "DEMO-00000001"),
        ("Valid until", "有效期至", "2026-06-30", "2026-06-30"),
    ];
    let facts = facts.map(|(en, zh, value, name)| (say(en, zh), say(value, name)));
    Scene {
        bar: bar(say),
        face,
        facts: if verdict { facts.to_vec() } else { Vec::new() },
        keys: vec![
            ("F2".into(), say("中文", "English")),
            ("O".into(), say("override", "人工改判")),
            ("M".into(), say("manual", "人工登记")),
            ("L".into(), say("lock", "锁定")),
            ("H".into(), say("hand over", "交接")),
            ("Q".into(), say("quit", "退出")),
        ],
        marks: vec![say(
            "Demonstration keys: admit nobody real",
            "演示密钥：切勿用于真实人员",
        )],
        reasons: if reason.is_empty() { Vec::new() } else { vec![reason] },
        todo: say(todo.0, todo.1),
        word,
        ..Scene::default()
    }
}

const COMPARE: (&str, &str) = (
    "Compare the name and the date of birth with the ID card.",
    "请与身份证核对姓名和出生日期。",
);

fn bar(say: impl Fn(&'static str, &'static str) -> String) -> Bar {
    let status = |grade, label, value| Status { grade, label, value };
    Bar {
        clock: status(Grade::Fresh, say("clock", "时钟"), say("sound", "正常")),
        counts: vec![
            (say("admitted", "放行"), "128".into()),
            (say("referred", "转人工"), "3".into()),
            (say("refused", "拒绝"), "1".into()),
        ],
        data: vec![
            status(
                Grade::Fresh,
                say("pack", "信任包"),
                say("2 h (fresh)", "2 小时（新鲜）"),
            ),
            status(Grade::Stale, say("status", "状态"), say("3 d (stale)", "3 天（陈旧）")),
            status(
                Grade::Aging,
                say("column", "检测列"),
                say("9 h (aging)", "9 小时（将旧）"),
            ),
        ],
        gate: (say("gate", "验证点"), "north-1".into()),
        log_tip: (say("log", "日志"), "4f2a 91c3".into()),
        operator: (say("operator", "值班"), "A17".into()),
        sources: vec![status(
            Grade::Fresh,
            say("scanner", "扫描枪"),
            say("connected", "已连接"),
        )],
    }
}

/// A dialog with a text and a list; the list has the focus.
pub(crate) fn dialog(language: Language) -> Scene {
    let say = |en: &str, zh: &str| match language {
        Language::English => en.to_owned(),
        Language::Chinese => zh.to_owned(),
    };
    let operator = Value::Text {
        text: "A17".into(),
        min: 1,
        max: 16,
        secret: false,
    };
    let reasons = [
        ("known to me", "本人认识"),
        ("paper proof", "纸质证明"),
        ("by order", "上级指示"),
    ];
    let options = reasons.map(|(en, zh)| say(en, zh)).to_vec();
    Scene {
        ask: Some(Ask {
            complaint: say("Choose a reason.", "请选择理由。"),
            fields: vec![
                Field {
                    label: say("Operator", "工号"),
                    value: operator,
                },
                Field {
                    label: say("Reason", "理由"),
                    value: Value::Choice {
                        options,
                        chosen: Some(1),
                    },
                },
            ],
            focus: 1,
            keys: vec![
                ("Enter".into(), say("log it", "记录")),
                ("Esc".into(), say("back", "返回")),
            ],
            lines: vec![say(
                "It is logged as your decision. The verdict stays as it is.",
                "将作为您的决定记入日志，原判定不变。",
            )],
            title: say("Override", "人工改判"),
        }),
        ..scene(Face::Refuse, language)
    }
}
