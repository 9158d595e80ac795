//! Personas' names in the letters that a zone has. Newcomers bring theirs along.

/// The characters of the registry's names. Not a dictionary: these people are invented, and so are their names.
#[rustfmt::skip]
const SOUNDS: &[(&str, &str)] = &[
    ("林", "LIN"), ("安", "AN"), ("然", "RAN"), ("王", "WANG"), ("海", "HAI"), ("波", "BO"), ("陈", "CHEN"), ("玉", "YU"),
    ("兰", "LAN"), ("赵", "ZHAO"), ("一", "YI"), ("鸣", "MING"), ("周", "ZHOU"), ("定", "DING"), ("码", "MA"), ("孙", "SUN"),
    ("守", "SHOU"), ("正", "ZHENG"), ("钱", "QIAN"), ("小", "XIAO"), ("满", "MAN"), ("李", "LI"), ("知", "ZHI"), ("夏", "XIA"),
    ("秋", "QIU"), ("吴", "WU"), ("郑", "ZHENG"), ("冯", "FENG"), ("褚", "CHU"), ("卫", "WEI"), ("蒋", "JIANG"), ("沈", "SHEN"),
    ("韩", "HAN"), ("杨", "YANG"), ("朱", "ZHU"), ("秦", "QIN"), ("尤", "YOU"), ("许", "XU"), ("何", "HE"), ("吕", "LYU"),
    ("施", "SHI"), ("张", "ZHANG"), ("孔", "KONG"), ("曹", "CAO"), ("严", "YAN"), ("平", "PING"), ("长", "CHANG"), ("乐", "LE"),
    ("景", "JING"), ("行", "XING"), ("思", "SI"), ("齐", "QI"), ("若", "RUO"), ("水", "SHUI"), ("明", "MING"), ("远", "YUAN"),
    ("静", "JING"), ("好", "HAO"), ("怀", "HUAI"), ("瑾", "JIN"), ("握", "WO"), ("瑜", "YU"), ("清", "QING"), ("扬", "YANG"),
    ("嘉", "JIA"), ("木", "MU"), ("星", "XING"), ("河", "HE"), ("望", "WANG"), ("舒", "SHU"), ("晨", "CHEN"), ("曦", "XI"),
    ("听", "TING"), ("雨", "YU"), ("致", "ZHI"), ("宁", "NING"), ("子", "ZI"), ("衿", "JIN"), ("采", "CAI"), ("薇", "WEI"),
    ("南", "NAN"), ("风", "FENG"), ("北", "BEI"), ("辰", "CHEN"), ("东", "DONG"), ("篱", "LI"), ("西", "XI"), ("窗", "CHUANG"),
    ("云", "YUN"), ("帆", "FAN"), ("沧", "CANG"), ("归", "GUI"), ("舟", "ZHOU"), ("春", "CHUN"), ("晓", "XIAO"), ("至", "ZHI"),
    ("实", "SHI"), ("冬", "DONG"), ("青", "QING"), ("晴", "QING"), ("川", "CHUAN"), ("鹤", "HE"), ("松", "SONG"), ("月", "YUE"),
    ("竹", "ZHU"), ("影", "YING"), ("梅", "MEI"), ("溪", "XI"), ("菊", "JU"), ("泉", "QUAN"), ("桂", "GUI"), ("荷", "HE"),
];

/// A name as a zone has it: the family's first, `X` for what is not known here.
pub(super) fn zone_name(name: &str) -> String {
    let mut sounds = name.chars().map(|character| {
        let known = SOUNDS.iter().find(|(known, _)| known.starts_with(character));
        match known {
            Some((_, sound)) => (*sound).to_owned(),
            None if character.is_ascii_alphabetic() => character.to_ascii_uppercase().to_string(),
            None => "X".to_owned(),
        }
    });
    let family = sounds.next().unwrap_or_else(|| "X".to_owned());
    format!("{family}<<{}", sounds.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::registry::PERSONAS;

    #[test]
    fn every_persona_has_a_name_in_letters() {
        assert_eq!(zone_name("林安然"), "LIN<<ANRAN");
        for persona in &PERSONAS {
            let known = persona.name.chars().all(|name| SOUNDS.iter().any(|(known, _)| known.starts_with(name)));
            assert!(known, "{}", persona.name);
        }
    }
}
