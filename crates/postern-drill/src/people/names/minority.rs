//! Names with a middle dot, in the style of Uyghur, Mongol and Tibetan names as they are written in Chinese. They are
//! syllables strung together and need not mean anything.

use super::Random;

/// U+00B7, the mark between the parts (GB/T 15834, section 4.14).
const DOT: char = '·';

/// A name of two parts.
pub(super) fn draw(random: &mut Random, female: bool) -> String {
    let tongue = random.weighted(&[(&UYGHUR, 50), (&MONGOL, 25), (&TIBETAN, 25)]);
    let own = if female { tongue.female } else { tongue.male };
    let mut name = String::with_capacity(48);
    name.push_str(random.pick(tongue.heads));
    name.push_str(random.pick(own));
    name.push(DOT);
    name.push_str(random.pick(tongue.heads));
    name.push_str(random.pick(if tongue.father { tongue.male } else { own }));
    name
}

/// Syllables of a part's beginning and end.
struct Tongue {
    heads: &'static [&'static str],
    male: &'static [&'static str],
    female: &'static [&'static str],
    /// The second part is the father's name.
    father: bool,
}

const UYGHUR: Tongue = Tongue {
    heads: &[
        "阿", "艾", "吐", "买", "库", "玉", "依", "热", "卡", "努", "帕", "木", "亚", "斯", "伊", "麦", "哈", "赛",
        "祖", "米",
    ],
    male: &[
        "尔肯",
        "不都",
        "合提",
        "买提",
        "尔逊",
        "拉提",
        "力木",
        "尔班",
        "萨江",
        "迪力",
        "合曼",
        "尼亚孜",
        "克拜尔",
        "海提",
        "力提普",
        "麦尔江",
    ],
    female: &[
        "古丽",
        "依古丽",
        "仙古丽",
        "孜古丽",
        "曼古丽",
        "丽达",
        "娜尔",
        "扎提",
        "尔汗",
        "比亚",
        "米拉",
        "丽努尔",
        "则耶",
    ],
    father: true,
};

const MONGOL: Tongue = Tongue {
    heads: &[
        "巴特",
        "苏和",
        "朝鲁",
        "乌恩",
        "那日",
        "阿拉坦",
        "孟和",
        "特木",
        "格日",
        "布和",
        "哈斯",
        "额尔",
        "宝音",
        "斯钦",
    ],
    male: &[
        "尔",
        "巴雅尔",
        "巴图",
        "勒图",
        "木仁",
        "吉雅",
        "敖其尔",
        "达来",
        "呼",
        "夫",
    ],
    female: &["其其格", "图雅", "高娃", "娜仁", "琪琪", "塔娜", "花尔", "萨仁"],
    father: true,
};

const TIBETAN: Tongue = Tongue {
    heads: &[
        "扎西", "次仁", "丹增", "洛桑", "尼玛", "达瓦", "巴桑", "格桑", "普布", "边巴", "索朗", "云丹", "贡布", "强巴",
    ],
    male: &["多吉", "顿珠", "旺杰", "次旦", "罗布", "群培", "平措", "旺堆"],
    female: &["卓玛", "央金", "拉姆", "德吉", "白玛", "曲珍", "措姆", "玉珍"],
    father: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_two_parts() {
        let mut random = Random::new(1, 0);
        for n in 0..5_000 {
            let name = draw(&mut random, n % 2 == 0);
            let parts: Vec<&str> = name.split(DOT).collect();
            assert_eq!(parts.len(), 2, "{name}");
            assert!(
                parts.iter().all(|part| (2..=6).contains(&part.chars().count())),
                "{name}"
            );
        }
    }
}
