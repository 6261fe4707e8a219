//! Chinese names: a surname as often as it is in life, and one or two characters.

use super::Random;

/// A name of two to four characters.
pub(super) fn draw(random: &mut Random, female: bool) -> String {
    let mut name = String::with_capacity(16);
    name.push_str(random.weighted(&SURNAMES));
    let own = if female { FEMALE } else { MALE };
    let single = random.chance(130);
    if !single {
        let table = if random.chance(550) { EITHER } else { own };
        name.push_str(random.character(table));
    }
    // Characters outside Unicode's first plane or old fonts are what systems stumble over.
    if random.chance(2) {
        name.push_str(random.pick(&RARE));
    } else {
        let table = if random.chance(200) { EITHER } else { own };
        name.push_str(random.character(table));
    }
    name
}

/// Surnames and about how many of ten thousand people have them (after the yearly reports on names of China's Ministry of
/// Public Security; the tail is estimated).
#[rustfmt::skip]
const SURNAMES: [(&str, u16); 147] = [
    ("王", 722), ("李", 719), ("张", 680), ("刘", 520), ("陈", 450), ("杨", 308), ("黄", 223),
    ("赵", 209), ("吴", 205), ("周", 198), ("徐", 167), ("孙", 154), ("马", 129), ("朱", 128),
    ("胡", 127), ("郭", 122), ("何", 115), ("林", 114), ("高", 105), ("罗", 99), ("郑", 94),
    ("梁", 91), ("谢", 79), ("宋", 77), ("唐", 75), ("许", 74), ("韩", 70), ("邓", 68),
    ("冯", 66), ("曹", 65), ("彭", 64), ("曾", 63), ("肖", 61), ("田", 59), ("董", 58),
    ("潘", 57), ("袁", 56), ("蔡", 55), ("蒋", 54), ("余", 53), ("于", 52), ("杜", 51),
    ("叶", 50), ("程", 49), ("魏", 48), ("苏", 47), ("吕", 46), ("丁", 45), ("任", 44),
    ("卢", 43), ("姚", 42), ("沈", 41), ("钟", 40), ("姜", 40), ("崔", 39), ("谭", 38),
    ("陆", 37), ("范", 36), ("汪", 36), ("廖", 35), ("石", 34), ("金", 34), ("韦", 33),
    ("贾", 32), ("夏", 32), ("付", 31), ("方", 31), ("邹", 30), ("熊", 30), ("白", 29),
    ("孟", 29), ("秦", 28), ("邱", 28), ("侯", 27), ("江", 27), ("尹", 26), ("薛", 26),
    ("闫", 25), ("段", 25), ("雷", 24), ("龙", 23), ("黎", 23), ("史", 22), ("陶", 22),
    ("贺", 21), ("毛", 21), ("郝", 20), ("顾", 20), ("龚", 20), ("邵", 19), ("万", 19),
    ("覃", 19), ("武", 18), ("钱", 18), ("戴", 18), ("严", 17), ("莫", 17), ("孔", 17),
    ("向", 16), ("常", 16), ("温", 15), ("康", 15), ("施", 14), ("牛", 14), ("樊", 13),
    ("葛", 13), ("邢", 12), ("安", 12), ("齐", 11), ("易", 11), ("乔", 11), ("伍", 10),
    ("庞", 10), ("颜", 9), ("倪", 9), ("庄", 9), ("聂", 8), ("章", 8), ("鲁", 8),
    ("欧阳", 8), ("岳", 7), ("翟", 7), ("殷", 6), ("詹", 6), ("申", 6), ("欧", 5),
    ("耿", 5), ("关", 5), ("兰", 4), ("焦", 4), ("俞", 4), ("左", 3), ("柳", 3),
    ("甘", 3), ("祝", 3), ("包", 3), ("上官", 2), ("皇甫", 2), ("令狐", 1), ("诸葛", 1),
    ("司徒", 1), ("司马", 1), ("慕容", 1), ("尉迟", 1), ("夏侯", 1), ("端木", 1), ("申屠", 1),
];

const MALE: &str = "伟勇军磊涛超杰斌浩宇辉健峰建国志俊博轩飞刚龙凯旭昊睿铭航阳鑫宏坤森林松柏栋梁豪帅威武胜利成光亮振兴庆福贵财\
荣生德义仁忠信诚厚良友朋翔鸿远达海江河山川岩石钢铁铮锋钧铠霖霆震雷泉源洲津渊瀚彬炜烨煜炎焕耀晟朗楠桦楷权棋琛珏瑞祥禄寿喜\
继承先祖顺根保长伯仲季孟尧舜禹汉唐宗绍裕庚申尚";

const FEMALE: &str = "芳娜敏静丽艳娟霞秀燕玲桂英梅兰红玉萍琴珍莲菊凤婷雪琳倩慧巧美雅欣怡佳悦颖莉薇菲萌琪瑶璐妍妮娇姣婉嫣蓉\
蓓蕾芸茜荷茹莹莎彤彩虹珊瑾瑜璇珠翠环碧蝶黛眉嫦柔惠淑贞洁晶露霜冰仙香莺鹃鸽纹绣绮缨素纯纤姗娅娥婵妹姝娴宛苗蔓藜\
芬芝芷苑";

const EITHER: &str = "文华明晓小思雨子嘉家一天若语诗涵梓依晨宁安乐永春秋冬夏新立世学书翰墨清正元中和心怀灵知言如以梦然辰逸佩\
启景维金珂昕昱晗晖晴星月朝夕越岚峻帆津渡沐沛润济潇澄溪舒茗宸可";

/// Seldom, and of up to four bytes in UTF-8.
const RARE: [&str; 9] = ["喆", "堃", "燚", "翀", "翯", "㛃", "䶮", "\u{2cb4e}", "\u{2cc5f}"];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn tables_are_well_formed() {
        for table in [MALE, FEMALE, EITHER] {
            // `Random::character` counts on it.
            assert!(table.chars().all(|c| c.len_utf8() == 3));
            let distinct: HashSet<char> = table.chars().collect();
            assert_eq!(3 * distinct.len(), table.len());
            assert!(distinct.len() >= 80);
        }
        let distinct: HashSet<&str> = SURNAMES.iter().map(|&(surname, _)| surname).collect();
        assert_eq!(distinct.len(), SURNAMES.len());
        assert!(
            SURNAMES
                .iter()
                .all(|&(surname, _)| (1..=2).contains(&surname.chars().count()))
        );
    }

    #[test]
    fn names_have_two_to_four_characters() {
        let mut random = Random::new(1, 0);
        let mut lengths = [0u32; 5];
        for n in 0..50_000 {
            lengths[draw(&mut random, n % 2 == 0).chars().count()] += 1;
        }
        assert_eq!(lengths[..2], [0, 0]);
        assert!((5_500..7_500).contains(&lengths[2]), "{lengths:?}");
        assert!((10..300).contains(&lengths[4]), "{lengths:?}");
    }
}
