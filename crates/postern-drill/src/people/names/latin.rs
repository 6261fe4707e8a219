//! Names in Latin letters with their accents (precomposed), as foreign residents have them.

use super::Random;

/// A passport's country and a name.
pub(super) fn draw(random: &mut Random, female: bool) -> (&'static str, String) {
    let people = &PEOPLES[random.below(PEOPLES.len() as u32) as usize];
    let given = random.pick(if female { people.female } else { people.male });
    let mut family = random.pick(people.family).to_owned();
    if let Some(joint) = people.joint
        && random.chance(500)
    {
        family.push_str(joint);
        family.push_str(random.pick(people.family));
    }
    let name = if people.family_first {
        format!("{family} {given}")
    } else {
        format!("{given} {family}")
    };
    (people.country, name)
}

struct People {
    country: &'static str,
    female: &'static [&'static str],
    male: &'static [&'static str],
    family: &'static [&'static str],
    /// What stands between two family names, where people have two.
    joint: Option<&'static str>,
    family_first: bool,
}

const fn people(
    country: &'static str,
    female: &'static [&'static str],
    male: &'static [&'static str],
    family: &'static [&'static str],
) -> People {
    People {
        country,
        female,
        male,
        family,
        joint: None,
        family_first: false,
    }
}

#[rustfmt::skip]
const PEOPLES: [People; 14] = [
    people(
        "FR",
        &["Chloé", "Zoé", "Anne-Élise", "Hélène", "Maëlle", "Éloïse", "Inès", "Noémie"],
        &["François", "Jérôme", "Théo", "Loïc", "Benoît", "Rémi", "Jean-Noël", "Maël"],
        &["Lefèvre", "Béranger", "Garçon", "Bélanger", "Chaumière", "d'Aubigné", "Lemaître", "Piñol", "Rivière", "Maréchal"],
    ),
    people(
        "DE",
        &["Käthe", "Jördis", "Bärbel", "Lisa-Marie", "Sönke", "Anneliese", "Dörte", "Ute"],
        &["Jörg", "Jürgen", "Götz", "Björn", "Karl-Heinz", "Sören", "Günther", "Timo"],
        &["Müller", "Schäfer", "Groß", "Köhler", "Weiß", "von der Höhe", "Jäger", "Böttcher", "Kröger", "Süß"],
    ),
    People {
        joint: Some(" "),
        ..people(
            "ES",
            &["Begoña", "Inés", "Lucía", "Sofía", "María José", "Rocío", "Noelia", "Íñiga"],
            &["José", "Ángel", "Andrés", "Íñigo", "Jesús", "Ramón", "Martín", "Raúl"],
            &["Núñez", "García", "Peña", "Ibáñez", "Muñoz", "Gómez", "Ordóñez", "Vázquez", "Ríos", "Cañete"],
        )
    },
    People {
        joint: Some(" "),
        ..people(
            "BR",
            &["Conceição", "Inês", "Luíza", "Verônica", "Antônia", "Graça", "Mônica", "Júlia"],
            &["João", "Antônio", "Sebastião", "Luís", "Fábio", "Estêvão", "Caíque", "Zé"],
            &["Gonçalves", "Araújo", "Magalhães", "Simões", "Assunção", "Leão", "Brandão", "Sá", "Guimarães", "Falcão"],
        )
    },
    people(
        "PL",
        &["Łucja", "Małgorzata", "Żaneta", "Róża", "Bożena", "Grażyna", "Jagna", "Zofia"],
        &["Łukasz", "Michał", "Paweł", "Sławomir", "Bolesław", "Józef", "Grzegorz", "Błażej"],
        &["Wójcik", "Dąbek", "Gołąb", "Wróbel", "Pająk", "Źrebiec", "Kozioł", "Mróz", "Sęk", "Śliwa"],
    ),
    people(
        "CZ",
        &["Bára", "Žofie", "Růžena", "Šárka", "Kateřina", "Eliška", "Anežka", "Jiřina"],
        &["Jiří", "Ondřej", "Tomáš", "Matěj", "Zdeněk", "Vojtěch", "Luboš", "Řehoř"],
        &["Krejčí", "Tichý", "Dvořáček", "Šťastný", "Hájek", "Němec", "Říha", "Žák", "Beneš", "Kubíček"],
    ),
    People {
        family_first: true,
        ..people(
            "HU",
            &["Ágnes", "Éva", "Zsófia", "Györgyi", "Kinga", "Réka", "Tünde", "Enikő"],
            &["Gergő", "László", "Zoltán", "István", "Ödön", "Árpád", "Dezső", "Bálint"],
            &["Szűcs", "Kővári", "Fülöp", "Tóth", "Kertész", "Révész", "Őri", "Gyöngyösi", "Vörös", "Erdős"],
        )
    },
    people(
        "TR",
        &["Ayşe", "Gülşen", "Çiğdem", "Şule", "Özge", "Iraz", "İpek", "Tuğba"],
        &["Ömer", "Çağlar", "Şükrü", "İlker", "Doğan", "Uğur", "Oğuz", "Mert"],
        &["Yılmaz", "Çelik", "Öztürk", "Şahin", "Kılıç", "Güneş", "Aydın", "Erdoğmuş", "Taşçı", "Gümüş"],
    ),
    people(
        "SE",
        &["Åsa", "Märta", "Görel", "Annika", "Ylva", "Sanna", "Åse-Marie", "Tyra"],
        &["Håkan", "Göran", "Östen", "Åke", "Mårten", "Pär", "Jöns", "Nils"],
        &["Sjöberg", "Åkerman", "Björk", "Öberg", "Källström", "Lindqvist", "Häggblad", "Ståhl", "Nyström", "Dahlgård"],
    ),
    people(
        "RO",
        &["Ștefania", "Ionuța", "Crăița", "Ilinca", "Mădălina", "Cătălina", "Măriuca", "Anca"],
        &["Ștefan", "Ionuț", "Cătălin", "Răzvan", "Mihăiță", "Dănuț", "Sorin", "Vlăduț"],
        &["Țăranu", "Bălan", "Ciucă", "Vlăsceanu", "Pădure", "Măgureanu", "Șerban", "Fătu", "Brânză", "Oțel"],
    ),
    people(
        "IE",
        &["Siobhán", "Gráinne", "Áine", "Sinéad", "Róisín", "Caoimhe", "Niamh", "Orlaith"],
        &["Seán", "Pádraig", "Ciarán", "Oisín", "Tadhg", "Éamon", "Dáithí", "Rónán"],
        &["O'Neill", "Ó Briain", "O'Sullivan", "McNamara", "Ní Dhuibhir", "Mac Giolla", "Byrne", "O'Hara", "Kehoe", "Ó Sé"],
    ),
    people(
        "GB",
        &["Zoë", "Mary-Anne", "Eleanor", "Harriet", "Chloë", "Beatrix", "Poppy", "Renée"],
        &["Alistair", "Rhys", "Gareth", "Noël", "Duncan", "Hamish", "Percival", "Siôn"],
        &["Smith-Brontë", "Ashcombe", "Fairweather", "Llewelyn", "Marlowe", "Thistlewood", "Penrose", "Hythe", "Oakes", "St John"],
    ),
    People {
        family_first: true,
        ..people(
            "VN",
            &["Thị Hằng", "Thị Ngọc Ánh", "Thùy Dương", "Thị Tuyết", "Kiều Oanh", "Bích Phượng"],
            &["Văn Hùng", "Đức Thắng", "Quốc Việt", "Hữu Phước", "Minh Đạt", "Trọng Nghĩa"],
            &["Nguyễn", "Trần", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Lê"],
        )
    },
    people(
        "LV",
        &["Ērika", "Ģertrūde", "Zane", "Līga", "Māra", "Ķirsa", "Žanete", "Ņina"],
        &["Jānis", "Kārlis", "Mārtiņš", "Ģirts", "Ēriks", "Pēteris", "Valdis", "Uģis"],
        &["Bērziņš", "Kalniņš", "Ozols", "Krūmiņš", "Liepājs", "Āboltiņš", "Zaķis", "Ķēniņš", "Vītols", "Šķēle"],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_two_letters_and_names_have_accents() {
        let mut random = Random::new(1, 0);
        let mut accented = 0;
        for n in 0..5_000 {
            let (country, name) = draw(&mut random, n % 2 == 0);
            assert!(country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()));
            assert!(name.contains(' ') && name.len() <= 48, "{name}");
            // Combining marks would mean that a name is not precomposed.
            assert!(!name.chars().any(|c| ('\u{300}'..='\u{36f}').contains(&c)), "{name}");
            accented += u32::from(!name.is_ascii());
        }
        assert!((4_000..5_000).contains(&accented), "{accented}");
    }
}
